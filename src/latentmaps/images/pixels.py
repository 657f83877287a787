"""The only module that converts floats to displayable bytes, and back.

No function stretches the contrast of individual images: equal values produce equal grays in every
sheet of every experiment.
"""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating]


def to_pixels(images: Bytes) -> npt.NDArray[np.float32]:
    """Convert bytes to pixels.

    Args:
        images: any shape, uint8, 0..255.

    Returns:
        The same shape, float32, 0..1.
    """
    return images.astype(np.float32) / np.float32(255)


def to_uint8(pixels: Floats) -> Bytes:
    """Convert pixels to bytes, rounding half up; values outside 0..1 are clipped.

    Args:
        pixels: (..., height, width, channels), float, 0..1.

    Returns:
        The same shape, uint8, 0..255.

    Raises:
        ValueError: a pixel is NaN.
    """
    _refuse_nan(pixels)
    return _round(255.0 * np.clip(pixels.astype(np.float64), 0.0, 1.0))


def signed_to_uint8(images: Floats, limit: float) -> Bytes:
    """Convert images around zero to grays: -limit becomes 1, zero 128, and +limit 255.

    Gray steps have the same size above and below zero, so the byte 0 is not used.

    Args:
        images: (n, height, width), float; for example inputs standardized to mean 0.
        limit: absolute value that is drawn black or white; larger values are clipped.

    Returns:
        The same shape, uint8, 1..255.

    Raises:
        ValueError: a value is NaN, or the limit is not a positive finite number.
    """
    if not (np.isfinite(limit) and limit > 0):
        raise ValueError(f"limit: found {limit!r}, expected a positive number")
    _refuse_nan(images)
    return _round(128.0 + 127.0 * np.clip(images.astype(np.float64) / limit, -1.0, 1.0))


def _refuse_nan(values: Floats) -> None:
    num_nan = int(np.isnan(values).sum())
    if num_nan:
        # A cast would silently turn NaN into some byte, and the sheet would look fine.
        raise ValueError(f"pixels: {num_nan} of {values.size} values are NaN, expected numbers")


def _round(values: npt.NDArray[np.float64]) -> Bytes:
    # np.round rounds half to even: 0.5 would become 0, and 1.5 would become 2.
    return np.floor(values + 0.5).astype(np.uint8)
