"""The conversion between floats and bytes."""

import numpy as np
import pytest

from latentmaps.images import pixels


def test_pixels_are_rounded_half_up() -> None:
    halves = np.array([0.5, 1.5, 2.4999, 254.5]) / 255.0
    assert pixels.to_uint8(halves).tolist() == [1, 2, 2, 255]


def test_pixels_outside_their_range_are_clipped() -> None:
    assert pixels.to_uint8(np.array([-0.2, 0.0, 1.0, 7.0, np.inf])).tolist() == [
        0,
        0,
        255,
        255,
        255,
    ]


def test_every_byte_survives_conversion_to_pixels_and_back() -> None:
    every_byte = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    converted = pixels.to_pixels(every_byte)
    assert converted.dtype == np.float32
    assert (converted.min(), converted.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(pixels.to_uint8(converted), every_byte)


def test_a_nan_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 values are NaN, expected numbers"):
        pixels.to_uint8(np.array([0.5, np.nan]))


def test_signed_values_are_symmetric_around_mid_gray() -> None:
    values = np.array([[[-9.0, -2.0, -1.0, 0.0, 1.0, 2.0, 9.0]]], dtype=np.float32)
    gray = pixels.signed_to_uint8(values, limit=2.0).ravel().tolist()
    assert gray == [1, 1, 65, 128, 192, 255, 255]  # 64.5 and 191.5 are rounded half up


def test_a_signed_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        pixels.signed_to_uint8(np.full((1, 2, 2), np.nan, dtype=np.float32), limit=1.0)


@pytest.mark.parametrize("limit", [0.0, -1.0, np.inf, np.nan])
def test_a_limit_that_is_not_positive_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match=r"limit: found .*, expected a positive number"):
        pixels.signed_to_uint8(np.zeros((1, 2, 2), dtype=np.float32), limit=limit)
