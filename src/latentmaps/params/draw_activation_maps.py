"""The ``draw_activation_maps`` section: the digits on the sheet of activation maps."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, section

Digit = Annotated[int, Field(ge=0, le=9)]


@section
class DrawActivationMaps:
    """Parameters of the sheet of activation maps.

    Attributes:
        digits: labels; the sheet has a row for one test image of each.
    """

    digits: Listed[Digit]
