import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from tests.images import exif

from latentmaps.faces.sources import aligned_size
from latentmaps.faces.sources.aligned_size import UnusableError


def _file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(aligned_size.to_aligned_size(content).jpeg)) as face:
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


def test_a_wide_picture_is_cropped_around_its_center() -> None:
    picture = Image.new("RGB", (3 * 178, 218), "black")
    picture.paste("white", (178, 0, 2 * 178, 218))

    assert _pixels(_file(picture)).min() > 230


def test_a_small_picture_is_scaled_to_cover() -> None:
    assert _pixels(_file(Image.new("RGB", (16, 16), (0, 128, 0))))[:, :, 1].min() > 120


RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
# orientation -> the quarters as stored by the camera; red green / blue white is upright
STORED = {
    1: ((RED, GREEN), (BLUE, WHITE)),
    2: ((GREEN, RED), (WHITE, BLUE)),
    3: ((WHITE, BLUE), (GREEN, RED)),
    4: ((BLUE, WHITE), (RED, GREEN)),
    5: ((RED, BLUE), (GREEN, WHITE)),
    6: ((GREEN, WHITE), (RED, BLUE)),
    7: ((WHITE, GREEN), (BLUE, RED)),
    8: ((BLUE, RED), (WHITE, GREEN)),
}


def _stored(orientation: int) -> Image.Image:
    quarters = np.array(STORED[orientation], np.uint8)
    size = (218, 178) if orientation >= 5 else (178, 218)
    return Image.fromarray(quarters).resize(size, Image.Resampling.NEAREST)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", STORED)
def test_the_orientation_of_the_camera_is_respected(orientation: int, kind: str) -> None:
    block = exif.block(exif.orientation(orientation))

    pixels = _pixels(_file(_stored(orientation), kind, exif=block, quality=100))

    corners = pixels[20:200:178, 20:160:138]
    np.testing.assert_allclose(corners, [[RED, GREEN], [BLUE, WHITE]], atol=25)


# EXIF that writers would refuse but readers accept
LIES = {
    "width as BYTE": (256, exif.BYTE, 1, b"\1"),
    "width as ASCII": (256, exif.ASCII, 2, b"1\0"),
    "maker as RATIONAL": (271, exif.RATIONAL, 1, struct.pack("<LL", 1, 2)),
    "maker as FLOAT": (271, exif.FLOAT, 1, struct.pack("<f", 1.5)),
    "resolution as BYTE": (282, exif.BYTE, 1, b"\1"),
    "resolution as ASCII": (282, exif.ASCII, 2, b"1\0"),
    "version as FLOAT": (36864, exif.FLOAT, 1, struct.pack("<f", 1.5)),
}


@pytest.mark.parametrize("lie", LIES)
def test_exif_with_wrong_entries_is_read_for_its_orientation_and_never_written(lie: str) -> None:
    contents = [
        _file(_stored(6), "JPEG", exif=exif.block(exif.orientation(6), *tags))
        for tags in ((), (LIES[lie],))
    ]

    faces = [aligned_size.to_aligned_size(content) for content in contents]

    assert faces[0] == faces[1]


def test_a_picture_whose_exif_cannot_be_read_stays_as_it_is() -> None:
    block = b"Exif\0\0" + b"no directory of tags"

    faces = [
        aligned_size.to_aligned_size(_file(_halves(), "JPEG", **options))
        for options in ({}, {"exif": block})
    ]

    assert faces[0] == faces[1]


GRAY = {
    "L": Image.new("L", (32, 32), 100),
    "RGB": Image.new("RGB", (32, 32), (100, 100, 100)),
    "P": Image.new("RGB", (32, 32), (100, 100, 100)).quantize(4),
    "RGBA": Image.new("RGBA", (32, 32), (100, 100, 100, 255)),
    "LA": Image.new("LA", (32, 32), (100, 255)),
    "16 bits": Image.fromarray(np.full((32, 32), 100 * 257, np.uint16)),
}


@pytest.mark.parametrize("mode", GRAY)
def test_every_mode_becomes_rgb(mode: str) -> None:
    np.testing.assert_allclose(_pixels(_file(GRAY[mode])), 100, atol=3)


def test_cmyk_becomes_rgb() -> None:
    picture = Image.new("CMYK", (32, 32), (155, 155, 155, 0))

    np.testing.assert_allclose(_pixels(_file(picture, "JPEG", quality=100)), 100, atol=3)


def test_transparent_pixels_become_white() -> None:
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    palette = Image.new("P", (32, 32), 0)

    assert _pixels(_file(clear)).min() > 250
    assert _pixels(_file(palette, transparency=0)).min() > 250


