"""The ``draw_samples`` section: faces decoded from random points of the latent space."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, Seed, Temperature, TileScale, section


@section
class DrawSamples:
    """How many random faces are drawn, and how.

    Attributes:
        num_samples: number of random faces per sheet.
        sharpen_radius: radius of the unsharp mask on the processed sheets, in pixels.
        sharpen_percent: strength of the unsharp mask, in percent.
        contrast: factor applied to the contrast of the processed sheets; 1 leaves it unchanged.
        temperatures: factors on the spread of z; the sheet has one row of faces for each.
        seed: seed of the random points; None: ``base.seed``.
        tile_scale: side length of the square that each pixel of a tile becomes.
    """

    num_samples: Annotated[int, Field(ge=1, le=300)]
    sharpen_radius: Annotated[float, Field(gt=0, le=100)]
    sharpen_percent: Annotated[int, Field(ge=0, le=10_000)]
    contrast: Annotated[float, Field(gt=0, le=100)]
    temperatures: Listed[Temperature]
    seed: Seed | None
    tile_scale: TileScale
