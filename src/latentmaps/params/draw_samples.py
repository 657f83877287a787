"""The section ``draw_samples``: faces from random points of the latent space."""

from latentmaps.params.types import NonNegative, PositiveFloat, Tiles, section


@section
class DrawSamples:
    """Attributes:
    num_samples: random faces a sheet.
    sharpen_radius: radius of the unsharp mask on the sharpened sheet, pixels.
    sharpen_percent: strength of the unsharp mask, percent.
    """

    num_samples: Tiles
    sharpen_radius: PositiveFloat
    sharpen_percent: NonNegative
