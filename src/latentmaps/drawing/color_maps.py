"""Color maps: fixed tables that convert images with one channel to colors."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

# Viridis by Stefan van der Walt and Nathaniel Smith, CC0: byte -> red, green, blue. Linear
# interpolation between these 16 colors is within 2 levels of the 256 original ones.
_VIRIDIS = {
    0: (68, 1, 84),
    14: (72, 22, 104),
    29: (72, 41, 121),
    44: (68, 59, 132),
    57: (62, 74, 137),
    90: (46, 109, 142),
    129: (32, 146, 140),
    143: (31, 159, 136),
    154: (35, 169, 131),
    170: (53, 183, 121),
    188: (86, 198, 103),
    208: (132, 212, 75),
    231: (192, 223, 37),
    238: (210, 226, 27),
    246: (231, 228, 25),
    255: (253, 231, 37),
}


def _gray(images: Bytes) -> Bytes:
    """Repeat the bytes in three channels."""
    return np.repeat(images[..., np.newaxis], 3, axis=-1)


def _viridis(images: Bytes) -> Bytes:
    """Map 0 to dark blue, 128 to blue-green and 255 to yellow, with evenly increasing lightness."""
    channels = np.array(list(_VIRIDIS.values())).T
    table = [np.interp(np.arange(256), list(_VIRIDIS), channel) for channel in channels]
    return np.stack(table, axis=-1).round().astype(np.uint8)[images]


# name in params.yaml -> bytes (...,) to colors (..., 3)
COLOR_MAPS: dict[str, Callable[[Bytes], Bytes]] = {"gray": _gray, "viridis": _viridis}


def to_colors(images: Bytes, color_map: str) -> Bytes:
    """Apply a color map to images.

    Args:
        images: (...,), uint8, 0..255.
        color_map: a key of ``COLOR_MAPS``.

    Returns:
        (..., 3), uint8, 0..255.
    """
    return COLOR_MAPS[color_map](images)