@pytest.mark.parametrize(
    ("alpha", "was_transparent"),
    [(0, True), (254, True), (255, False)],
    ids=["clear", "misty", "solid"],
)
def test_a_picture_with_a_partly_transparent_pixel_is_recognized(
    alpha: int, was_transparent: bool
) -> None:
    picture = Image.new("RGBA", (32, 32), (0, 0, 0, 255))
    picture.putpixel((31, 31), (0, 0, 0, alpha))

    assert aligned_size.to_aligned_size(_file(picture)).was_transparent is was_transparent
    assert not aligned_size.to_aligned_size(_file(picture.convert("RGB"))).was_transparent


def test_the_first_frame_of_an_animation_is_used() -> None:
    frames = [Image.new("RGB", (32, 32), (gray,) * 3) for gray in (100, 200)]
    content = _file(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    np.testing.assert_allclose(_pixels(content), 100, atol=3)


def test_a_color_profile_is_applied_and_a_broken_one_ignored() -> None:
    picture = Image.new("RGB", (32, 32), (100, 100, 100))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for profile in (srgb, b"broken"):
        np.testing.assert_allclose(_pixels(_file(picture, icc_profile=profile)), 100, atol=3)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    np.testing.assert_allclose(_pixels(_file(picture, icc_profile=lab)), 100, atol=3)


def test_metadata_are_removed() -> None:
    block = exif.block((0x010E, exif.ASCII, 8, b"at home\0"))
    content = aligned_size.to_aligned_size(_file(_halves(), "JPEG", exif=block)).jpeg

    assert b"at home" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def _announcing(kind: str, width: int, height: int) -> bytes:
    """Return a file of a few bytes that announces this size."""
    if kind == "JPEG":
        content = _file(Image.new("RGB", (32, 32)), "JPEG")
        return content.replace(struct.pack(">HH", 32, 32), struct.pack(">HH", height, width))
    chunks = ((b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 6, 0, 0, 0)), (b"IDAT", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"not a complete JPEG, PNG or WebP picture \(not recognized as one\)"),
        (b"some text", "not a complete JPEG, PNG or WebP picture"),
        (_file(_halves(), "GIF"), "not a complete JPEG, PNG or WebP picture"),
        (_file(_halves(), "JPEG")[:600], "not a complete JPEG, PNG or WebP picture"),
        (_file(_halves())[:100], "not a complete JPEG, PNG or WebP picture"),
        (_file(Image.new("L", (15, 100))), "15x100 pixels, expected at least 16 per side"),
        (_announcing("PNG", 9_380, 9_380), "9380x9380 pixels, expected at most 40,000,000 in"),
        (_announcing("JPEG", 9_380, 9_380), "9380x9380 pixels, expected at most 64,000,000 in"),
        (_announcing("PNG", 20_000, 20_000), r"Image size \(400000000 pixels\) exceeds limit"),
    ],
    ids=["empty", "text", "gif", "cut JPEG", "cut PNG", "small", "PNG", "JPEG", "bomb"],
)
def test_unusable_pictures_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnusableError, match=reason):
        aligned_size.to_aligned_size(content)


def test_a_webp_has_a_separate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(aligned_size.MAX_PIXELS, "WEBP", 32 * 32 - 1)
    with pytest.raises(UnusableError, match="expected at most 1,023 in total for a WEBP picture"):
        aligned_size.to_aligned_size(_file(Image.new("RGB", (32, 32)), "WEBP"))


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_very_large_jpeg_is_decoded_at_a_reduced_size(
    monkeypatch: pytest.MonkeyPatch, orientation: int
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (26, 21, 3), np.uint8)
    picture = Image.fromarray(noise).resize((1050, 1300), Image.Resampling.BICUBIC)
    block = exif.block(exif.orientation(orientation))
    content = _file(picture, "JPEG", quality=95, exif=block)
    in_full = _pixels(content)
    decoded = []
    to_rgb = aligned_size.to_rgb

    def watched(picture: Image.Image) -> tuple[Image.Image, bool]:
        decoded.append(picture.size)
        return to_rgb(picture)

    monkeypatch.setattr(aligned_size, "_MOST_PIXELS_IN_FULL", 1_000_000)
    monkeypatch.setattr(aligned_size, "to_rgb", watched)

    in_part = _pixels(content)

    assert decoded == [(263, 325)]  # a quarter; an eighth would not cover the face
    assert np.abs(in_part - in_full).mean() < 3


def test_transparency_becomes_white_in_bands_of_any_height(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (230, 190, 4), np.uint8)
    content = _file(Image.fromarray(noise))
    in_one = aligned_size.to_aligned_size(content)

    monkeypatch.setattr(aligned_size, "_BAND_PIXELS", 7 * 190)

    assert aligned_size.to_aligned_size(content) == in_one
