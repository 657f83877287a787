import errno
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentmaps.data import archive, arrays, crop
from latentmaps.errors import DataError

CROP = crop.Crop((2, 4, 10, 12), 4, "lanczos")


def _jpeg(colour: tuple[int, int, int] | int, size: tuple[int, int] = (12, 16)) -> bytes:
    mode = "L" if isinstance(colour, int) else "RGB"
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "JPEG", quality=100, subsampling=0)
    return file.getvalue()


def _archive(path: Path, *jpegs: bytes) -> Path:
    with archive.ArchiveWriter(path) as writer:
        for index, jpeg in enumerate(jpegs):
            writer.add(archive.face_name(index), jpeg)
    return path


def test_rows_follow_the_names(tmp_path: Path) -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    path = _archive(tmp_path / "a.zip", *map(_jpeg, colours))

    crop.crop_archive(path, tmp_path / "images.npy", CROP)
    names = crop.read_names(path)

    images = arrays.open_images(tmp_path / "images.npy")
    assert names == ["000001.jpg", "000002.jpg", "000003.jpg"]
    assert images.shape == (3, 4, 4, 3)
    assert images.dtype == np.uint8
    np.testing.assert_allclose(images[:, 0, 0], colours, atol=3)


def test_the_box_is_cut_before_the_picture_is_scaled() -> None:
    picture = np.zeros((16, 12, 3), np.uint8)
    picture[4:12, 2:10] = 255
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=100, subsampling=0)

    image = crop.crop_picture(file.getvalue(), CROP, "here")

    assert image.min() > 230


@pytest.mark.parametrize("colour", [100, (100, 100, 100)])
def test_a_grey_picture_becomes_rgb(colour: tuple[int, int, int] | int) -> None:
    image = crop.crop_picture(_jpeg(colour), CROP, "here")

    assert image.shape == (4, 4, 3)
    np.testing.assert_allclose(image, 100, atol=2)


def test_a_member_that_is_no_picture_is_named(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", _jpeg(1), b"<html>")

    with pytest.raises(DataError, match=r"member 000002\.jpg: 6 bytes, expected a JPEG picture"):
        crop.crop_archive(path, tmp_path / "images.npy", CROP)


def test_a_picture_that_is_cut_off_is_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG")

    with pytest.raises(DataError, match=r"here: .* expected a JPEG picture"):
        crop.crop_picture(file.getvalue()[:1000], CROP, "here")


def test_a_box_outside_of_the_picture_is_refused_with_both_sizes() -> None:
    with pytest.raises(DataError, match="a picture of 8x9 pixels, expected at least 10x12"):
        crop.crop_picture(_jpeg(1, (8, 9)), CROP, "here")


def test_a_picture_that_fills_the_memory_is_refused() -> None:
    with pytest.raises(DataError, match="a picture of 5000x4000 pixels, expected at most"):
        crop.crop_picture(_jpeg(1, (5000, 4000)), CROP, "here")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_and_not_a_signal(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", _jpeg(1))

    with pytest.raises(OSError, match="No space left") as raised:
        crop.crop_archive(path, Path("/dev/full"), crop.Crop((2, 4, 10, 12), 96, "box"))

    assert raised.value.errno == errno.ENOSPC
