"""Types of layer sizes in the description of a model."""

from typing import Annotated

from pydantic import Field

# the limits catch corrupted numbers; real networks stay far below them
Size = Annotated[int, Field(ge=1, le=65_536)]
Sizes = Annotated[tuple[Size, ...], Field(min_length=1)]
