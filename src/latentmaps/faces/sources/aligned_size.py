"""Convert any picture to an upright RGB image, or to a JPEG of CelebA's size."""

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from latentmaps.images import picture_files
from latentmaps.images.picture_files import DamagedError

# width and height of CelebA's aligned pictures
SIZE = (178, 218)
_JPEG_QUALITY = 95
_FORMATS = ("JPEG", "PNG", "WEBP")
# smaller pictures are icons; enlarged, they would be a blur
_SMALLEST_EDGE = 16

# A file of a few kB can contain this many pixels, and every process converts one file at a time.
# These limits keep each process under about 0.5 GB. Measured bytes per pixel: 8 for a progressive
# JPEG, and 4 more if it is decoded at full size; 8 for a PNG; 16 for a WebP, which Pillow decodes
# as an animation. MPO: several JPEG pictures in one file, as written by phones.
MAX_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 40_000_000, "WEBP": 25_000_000}
# phones write HEIC, sometimes with the suffix of a JPEG; Pillow cannot read it
_HEIC_SUFFIXES = (".heic", ".heif")
_HEIC_STARTS = {b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1")}
_HEIC_REASON = "HEIC, expected JPEG, PNG or WebP; convert it, see docs/own-pictures.md"
# a larger JPEG is decoded at 1/2, 1/4 or 1/8 of its size
_MOST_PIXELS_IN_FULL = 40_000_000
# transparent pictures are composited onto white in bands of this size
_BAND_PIXELS = 1_000_000


class UnusableError(Exception):
    """The bytes are not a picture that can be used as a face."""


@dataclass(frozen=True)
class Aligned:
    """A picture of CelebA's size.

    Attributes:
        jpeg: the JPEG file, 178 pixels wide and 218 high, quality 95, without metadata.
        was_transparent: whether the picture had transparent or partly transparent pixels, which are
            now on white.
    """

    jpeg: bytes
    was_transparent: bool


def to_aligned_size(content: bytes) -> Aligned:
    """Scale and crop a picture to CelebA's size.

    Args:
        content: a JPEG, PNG or WebP file; if it is animated, only the first frame is used.

    Raises:
        UnusableError: the file has a different format, is damaged, has a side of fewer than 16
            pixels, or has more than 64 million pixels (PNG: 40, WebP: 25).
    """
    # a square, since the EXIF orientation may still rotate the picture by 90 degrees
    face, was_transparent = read_upright(content, covering=(max(SIZE), max(SIZE)))
    jpeg = io.BytesIO()
    ImageOps.fit(face, SIZE, Image.Resampling.LANCZOS).save(jpeg, "JPEG", quality=_JPEG_QUALITY)
    return Aligned(jpeg.getvalue(), was_transparent)


def read_upright(
    content: bytes, *, covering: tuple[int, int] | None = None
) -> tuple[Image.Image, bool]:
    """Return a picture, upright and in RGB, and whether it had any transparent pixels.

    Args:
        content: as for ``to_aligned_size``.
        covering: minimum width and height of the result; if it is set, JPEG files of more than
            40 million pixels may be decoded at a reduced size. None: always decode at full size.

    Raises:
        UnusableError: as for ``to_aligned_size``.
    """

    def prepare(picture: Image.Image) -> None:
        _check_size(picture)
        # only JPEG files may be that large
        if covering is not None and picture.width * picture.height > _MOST_PIXELS_IN_FULL:
            picture.draft(None, covering)

    try:
        with picture_files.opened(content, _FORMATS, prepare=prepare) as picture:
            return to_upright(picture)
    except DamagedError as error:
        raise UnusableError(f"not a complete JPEG, PNG or WebP picture ({error})") from error


def to_upright(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return what ``read_upright`` returns, for a decoded picture of any mode."""
    transposition = picture_files.find_transposition(picture)
    upright, was_transparent = to_rgb(picture)
    return upright if transposition is None else upright.transpose(transposition), was_transparent


def explain(name: str, content: bytes, error: UnusableError) -> str:
    """Return why a file is not a usable picture, with advice if it is HEIC.

    Args:
        name: the name of the file.
        content: the bytes of the file.
        error: the error that ``to_aligned_size`` raised.
    """
    is_heic = name.lower().endswith(_HEIC_SUFFIXES) or content[4:12] in _HEIC_STARTS
    return _HEIC_REASON if is_heic else str(error)


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if min(width, height) < _SMALLEST_EDGE:
        raise UnusableError(f"{width}x{height} pixels, expected at least {_SMALLEST_EDGE} per side")
    most_pixels = MAX_PIXELS[str(picture.format)]
    if width * height > most_pixels:
        raise UnusableError(
            f"{width}x{height} pixels, expected at most {most_pixels:,} in total for a "
            f"{picture.format} picture; scale it down"
        )


def to_rgb(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return the picture in RGB, and whether it had any transparent pixels."""
    profile = picture.info.get("icc_profile")
    if "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "RGBa", "La"):
        flat, was_transparent = _on_white(picture)
        return _to_srgb(flat, profile) if profile else flat, was_transparent
    if picture.mode.startswith("I"):
        # 16-bit gray: Pillow would clip the values at 255
        picture = picture.convert("I").point(lambda value: value / 257).convert("L")
    return _to_srgb(picture, profile) if profile else picture.convert("RGB"), False


def _on_white(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Composite a picture onto white, and return what ``to_rgb`` returns.

    The picture is processed in bands, since three full-size layers would need too much memory.
    """
    width, height = picture.size
    flat = Image.new("RGB", picture.size)
    was_transparent = False
    num_rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, num_rows):
        layer = picture.crop((0, top, width, min(top + num_rows, height))).convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        was_transparent = was_transparent or any(layer.getchannel("A").histogram()[:255])
        flat.paste(Image.alpha_composite(white, layer).convert("RGB"), (0, top))
    return flat, was_transparent


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Convert colors from the profile to sRGB; a broken profile is ignored."""
    if picture.mode not in ("RGB", "CMYK", "L"):
        picture = picture.convert("RGB")
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB")
    return converted if converted is not None else picture.convert("RGB")
