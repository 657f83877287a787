"""Read IDX, the format in which MNIST is published, plain or gzipped.

Two zero bytes, one byte for the type, one for the number of dimensions, then the sizes as
big-endian uint32 and the values. Only unsigned bytes occur here. What the values mean is not known
to this module.
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError

_UNSIGNED_BYTES = 0x08
_GZIP_MAGIC = b"\x1f\x8b"

# EMNIST, the largest set of this kind, has 0.7 GB; a small .gz may unpack to anything
_LIMIT_BYTES = 1_000_000_000


def read(path: Path) -> npt.NDArray[np.uint8]:
    """Gives the array in an IDX file.

    Args:
        path: the file. Whether it is gzipped its first bytes say, not its name: servers and
            browsers unpack a .gz on the way and keep the name.

    Raises:
        DataError: it is no IDX file of unsigned bytes, or truncated.
    """
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == _GZIP_MAGIC
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            content = file.read(_LIMIT_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    if len(content) > _LIMIT_BYTES:
        raise DataError(f"{path}: found more than 1 GB, expected MNIST or a set of its size")
    return parse(content, str(path))


def parse(content: bytes, place: str) -> npt.NDArray[np.uint8]:
    """Gives the array in the bytes of an IDX file.

    Args:
        content: the whole file, not gzipped.
        place: where it comes from, for the message.

    Raises:
        DataError: it is no IDX file of unsigned bytes, or truncated.
    """
    num_dimensions = content[3] if len(content) > 3 else 0
    header_bytes = 4 + 4 * num_dimensions
    if content[:3] != bytes((0, 0, _UNSIGNED_BYTES)) or len(content) < header_bytes:
        raise DataError(
            f"{place}: starts with {content[:4].hex(' ') or 'nothing'}, expected an IDX file of "
            "unsigned bytes (00 00 08); fetch it again"
        )
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, header_bytes, 4)]
    if len(content) != header_bytes + math.prod(shape):
        raise DataError(
            f"{place}: {len(content):,} bytes, expected {header_bytes + math.prod(shape):,} for "
            f"the shape {tuple(shape)}; fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=header_bytes).reshape(shape)
