from typing import Any

import numpy as np
import pytest

import latentmaps
from latentmaps.errors import DataError
from latentmaps.play import contact_sheet

IMAGES = np.random.default_rng(1).integers(0, 256, (5, 20, 20, 3), dtype=np.uint8)


@pytest.mark.slow
def test_images_are_drawn_side_by_side_unchanged() -> None:
    sheet = latentmaps.sheet(IMAGES, 3, title="Five", tile_labels=list("abcde"), scale=2)
    assert sheet.mode == "RGB"
    drawn, tile = np.asarray(sheet), IMAGES[4].repeat(2, axis=0).repeat(2, axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(drawn, tile.shape)
    assert (windows == tile).all(axis=(3, 4, 5)).sum() == 1


def test_pixels_of_a_decoder_are_images() -> None:
    pixels = IMAGES.astype(np.float32) / 255
    of_pixels, of_bytes = (latentmaps.sheet(images, 5) for images in (pixels, IMAGES))
    np.testing.assert_array_equal(np.asarray(of_pixels), np.asarray(of_bytes))
    gray = latentmaps.sheet(list(IMAGES[..., :1]), 5)
    assert gray.size == of_bytes.size


@pytest.mark.parametrize("kind", ["row_labels", "column_labels", "tile_labels"])
def test_numbers_are_labels(kind: str) -> None:
    numbers: list[object] = [1, 2.5]
    images, num_columns = IMAGES[:2], 1 if kind == "row_labels" else 2
    sheet = latentmaps.sheet(images, num_columns, **{kind: numbers})  # type: ignore[arg-type]
    words = latentmaps.sheet(images, num_columns, **{kind: ["1", "2.5"]})  # type: ignore[arg-type]
    np.testing.assert_array_equal(np.asarray(sheet), np.asarray(words))


@pytest.mark.parametrize(
    ("images", "num_columns", "words", "message"),
    [
        (IMAGES[0], 3, {}, r"images: found the shape \(20, 20, 3\), expected \(n, h, w, 3 or 1\)"),
        (IMAGES[:0], 3, {}, r"images: found the shape \(0, 20, 20, 3\)"),
        (IMAGES.astype(int), 3, {}, "images: found int64 or values that are not f"),
        (np.full((1, 2, 2, 3), np.nan), 3, {}, "images: found float64 or values that are not f"),
        ([IMAGES[0], IMAGES[0, 1:]], 3, {}, "images: found different sizes"),
        (IMAGES, 0, {}, "num_columns: found 0, expected an integer of at least 1"),
        (IMAGES, 3, {"scale": 33}, "scale: found 33, expected at most 32"),
        (IMAGES, 3, {"row_labels": ["a"]}, "row_labels: found 1, expected 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    images: Any, num_columns: int, words: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=f"^{message}"):
        latentmaps.sheet(images, num_columns, **words)


@pytest.mark.parametrize(("size", "scale"), [(96, 2), (28, 7), (64, 3), (400, 1)])
def test_an_image_is_enlarged_to_be_looked_at(size: int, scale: int) -> None:
    assert contact_sheet.natural_scale(size) == scale
