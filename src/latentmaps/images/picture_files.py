"""Open pictures of unknown origin: whatever Pillow raises becomes one exception, and no warning."""

import contextlib
import io
import struct
import warnings
from collections.abc import Callable, Iterator

from PIL import ExifTags, Image, UnidentifiedImageError

from latentmaps.errors import excerpt

# what Pillow raises for damaged files; a small file can also claim to be a picture that fills the
# memory
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
    """The bytes are no whole picture of the formats asked for; the text is the reason."""


@contextlib.contextmanager
def opened(
    content: bytes,
    formats: tuple[str, ...],
    *,
    prepare: Callable[[Image.Image], None] | None = None,
) -> Iterator[Image.Image]:
    """Open and decode a picture; at the end of the block its pixels are gone from memory.

    Pillow also warns of damaged metadata, in the block too; whether the pixels are whole is all
    that matters here. Other errors inside of the block, or of ``prepare``, stay what they are: they
    are no damage of the file.

    Args:
        content: the file.
        formats: names that Pillow has for the formats allowed.
        prepare: called with the picture before it is decoded, to refuse its size or to set up the
            decoder.

    Raises:
        DamagedError: the bytes are no whole picture. The reason is equal for equal bytes.
    """
    with warnings.catch_warnings(action="ignore"):
        with _damage_told():
            picture = Image.open(io.BytesIO(content), formats=formats)
        with contextlib.closing(picture):
            if prepare is not None:
                prepare(picture)
            with _damage_told():
                picture.load()
            yield picture


@contextlib.contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise DamagedError(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        # its text names an object by its address in memory, which differs from run to run
        return "not recognized as one"
    return excerpt(str(error).partition("\n")[0] or type(error).__name__)


def find_transposition(picture: Image.Image) -> Image.Transpose | None:
    """Return what turns a loaded picture upright, or None if nothing does.

    The orientation is tag 274 of the EXIF. Nothing is written: ``ImageOps.exif_transpose`` writes
    all of the EXIF anew, and fails for values that it could read. An EXIF that cannot be read, or
    an orientation other than 1 to 8, tells nothing: the picture stays as it is.
    """
    try:
        return _TRANSPOSITIONS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    # the reader of EXIF does raise anything: SyntaxError, struct.error, TypeError, AttributeError
    except Exception:
        return None
