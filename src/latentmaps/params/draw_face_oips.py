"""The section ``draw_face_oips``: the patterns that excite the feature maps of the encoder."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Seed, Steps, TileScale, section

# a sheet shows so many feature maps at most, and each pattern with so many pixels along an edge
MOST_TILES = 500
LARGEST_TILE = 128


@section
class DrawFaceOips:
    """Attributes:
    num_starts: start patches per feature map; the best end is kept.
    num_steps: steps of gradient ascent at most.
    step_size: change in the first steps (RMS), of 1 that a patch's waves may weigh.
    contrast: of a patch at most (RMS), before pixels saturate; 0.5 is from mid-gray to white.
    smoothness: a wave of a patch is drawn as 1 / frequency to this power.
    num_strongest: patches of test faces beside each pattern.
    seed: of the start patches; null: ``base.seed``.
    tile_scale: every pixel of the largest patterns becomes a square of this edge.
    """

    num_starts: Annotated[int, Field(ge=1, le=16)]
    num_steps: Steps
    step_size: Annotated[float, Field(gt=0, le=10)]
    contrast: Annotated[float, Field(gt=0, le=100)]
    smoothness: Annotated[float, Field(ge=0, le=4)]
    num_strongest: Annotated[int, Field(ge=1, le=12)]
    seed: Seed | None
    tile_scale: TileScale
