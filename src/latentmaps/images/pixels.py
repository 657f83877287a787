"""The only module that turns floats into bytes to look at, and back.

Nothing here stretches the contrast of a single picture: equal values give equal grays in every
sheet of every experiment.
"""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating]


def to_pixels(images: Bytes) -> npt.NDArray[np.float32]:
    """Gives pixels, float32, 0..1.

    Args:
        images: any shape, uint8, 0..255.
    """
    return images.astype(np.float32) / np.float32(255)


def to_uint8(pixels: Floats) -> Bytes:
    """Gives pixels as bytes, rounded half up; what lies outside 0..1 is clipped.

    Args:
        pixels: (..., height, width, channels), float, 0..1.

    Raises:
        ValueError: a pixel is not a number.
    """
    _refuse_nan(pixels)
    return _round(255.0 * np.clip(pixels.astype(np.float64), 0.0, 1.0))


def signed_to_uint8(images: Floats, limit: float) -> Bytes:
    """Gives images around zero as grays: -limit is 1, zero 128, +limit 255.

    Equal distances above and below zero are equal steps of gray, so 0 stays unused.

    Args:
        images: (n, height, width), float; for example an input standardized to mean 0.
        limit: the size of the value that is drawn white or black; what exceeds it is clipped.

    Raises:
        ValueError: a value is not a number, or the limit is not a positive number.
    """
    if not (np.isfinite(limit) and limit > 0):
        raise ValueError(f"limit: found {limit!r}, expected a positive number")
    _refuse_nan(images)
    return _round(128.0 + 127.0 * np.clip(images.astype(np.float64) / limit, -1.0, 1.0))


def _refuse_nan(values: Floats) -> None:
    num_nan = int(np.isnan(values).sum())
    if num_nan:
        # A cast would turn them into some byte without a word, and the sheet would look fine.
        raise ValueError(f"pixels: {num_nan} of {values.size} values are NaN, expected numbers")


def _round(values: npt.NDArray[np.float64]) -> Bytes:
    # np.round goes to the even neighbor: 0.5 would become 0, and 1.5 become 2.
    return np.floor(values + 0.5).astype(np.uint8)
