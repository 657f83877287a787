"""Open untrusted picture files, turn Pillow's errors into one exception, and suppress warnings."""

import contextlib
import io
import struct
import warnings
from collections.abc import Callable, Iterator

from PIL import ExifTags, Image, UnidentifiedImageError

from latentmaps.errors import excerpt

# what Pillow raises for damaged files, and for small files that would decode to huge pictures
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
)

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class DamagedError(Exception):
    """The bytes are not a complete picture in an accepted format; the message states why."""


@contextlib.contextmanager
def opened(
    content: bytes,
    formats: tuple[str, ...],
    *,
    prepare: Callable[[Image.Image], None] | None = None,
) -> Iterator[Image.Image]:
    """Open and decode a picture, and release its pixels at the end of the block.

    Pillow's warnings about damaged metadata are suppressed, including those inside the block,
    because only the pixels matter here. Errors raised inside the block or by `prepare` are passed
    on unchanged, since they say nothing about the file.

    Args:
        content: the bytes of the file.
        formats: accepted formats, by their names in Pillow.
        prepare: function to call with the picture before it is decoded, to check its size or to
            configure the decoder.

    Raises:
        DamagedError: the bytes are not a complete picture. Identical bytes produce identical
            messages.
    """
    with warnings.catch_warnings(action="ignore"):
        with _translate_damage():
            picture = Image.open(io.BytesIO(content), formats=formats)
        with contextlib.closing(picture):
            if prepare is not None:
                prepare(picture)
            with _translate_damage():
                picture.load()
            yield picture


@contextlib.contextmanager
def _translate_damage() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise DamagedError(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        # Pillow's message contains a memory address, which differs between runs
        return "not recognized as one"
    return excerpt(str(error).partition("\n")[0] or type(error).__name__)


def find_transposition(picture: Image.Image) -> Image.Transpose | None:
    """Return the transposition that turns a loaded picture upright, or None if none is needed.

    The orientation is EXIF tag 274. The result is also None if the EXIF data is unreadable or the
    orientation is not 1 to 8. ``ImageOps.exif_transpose`` is not an alternative, since it rewrites
    all EXIF data and fails for values that it can read but not write.
    """
    try:
        return _TRANSPOSITIONS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    # Pillow's EXIF reader raises many types: SyntaxError, struct.error, TypeError, AttributeError
    except Exception:
        return None
