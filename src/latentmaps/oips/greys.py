"""OIPs as greys: one scale for all of a layer, and no pixel that the layer cannot see."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.images import pixels
from latentmaps.oips.oip import Floats, Oips, Range

CLIP_PERCENTILE = 98

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Scale:
    """How the pictures of a layer become greys.

    Attributes:
        limit: free pixels: black and white are so many standard deviations from the mid-grey 0.
        value_range: pixels in range: what is black and what is white, in standard deviations.
        reachable_size: rows and columns, from the upper left, that influence the layer.
    """

    limit: float
    value_range: Range
    reachable_size: int

    def free(self, images: Floats) -> Images:
        """Return pictures with free pixels (..., 28, 28) as bytes, cropped as by ``crop``."""
        return self.crop(pixels.signed_to_uint8(images, self.limit))

    def in_range(self, images: Floats) -> Images:
        """Return pictures with pixels in range (..., 28, 28) as bytes, cropped as by ``crop``."""
        darkest, brightest = self.value_range
        shares = (images - darkest) / (brightest - darkest)
        return self.crop(pixels.to_uint8(shares[..., np.newaxis])[..., 0])

    def crop(self, images: Images) -> Images:
        """Return the pixels of images (..., 28, 28) that influence the layer, (..., size, size)."""
        return images[..., : self.reachable_size, : self.reachable_size]


def scale(oips: Oips, reachable_size: int) -> Scale:
    """Gives the scale of a layer.

    A few pixels reach 10 standard deviations; a grey up to them would leave the rest without
    contrast.
    """
    found = oips.free.images[oips.free.best > 0, :reachable_size, :reachable_size]
    limit = float(np.percentile(np.abs(found), CLIP_PERCENTILE)) if found.size else 1.0
    return Scale(limit, oips.value_range, reachable_size)
