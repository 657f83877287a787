from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from PIL import Image
from tests.play import example_photos

import latentmaps
from latentmaps.errors import DataError

SHAPE = (16, 16, 3)
RED, BLUE = [255, 0, 0], [0, 0, 255]


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    example_photos.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_largest_square_about_the_center_is_taken(photos: Path) -> None:
    image = latentmaps.crop("plain.png", SHAPE)
    assert image.shape == SHAPE
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image[:, :4], np.broadcast_to(RED, (16, 4, 3)))
    np.testing.assert_array_equal(image[:, 12:], np.broadcast_to(BLUE, (16, 4, 3)))


def test_a_box_is_taken(photos: Path) -> None:
    image = latentmaps.crop(photos / "plain.png", SHAPE, box=(0, 10, 50, 60))
    np.testing.assert_array_equal(image, np.broadcast_to(RED, SHAPE))


def test_a_path_a_picture_and_an_array_give_the_same(photos: Path) -> None:
    picture = example_photos.halves()
    expected = latentmaps.crop("plain.png", SHAPE)
    for photo in (photos / "plain.png", picture, np.asarray(picture), picture.convert("RGBA")):
        np.testing.assert_array_equal(latentmaps.crop(photo, SHAPE), expected)
    with Image.open("plain.png") as unread:
        np.testing.assert_array_equal(latentmaps.crop(unread, SHAPE), expected)


def test_gray_arrays_and_gray_models(photos: Path) -> None:
    gray = np.full((20, 20), 77, np.uint8)
    assert (latentmaps.crop(gray, (16, 16, 1)) == 77).all()
    assert (latentmaps.crop(gray[..., None], SHAPE) == 77).all()
    assert latentmaps.crop("plain.png", (28, 28, 1)).shape == (28, 28, 1)


def test_a_photo_is_turned_upright_before_the_box_is_taken(photos: Path) -> None:
    with Image.open("turned.jpg") as stored:
        assert stored.size == (120, 100)
        from_picture = latentmaps.crop(stored, SHAPE)
    image = latentmaps.crop("turned.jpg", SHAPE)
    np.testing.assert_array_equal(image, from_picture)
    # 100 wide and 120 high when upright
    below = latentmaps.crop("turned.jpg", SHAPE, box=(40, 60, 100, 120))
    assert below.shape == SHAPE
    with pytest.raises(DataError, match="which has 100x120 pixels when upright"):
        latentmaps.crop("turned.jpg", SHAPE, box=(0, 0, 120, 120))


def test_cmyk_alpha_and_16_bits_become_colors(photos: Path) -> None:
    cmyk = latentmaps.crop("cmyk.jpg", SHAPE).astype(int)
    assert cmyk[8, 2, 0] > cmyk[8, 2, 2]
    assert cmyk[8, 14, 2] > cmyk[8, 14, 0]
    assert (latentmaps.crop("clear.png", SHAPE) == 255).all()
    gray = latentmaps.crop("gray16.png", SHAPE)
    assert gray[0].max() < 16
    assert gray[15].min() > 239


NO_PHOTOS = [
    ("small.png", "small.png: 40x7 pixels, expected at least 16 per side"),
    ("icon.png", "icon.png: 8x8 pixels, .* at least 16 per side; choose another photo"),
    ("animated.gif", r"animated.gif: not a complete JPEG, PNG or .* \(not recognized as one"),
    ("phone.jpg", "phone.jpg: HEIC, expected JPEG, PNG or WebP; convert it, see docs/own-pictures"),
    ("cut.jpg", "cut.jpg: not a complete JPEG, PNG or WebP picture"),
    ("text.png", "text.png: not a complete JPEG, PNG or WebP picture"),
    ("empty.png", "empty.png: not a complete JPEG, PNG or WebP picture"),
    ("huge.png", "huge.png: (10000x10000 pixels, .* at most 40,000,000|not a complete .*exceeds)"),
    ("folder.png", "folder.png: no such file, expected a photo"),
    ("nothing.png", "nothing.png: no such file, expected a photo"),
    ("no\0name", "no such file, expected a photo"),
    (3, "photo: found 3, expected a path, a Pillow image"),
    (np.zeros((20, 20)), r"photo: found float64 of shape \(20, 20\), expected uint8"),
    (np.zeros((20, 20, 2), np.uint8), r"photo: found uint8 of shape \(20, 20, 2\)"),
    (np.zeros((0, 20), np.uint8), r"photo: found uint8 of shape \(0, 20\)"),
    (np.zeros((20, 7), np.uint8), "photo: 7x7 pixels to crop, expected at least 8x8 for an image"),
]


@pytest.mark.parametrize(("photo", "message"), NO_PHOTOS, ids=range(len(NO_PHOTOS)))
def test_anything_but_a_photo_is_refused(photos: Path, photo: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        latentmaps.crop(photo, SHAPE)


def test_an_unreadable_photo_is_refused(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = mock.Mock(side_effect=PermissionError(13, "Permission denied"))
    monkeypatch.setattr(Path, "read_bytes", denied)
    message = r"plain\.png: cannot be read \(Permission denied\), expected a photo; choose another"
    with pytest.raises(DataError, match=message):
        latentmaps.crop("plain.png", SHAPE)


NO_BOXES = [
    ((0, 0, 121, 100), "expected one inside the photo, which has 120x100 pixels"),
    ((-1, 0, 50, 50), "expected one inside the photo"),
    ((50, 0, 50, 50), "left < right and top < bottom"),
    ((0, 0, 50, 40), r"50x40 pixels, expected a square, .*; use 0,0,40,40 or a similar one"),
    ((0, 0, 7, 7), "7x7 pixels to crop, expected at least 8x8 for an image of 16x16, .* blurred"),
    ((0, 0, 50), "expected four integers"),
    ((0, 0, 50, 50.5), "expected four integers"),
    ((0, 0, 50, float("nan")), "expected four integers"),
    ("0,0,9,9", "expected four integers"),
    (5, "expected four integers"),
]


@pytest.mark.parametrize(("box", "message"), NO_BOXES, ids=range(len(NO_BOXES)))
def test_an_invalid_box_is_refused(photos: Path, box: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^plain.png: .*{message}"):
        latentmaps.crop("plain.png", SHAPE, box=box)


@pytest.mark.parametrize(
    "shape", [(16, 16), (16, 20, 3), (0, 0, 3), (16, 16, 4), (16.5, 16.5, 3), None, "abc"]
)
def test_an_invalid_shape_is_refused(photos: Path, shape: Any) -> None:
    with pytest.raises(DataError, match=r"^shape: found .*, expected height, width and"):
        latentmaps.crop("plain.png", shape)
