"""Color maps: bytes of one channel become colors, equal values equal colors everywhere."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

# Viridis by Stefan van der Walt and Nathaniel Smith, CC0: byte -> red, green, blue. Straight lines
# between these 16 stay within 2 of all 256.
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
    """Return the bytes in all three channels."""
    return np.repeat(images[..., np.newaxis], 3, axis=-1)


def _viridis(images: Bytes) -> Bytes:
    """Return dark blue for 0, blue-green for 128, yellow for 255: lightness grows evenly."""
    channels = np.array(list(_VIRIDIS.values())).T
    table = [np.interp(np.arange(256), list(_VIRIDIS), channel) for channel in channels]
    return np.stack(table, axis=-1).round().astype(np.uint8)[images]


# name in params.yaml -> bytes (...,) to colors (..., 3)
COLOR_MAPS: dict[str, Callable[[Bytes], Bytes]] = {"gray": _gray, "viridis": _viridis}


def to_colors(images: Bytes, color_map: str) -> Bytes:
    """Return images in the colors of a map, (..., 3), uint8.

    Args:
        images: (...,), uint8, 0..255.
        color_map: of ``COLOR_MAPS``.
    """
    return COLOR_MAPS[color_map](images)
