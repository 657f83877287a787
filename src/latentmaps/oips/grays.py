"""Convert the images of a layer to gray levels, with one scale for the whole layer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.drawing import color_maps
from latentmaps.images import pixels
from latentmaps.oips.oip import ElementaryPatterns, Floats, LayerOips, PixelRange

CLIP_PERCENTILE = 98
# the only color map with a single channel
_NO_COLORS = "gray"

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class GrayScale:
    """The scales that convert the images of a layer to bytes.

    Attributes:
        limit: value drawn as white for free pixels; black is minus this value, and 0 is mid-gray.
        pixel_range: values drawn as black and as white for pixels in range, in standard deviations.
        reachable_size: number of rows and columns, from the top left, that influence the layer.
        pattern_limit: value drawn as white for elementary patterns.
        color_map: color map for free pixels and patterns, a name in ``color_maps.COLOR_MAPS``; gray
            images have no channel axis.
    """

    limit: float
    pixel_range: PixelRange
    reachable_size: int
    pattern_limit: float
    color_map: str = "gray"

    def free(self, images: Floats) -> Images:
        """Convert images with free pixels (..., 28, 28) to uint8, and crop them with ``crop``.

        A color map other than ``gray`` adds an axis of 3 channels.
        """
        return self._color(self.crop(pixels.signed_to_uint8(images, self.limit)))

    def in_range(self, images: Floats) -> Images:
        """Convert images in range (..., 28, 28) to uint8, and crop them with ``crop``."""
        darkest, brightest = self.pixel_range
        shares = (images - darkest) / (brightest - darkest)
        return self.crop(pixels.to_uint8(shares[..., np.newaxis])[..., 0])

    def patterns(self, images: Floats) -> Images:
        """Convert elementary patterns (..., rows, columns) to uint8, with colors as in ``free``."""
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
    """Return the gray scales of a layer, computed from its polished OIPs.

    Args:
        oips: OIPs of the layer.
        reachable_size: number of rows and columns that influence the layer.
        elementary: elementary patterns of the layer; None if there are none.
        color_map: name in ``color_maps.COLOR_MAPS``.
    """
    images = oips.free.polished.images[oips.free.activations > 0, :reachable_size, :reachable_size]
    patterns = np.zeros(0) if elementary is None else elementary.images
    return GrayScale(
        find_limit(images), oips.pixel_range, reachable_size, find_limit(patterns), color_map
    )


def find_limit(images: npt.NDArray) -> float:
    """Return the absolute value that is drawn as white; 1 for an empty array.

    This is a percentile, not the maximum: a few pixels reach 10 standard deviations, and a scale
    that included them would leave hardly any contrast for the other pixels.

    Args:
        images: any shape, float, centered on 0.
    """
    return float(np.percentile(np.abs(images), CLIP_PERCENTILE)) if images.size else 1.0
