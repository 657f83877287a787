"""The ``draw_activation_maps`` section: the digits on the sheet of activation maps."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, section

Digit = Annotated[int, Field(ge=0, le=9)]


@section
class DrawActivationMaps:
    """Parameters of the sheet of activation maps.

    Attributes:
        digits: labels of the digits to show; the sheet has one row for each, with one test image.
    """

    digits: Listed[Digit]
