"""From any picture to an upright one in RGB, and to a JPEG of CelebA's size, scaled to cover."""

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from latentmaps.images import picture_files
from latentmaps.images.picture_files import DamagedError

# CelebA's aligned pictures
SIZE = (178, 218)
_JPEG_QUALITY = 95
_FORMATS = ("JPEG", "PNG", "WEBP")
# what is smaller is an icon, and would be a blur
_SMALLEST_EDGE = 16

# A file of a few kB can hold this many pixels, and every process converts one file at a time. Each
# limit keeps the process under about 0.5 GB. Measured per pixel: a progressive JPEG 8 bytes, and 4
# more if it is decoded at its full size; a PNG 8 bytes; a WebP, which Pillow decodes as an
# animation, 16. MPO: several JPEG pictures in one file, as telephones write it.
_MOST_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 40_000_000, "WEBP": 25_000_000}
# phones write it, sometimes under the name of a JPEG; Pillow does not read it
_HEIC_SUFFIXES = (".heic", ".heif")
_HEIC_STARTS = {b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1")}
_HEIC_REASON = "HEIC, expected JPEG, PNG or WebP; convert it as docs/own-pictures.md says"
# a larger JPEG is decoded at a half, a quarter or an eighth of its size
_MOST_PIXELS_IN_FULL = 40_000_000
# of a picture with transparency that are laid on white at a time
_BAND_PIXELS = 1_000_000


class UnusableError(Exception):
    """The bytes are no picture that a face could be taken from."""


@dataclass(frozen=True)
class Aligned:
    """A picture of CelebA's size.

    Attributes:
        jpeg: the file, 178 wide and 218 high, quality 95, without metadata.
        was_transparent: whether a pixel was at least partly transparent; it is on white now.
    """

    jpeg: bytes
    was_transparent: bool


def to_aligned_size(content: bytes) -> Aligned:
    """Return a picture at CelebA's size.

    Args:
        content: a JPEG, PNG or WebP file; of an animation the first frame is taken.

    Raises:
        UnusableError: it is none of these, damaged, has an edge of fewer than 16 pixels, or more
            than 64 million pixels (PNG: 40, WebP: 25).
    """
    # the result still covers the face, also after a turn
    face, was_transparent = read_upright(content, covering=(max(SIZE), max(SIZE)))
    jpeg = io.BytesIO()
    ImageOps.fit(face, SIZE, Image.Resampling.LANCZOS).save(jpeg, "JPEG", quality=_JPEG_QUALITY)
    return Aligned(jpeg.getvalue(), was_transparent)


def read_upright(
    content: bytes, *, covering: tuple[int, int] | None = None
) -> tuple[Image.Image, bool]:
    """Return a picture upright and in RGB, and whether any of its pixels was transparent.

    Args:
        content: as for ``to_aligned_size``.
        covering: width and height that the result has at least; one of more than 40 million pixels
            is then decoded at a part of its size. None: it is always decoded at its full size.

    Raises:
        UnusableError: as ``to_aligned_size``.
    """

    def prepare(picture: Image.Image) -> None:
        _check_size(picture)
        # JPEG alone may be that large
        if covering is not None and picture.width * picture.height > _MOST_PIXELS_IN_FULL:
            picture.draft(None, covering)

    try:
        with picture_files.opened(content, _FORMATS, prepare=prepare) as picture:
            return to_upright(picture)
    except DamagedError as error:
        raise UnusableError(f"no whole JPEG, PNG or WebP picture ({error})") from error


def to_upright(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return what ``read_upright`` returns of a picture that is decoded, whatever its mode."""
    transposition = picture_files.find_transposition(picture)
    upright, was_transparent = _to_rgb(picture)
    return upright if transposition is None else upright.transpose(transposition), was_transparent


def explain(name: str, content: bytes, error: UnusableError) -> str:
    """Return why a file is no usable picture, and of the format of telephones what to do.

    Args:
        name: of the file.
        content: its bytes.
        error: what it was refused with.
    """
    is_heic = name.lower().endswith(_HEIC_SUFFIXES) or content[4:12] in _HEIC_STARTS
    return _HEIC_REASON if is_heic else str(error)


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if min(width, height) < _SMALLEST_EDGE:
        raise UnusableError(f"{width}x{height} pixels, expected at least {_SMALLEST_EDGE} an edge")
    most_pixels = _MOST_PIXELS[str(picture.format)]
    if width * height > most_pixels:
        raise UnusableError(
            f"{width}x{height} pixels, expected at most {most_pixels:,} in all of a "
            f"{picture.format} picture; scale it down"
        )


def _to_rgb(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return the picture in RGB, and whether any of its pixels was transparent."""
    profile = picture.info.get("icc_profile")
    if "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "RGBa", "La"):
        flat, was_transparent = _on_white(picture)
        return _to_srgb(flat, profile) if profile else flat, was_transparent
    if picture.mode.startswith("I"):
        # 16 bits of grey: Pillow would cut them off at 255
        picture = picture.convert("I").point(lambda value: value / 257).convert("L")
    return _to_srgb(picture, profile) if profile else picture.convert("RGB"), False


def _on_white(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Lay a picture on white, and return what ``_to_rgb`` returns.

    It goes band by band: three whole layers would fill the memory.
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
    """Return the colours that the profile means; a broken profile means nothing."""
    if picture.mode not in ("RGB", "CMYK", "L"):
        picture = picture.convert("RGB")
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB")
    return converted if converted is not None else picture.convert("RGB")
