"""From any picture to a JPEG of CelebA's size: upright, RGB, scaled to cover, centred."""

import io
import warnings

from PIL import Image, ImageCms, ImageOps

# CelebA's aligned pictures
SIZE = (178, 218)
_JPEG_QUALITY = 95
_FORMATS = ("JPEG", "PNG", "WEBP")
# what is smaller is an icon, and would be a blur
_SMALLEST_EDGE = 16


# What Pillow raises for damaged files is any of these; a small file can also claim to be a picture
# that fills the memory.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class UnusableError(Exception):
    """The bytes are no picture that a face could be taken from."""


def to_aligned_size(content: bytes) -> bytes:
    """Gives a JPEG file, 178 wide and 218 high, quality 95, without metadata.

    Args:
        content: a JPEG, PNG or WebP file of any size; of an animation the first frame is taken.

    Raises:
        UnusableError: it is none of these, damaged, too small or too large.
    """
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(content), formats=_FORMATS) as picture,
        ):
            _check_size(picture)
            face = ImageOps.fit(_upright_rgb(picture), SIZE, Image.Resampling.LANCZOS)
    except _DAMAGED as error:
        raise UnusableError(f"no whole JPEG, PNG or WebP picture ({_first_line(error)})") from error
    jpeg = io.BytesIO()
    face.save(jpeg, "JPEG", quality=_JPEG_QUALITY)
    return jpeg.getvalue()


def _first_line(error: Exception) -> str:
    # Pillow names the object in memory, whose address differs from run to run
    text = str(error).partition("\n")[0]
    return "not of these formats" if "BytesIO" in text else text


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if min(width, height) < _SMALLEST_EDGE:
        raise UnusableError(f"{width}x{height} pixels, expected at least {_SMALLEST_EDGE} an edge")


def _upright_rgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if "transparency" in upright.info or upright.mode in ("LA", "PA", "RGBA", "RGBa", "La"):
        upright = _on_white(upright)
    elif upright.mode.startswith("I"):
        # 16 bits of grey: Pillow would cut them off at 255
        upright = upright.convert("I").point(lambda value: value / 257).convert("L")
    return _to_srgb(upright, profile) if profile else upright.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Gives the colours that the profile means; a broken profile means nothing."""
    if picture.mode not in ("RGB", "CMYK", "L"):
        picture = picture.convert("RGB")
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB")
    return converted if converted is not None else picture.convert("RGB")
