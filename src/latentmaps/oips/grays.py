"""How the pictures of a layer become grays: one scale for all of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.drawing import color_maps
from latentmaps.images import pixels
from latentmaps.oips.oip import ElementaryPatterns, Floats, LayerOips, PixelRange

CLIP_PERCENTILE = 98
# the color map with one channel
_NO_COLORS = "gray"

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class GrayScale:
    """How the pictures of a layer become grays: one scale for all of them.

    Attributes:
        limit: free pixels: black and white are so many standard deviations from the mid-gray 0.
        pixel_range: pixels in range: what is black and what is white, in standard deviations.
        reachable_size: rows and columns, from the upper left, that influence the layer.
        pattern_limit: as `limit`, of the elementary patterns.
        color_map: of both, a name of ``color_maps.COLOR_MAPS``; gray leaves one channel.
    """

    limit: float
    pixel_range: PixelRange
    reachable_size: int
    pattern_limit: float
    color_map: str = "gray"

    def free(self, images: Floats) -> Images:
        """Return pictures with free pixels (..., 28, 28) as bytes, cropped as by ``crop``.

        In colors there is one more axis, of 3 channels.
        """
        return self._color(self.crop(pixels.signed_to_uint8(images, self.limit)))

    def in_range(self, images: Floats) -> Images:
        """Return pictures with pixels in range (..., 28, 28) as bytes, cropped as by ``crop``."""
        darkest, brightest = self.pixel_range
        shares = (images - darkest) / (brightest - darkest)
        return self.crop(pixels.to_uint8(shares[..., np.newaxis])[..., 0])

    def patterns(self, images: Floats) -> Images:
        """Return elementary patterns (..., rows, columns) as bytes, in colors as ``free``."""
        return self._color(pixels.signed_to_uint8(images, self.pattern_limit))

    def _color(self, images: Images) -> Images:
        if self.color_map == _NO_COLORS:
            return images
        return color_maps.to_colors(images, self.color_map)

    def crop(self, images: Images) -> Images:
        """Return the pixels of images (..., 28, 28) that influence the layer, (..., size, size)."""
        return images[..., : self.reachable_size, : self.reachable_size]


def gray_scale(
    oips: LayerOips,
    reachable_size: int,
    elementary: ElementaryPatterns | None = None,
    color_map: str = "gray",
) -> GrayScale:
    """Return the scale of a layer, that of its polished OIPs.

    A few pixels reach 10 standard deviations; a gray up to them would leave the rest without
    contrast.
    """
    found = oips.free.polished.images[oips.free.activations > 0, :reachable_size, :reachable_size]
    patterns = np.zeros(0) if elementary is None else elementary.images
    return GrayScale(
        find_limit(found), oips.pixel_range, reachable_size, find_limit(patterns), color_map
    )


def find_limit(images: npt.NDArray) -> float:
    """Return the value that becomes white, of free pixels of any number; 1 without any."""
    return float(np.percentile(np.abs(images), CLIP_PERCENTILE)) if images.size else 1.0
