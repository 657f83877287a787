"""The ``build_explorer`` section: the explorer, where the networks run in the browser."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import section


@section
class BuildExplorer:
    """How the explorer is built.

    Attributes:
        max_difference: largest change of a pixel, in levels of 0..255, that may result from storing
            the decoder's weights in a smaller number format.
    """

    max_difference: Annotated[float, Field(ge=0, le=255)]
