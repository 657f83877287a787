"""The section ``draw_oips``: how the patterns that excite the feature maps are searched for."""

from typing import Annotated

from pydantic import AfterValidator, Field

from latentmaps.params.types import Listed, Positive, PositiveFloat, section

LayerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]


def _check_unique(layers: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(layers)) < len(layers):
        raise ValueError("every layer once: each has one run of the stage")
    return layers


@section
class DrawOips:
    """Attributes:
    layers: names of the convolutions; the stage runs once for each.
    num_starts: random start images per feature map; one real digit is added to them.
    length_scales: points along an edge of the noise grids that make up a start image; k points
        make spots of 28 / k pixels.
    num_steps: steps of gradient ascent.
    step_size: change of a pixel in a step (RMS), in standard deviations of the image.
    """

    layers: Annotated[Listed[LayerName], AfterValidator(_check_unique)]
    num_starts: Positive
    length_scales: Listed[Annotated[int, Field(ge=1, le=28)]]
    num_steps: Positive
    step_size: PositiveFloat
