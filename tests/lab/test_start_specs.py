"""Starts that a user names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.lab import settings, start_specs
from latentmaps.lab.start_specs import ImageStart
from latentmaps.oips import constraints
from latentmaps.oips.start_images import StartImageSpec

SHAPE = (8, 6, 1)
PATTERNS = StartImageSpec(SHAPE, settings.defaults(SHAPE), None)
RAMP = np.arange(48, dtype=np.uint8).reshape(8, 6)


def sample(start: Any, *, whole: tuple[int, int, int] = SHAPE, image_spec: Any = PATTERNS) -> Any:
    return start_specs.sample(start, 0, image_spec, unit=3, seed=1, whole=whole)


def test_a_digit_is_the_first_of_its_label(bars: Digits) -> None:
    start = start_specs.parse("digit:4", bars)
    assert isinstance(start, ImageStart)
    np.testing.assert_array_equal(start.image, bars.train_images[4])


@pytest.mark.parametrize("word", ["digit:9", "digit:", "digit:44"])
def test_a_digit_that_the_training_part_lacks_is_refused(word: str, bars: Digits) -> None:
    with pytest.raises(DataError, match=f"^--start: found '{word}', expected digit:0 to digit:9"):
        start_specs.parse(word, bars)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA", "1"])
def test_a_picture_of_any_mode_starts_a_gray_network(mode: str, tmp_path: Path) -> None:
    bright = Image.fromarray(np.where(RAMP > 20, 255, 0).astype(np.uint8))
    bright.convert(mode).save(tmp_path / "my.png")
    start = start_specs.parse(str(tmp_path / "my.png"), None)
    np.testing.assert_array_equal(sample(start)[..., 0], np.where(RAMP > 20, 255, 0))


def test_sixteen_bits_of_gray_keep_their_shades(tmp_path: Path) -> None:
    Image.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / "my.png")
    start = start_specs.parse(str(tmp_path / "my.png"), None)
    np.testing.assert_array_equal(sample(start)[..., 0], RAMP)


def test_transparent_areas_become_white(tmp_path: Path) -> None:
    strokes = np.zeros((8, 6, 4), np.uint8)
    strokes[..., 3] = np.where(RAMP > 20, 255, 0)
    Image.fromarray(strokes).save(tmp_path / "my.png")
    start = start_specs.parse(str(tmp_path / "my.png"), None)
    np.testing.assert_array_equal(sample(start)[..., 0], np.where(RAMP > 20, 0, 255))


def test_a_gray_picture_can_start_a_network_for_colors() -> None:
    shape = (8, 6, 3)
    image_spec = StartImageSpec(shape, settings.defaults(shape), None)
    found = sample(ImageStart("x", RAMP), whole=shape, image_spec=image_spec)
    np.testing.assert_array_equal(found, np.stack([RAMP] * 3, axis=-1))


def test_the_center_of_a_picture_starts_a_patch() -> None:
    image = np.arange(120, dtype=np.float64).reshape(12, 10, 1)
    found = sample(ImageStart("x", image), whole=(12, 10, 1))
    np.testing.assert_array_equal(found, image[2:10, 2:8])


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (
            RAMP[:, :5],
            "^start x: found 5x8 pixels with one gray, expected 6x8 pixels with one gray;",
        ),
        (
            np.zeros((8, 6, 4), np.uint8),
            "^start x: found 6x8 pixels with 4 channels, expected 6x8 pixels with one gray;",
        ),
        (
            np.full((8, 6), 7, np.uint8),
            "^start x: found an image without contrast, expected finite values that differ",
        ),
        (np.full((8, 6), np.nan), "^start x: found an image with NaN or infinite values"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused(image: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        sample(ImageStart("x", image))


def test_bytes_are_spread_over_a_range_and_floats_are_left_alone() -> None:
    whole = np.array([[[0.0], [255.0]]], np.float32)
    own, pixel_range = constraints.clipped((-1.0, 1.0)), (-1.0, 1.0)
    as_bytes = ImageStart("x", whole.astype(np.uint8))
    spread = start_specs.to_range(whole, as_bytes, pixel_range, own)
    np.testing.assert_array_equal(spread, [[[-1.0], [1.0]]])
    assert start_specs.to_range(whole, ImageStart("x", whole), pixel_range, own) is whole
    assert start_specs.to_range(whole, as_bytes, None, constraints.standardized) is whole


def test_noise_covers_half_of_a_range_or_stays_as_it_is() -> None:
    noise = np.array([[[-1.0], [0.0], [1.0]]], np.float32)
    spread = start_specs.to_range(noise, "noise", (0.0, 4.0), constraints.clipped((0.0, 4.0)))
    np.testing.assert_array_equal(spread, [[[1.0], [2.0], [3.0]]])
    # as in the stage, which standardizes noise before clipping it
    kept = start_specs.to_range(noise, "noise", (0.0, 4.0), constraints.in_range((0.0, 4.0)))
    np.testing.assert_array_equal(kept, noise)
