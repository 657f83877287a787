import io

import numpy as np
import pytest
from PIL import Image
from tests.images import exif

from latentmaps.faces.preparing import crop
from latentmaps.faces.preparing.crop import BoxError, PictureError

CROP = crop.Crop((2, 4, 10, 12), 4, "lanczos")


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=100, subsampling=0)
    return file.getvalue()


def _plain(
    color: tuple[int, ...] | int, *, mode: str = "RGB", size: tuple[int, int] = (12, 16)
) -> bytes:
    return _jpeg(Image.new(mode, size, color))


def test_the_picture_is_cropped_before_it_is_scaled() -> None:
    picture = np.zeros((16, 12, 3), np.uint8)
    picture[4:12, 2:10] = 255

    image = crop.crop_picture(_jpeg(Image.fromarray(picture)), CROP)

    assert image.min() > 230


@pytest.mark.parametrize(
    "jpeg",
    [
        _plain(100, mode="L"),
        _plain((100, 100, 100)),
        _plain((155, 155, 155, 0), mode="CMYK"),
    ],
    ids=["gray", "color", "cmyk"],
)
def test_every_mode_becomes_rgb(jpeg: bytes) -> None:
    image = crop.crop_picture(jpeg, CROP)

    assert image.shape == (4, 4, 3)
    assert image.dtype == np.uint8
    np.testing.assert_allclose(image, 100, atol=2)


@pytest.mark.parametrize("size", [4, 8, 13])
@pytest.mark.parametrize("resample", ["nearest", "box", "lanczos"])
def test_size_and_filter_are_those_requested(size: int, resample: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (16, 12, 3), np.uint8)
    jpeg = _jpeg(Image.fromarray(noise))

    image = crop.crop_picture(jpeg, crop.Crop((2, 4, 10, 12), size, resample))

    part = Image.open(io.BytesIO(jpeg)).crop((2, 4, 10, 12))
    expected = part.resize((size, size), Image.Resampling[resample.upper()])
    np.testing.assert_array_equal(image, np.asarray(expected))


@pytest.mark.parametrize("jpeg", [b"", b"<html>", b"\xff\xd8\xff"])
def test_bytes_that_are_not_a_picture_are_refused(jpeg: bytes) -> None:
    with pytest.raises(PictureError, match=f"{len(jpeg)} bytes, expected a JPEG or PNG picture"):
        crop.crop_picture(jpeg, CROP)


@pytest.mark.parametrize("content", [b"<html>", _plain(1)[:100], b"\xff\xd8\xff\xe1\0\x0aExif"])
def test_the_reason_is_equal_for_equal_bytes(content: bytes) -> None:
    reasons = []
    for _ in range(2):
        with pytest.raises(PictureError) as raised:
            crop.crop_picture(bytes(bytearray(content)), CROP)
        reasons.append(str(raised.value))

    assert reasons[0] == reasons[1]
    assert "BytesIO" not in reasons[0]


def test_damaged_exif_is_ignored() -> None:
    file = io.BytesIO()
    block = exif.block(exif.orientation(1), (271, exif.ASCII, 5_000, b"....."))[:-9]
    Image.new("RGB", (12, 16), (100, 100, 100)).save(file, "JPEG", exif=block)

    np.testing.assert_allclose(crop.crop_picture(file.getvalue(), CROP), 100, atol=2)


def test_a_picture_of_another_format_is_refused() -> None:
    file = io.BytesIO()
    Image.new("RGB", (12, 16)).save(file, "GIF")

    with pytest.raises(PictureError, match="expected a JPEG or PNG picture"):
        crop.crop_picture(file.getvalue(), CROP)


def test_a_png_picture_keeps_every_pixel() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (8, 8), np.uint8)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")

    image = crop.crop_picture(file.getvalue(), crop.Crop((0, 0, 8, 8), 8, "nearest", 1))

    np.testing.assert_array_equal(image[..., 0], picture)


def test_a_truncated_picture_is_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)

    with pytest.raises(PictureError, match=r"expected a JPEG or PNG picture"):
        crop.crop_picture(_jpeg(Image.fromarray(noise))[:1000], CROP)


def test_a_box_outside_of_the_picture_is_refused_with_both_sizes() -> None:
    with pytest.raises(BoxError, match="a picture of 8x9 pixels, expected at least 10x12"):
        crop.crop_picture(_plain(1, mode="L", size=(8, 9)), CROP)


def test_a_picture_with_too_many_pixels_is_refused() -> None:
    with pytest.raises(PictureError, match="a picture of 5000x4000 pixels, expected at most"):
        crop.crop_picture(_plain(1, mode="L", size=(5000, 4000)), CROP)


def test_gray_is_the_luminance() -> None:
    image = crop.crop_picture(_plain((200, 100, 50)), crop.Crop((2, 4, 10, 12), 4, "lanczos", 1))

    assert image.shape == (4, 4, 1)
    np.testing.assert_allclose(image, 0.299 * 200 + 0.587 * 100 + 0.114 * 50, atol=2)
