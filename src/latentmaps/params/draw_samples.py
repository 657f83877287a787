"""The section ``draw_samples``: faces from random points of the latent space."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, Seed, Temperature, TileScale, section


@section
class DrawSamples:
    """Attributes:
    num_samples: random faces a sheet.
    sharpen_radius: radius of the unsharp mask on the processed sheets, pixels.
    sharpen_percent: strength of the unsharp mask, percent.
    contrast: factor on the contrast of the processed sheets; 1 leaves it.
    temperatures: a row of faces for each factor on the spread of z.
    seed: of the random points; null: ``base.seed``.
    tile_scale: every pixel of a tile becomes a square of this edge.
    """

    num_samples: Annotated[int, Field(ge=1, le=300)]
    sharpen_radius: Annotated[float, Field(gt=0, le=100)]
    sharpen_percent: Annotated[int, Field(ge=0, le=10_000)]
    contrast: Annotated[float, Field(gt=0, le=100)]
    temperatures: Listed[Temperature]
    seed: Seed | None
    tile_scale: TileScale
