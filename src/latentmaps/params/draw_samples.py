"""The section ``draw_samples``: faces from random points of the latent space."""

from latentmaps.params.types import Listed, NonNegative, PositiveFloat, Tiles, section


@section
class DrawSamples:
    """Attributes:
    num_samples: random faces a sheet.
    sharpen_radius: radius of the unsharp mask on the processed sheets, pixels.
    sharpen_percent: strength of the unsharp mask, percent.
    contrast: factor on the contrast of the processed sheets; 1 leaves it.
    temperatures: a row of faces for each factor on the spread of z.
    """

    num_samples: Tiles
    sharpen_radius: PositiveFloat
    sharpen_percent: NonNegative
    contrast: PositiveFloat
    temperatures: Listed[PositiveFloat]
