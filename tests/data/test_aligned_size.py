import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from latentmaps.data import aligned_size
from latentmaps.data.aligned_size import UnusableError


def _file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(aligned_size.to_aligned_size(content))) as face:
        assert face.format == "JPEG"
        assert face.size == (178, 218)
        assert face.mode == "RGB"
        return np.asarray(face).astype(int)


def _halves(size: tuple[int, int] = (178, 218)) -> Image.Image:
    """Red above, blue below."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0], size[1] // 2))
    return picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_the_right_size_stays_as_it_is(kind: str) -> None:
    pixels = _pixels(_file(_halves(), kind, **({"quality": 100} if kind != "PNG" else {})))

    np.testing.assert_allclose(pixels[50, 89], (255, 0, 0), atol=12)
    np.testing.assert_allclose(pixels[170, 89], (0, 0, 255), atol=12)


def test_a_wide_picture_is_cut_about_its_centre() -> None:
    picture = Image.new("RGB", (3 * 178, 218), "black")
    picture.paste("white", (178, 0, 2 * 178, 218))

    assert _pixels(_file(picture)).min() > 230


def test_a_small_picture_is_scaled_to_cover() -> None:
    assert _pixels(_file(Image.new("RGB", (16, 16), (0, 128, 0))))[:, :, 1].min() > 120


@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_the_orientation_of_the_camera_is_honoured(orientation: int, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = _halves().rotate(turn, expand=True)

    pixels = _pixels(_file(turned, "JPEG", exif=exif, quality=100))

    np.testing.assert_allclose(pixels, _pixels(_file(_halves(), "JPEG", quality=100)), atol=25)


GREY = {
    "L": Image.new("L", (32, 32), 100),
    "RGB": Image.new("RGB", (32, 32), (100, 100, 100)),
    "P": Image.new("RGB", (32, 32), (100, 100, 100)).quantize(4),
    "RGBA": Image.new("RGBA", (32, 32), (100, 100, 100, 255)),
    "LA": Image.new("LA", (32, 32), (100, 255)),
    "16 bits": Image.fromarray(np.full((32, 32), 100 * 257, np.uint16)),
}


@pytest.mark.parametrize("mode", GREY)
def test_every_mode_becomes_rgb(mode: str) -> None:
    np.testing.assert_allclose(_pixels(_file(GREY[mode])), 100, atol=3)


def test_cmyk_becomes_rgb() -> None:
    picture = Image.new("CMYK", (32, 32), (155, 155, 155, 0))

    np.testing.assert_allclose(_pixels(_file(picture, "JPEG", quality=100)), 100, atol=3)


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    palette = Image.new("P", (32, 32), 0)

    assert _pixels(_file(clear)).min() > 250
    assert _pixels(_file(palette, transparency=0)).min() > 250


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (32, 32), (grey,) * 3) for grey in (100, 200)]
    content = _file(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    np.testing.assert_allclose(_pixels(content), 100, atol=3)


def test_a_profile_decides_the_colours_and_a_broken_one_is_passed_over() -> None:
    picture = Image.new("RGB", (32, 32), (100, 100, 100))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for profile in (srgb, b"broken"):
        np.testing.assert_allclose(_pixels(_file(picture, icc_profile=profile)), 100, atol=3)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    np.testing.assert_allclose(_pixels(_file(picture, icc_profile=lab)), 100, atol=3)


def test_nothing_of_the_metadata_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    content = aligned_size.to_aligned_size(_file(_halves(), "JPEG", exif=exif))

    assert b"at home" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"no whole JPEG, PNG or WebP picture \(not of these formats\)"),
        (b"some text", "no whole JPEG, PNG or WebP picture"),
        (_file(_halves(), "GIF"), "no whole JPEG, PNG or WebP picture"),
        (_file(_halves(), "JPEG")[:600], "no whole JPEG, PNG or WebP picture"),
        (_file(_halves())[:100], "no whole JPEG, PNG or WebP picture"),
        (_file(Image.new("L", (15, 100))), "15x100 pixels, expected at least 16 an edge"),
        (_file(Image.new("1", (20_000, 5_001))), r"Image size \(100020000 pixels\) exceeds limit"),
    ],
    ids=["empty", "text", "gif", "cut JPEG", "cut PNG", "small", "bomb"],
)
def test_what_is_no_usable_picture_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnusableError, match=reason):
        aligned_size.to_aligned_size(content)
