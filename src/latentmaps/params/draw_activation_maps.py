"""The section ``draw_activation_maps``: for which digits the CNN's feature maps are drawn."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, section

Digit = Annotated[int, Field(ge=0, le=9)]


@section
class DrawActivationMaps:
    """Attributes:
    digits: of each of these, the activation maps of one test image are drawn.
    """

    digits: Listed[Digit]
