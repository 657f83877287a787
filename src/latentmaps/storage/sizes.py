"""The types of the sizes of layers, in the description of a model."""

from typing import Annotated

from pydantic import Field

# the limits stop a damaged number; a training that makes sense stays far below
Size = Annotated[int, Field(ge=1, le=65_536)]
Sizes = Annotated[tuple[Size, ...], Field(min_length=1)]
