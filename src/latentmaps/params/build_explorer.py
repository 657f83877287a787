"""The section ``build_explorer``: the page on which one plays with the networks."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import section


@section
class BuildExplorer:
    """Attributes:
    max_difference: the weights of the decoder are stored in the smallest format that moves no pixel
        of the faces that are compared by more than so many levels of 255.
    """

    max_difference: Annotated[float, Field(ge=0, le=255)]
