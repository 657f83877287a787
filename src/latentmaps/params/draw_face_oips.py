"""The ``draw_face_oips`` section: how to search for the patterns that excite the encoder."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Seed, Steps, TileScale, section

# largest number of feature maps on a sheet, and largest height of a pattern in pixels
MOST_TILES = 500
LARGEST_TILE = 128


@section
class DrawFaceOips:
    """Parameters of the search for the patterns that excite the encoder.

    Attributes:
        num_starts: number of random start patches per feature map; the best result is kept.
        num_steps: maximum number of steps of gradient ascent.
        step_size: RMS change of the wave weights in the first steps; their RMS is at most 1.
        contrast: largest RMS contrast of a patch before pixels saturate; 0.5 reaches from
            mid-gray to white.
        smoothness: exponent of the factor 1 / frequency that scales each wave.
        num_strongest: number of patches from test faces to show next to each pattern.
        seed: seed of the start patches; null: ``base.seed``.
        tile_scale: integer enlargement of the largest patterns.
    """

    num_starts: Annotated[int, Field(ge=1, le=16)]
    num_steps: Steps
    step_size: Annotated[float, Field(gt=0, le=10)]
    contrast: Annotated[float, Field(gt=0, le=100)]
    smoothness: Annotated[float, Field(ge=0, le=4)]
    num_strongest: Annotated[int, Field(ge=1, le=12)]
    seed: Seed | None
    tile_scale: TileScale
