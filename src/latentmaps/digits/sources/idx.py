"""Read IDX, the format in which MNIST is published, plain or gzipped.

Two zero bytes, one byte for the type, one for the number of dimensions, then the sizes as
big-endian uint32 and the values. Only unsigned bytes occur here. What the values mean is not known
to this module.
"""

import gzip
import io
import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError

_UNSIGNED_BYTES = 0x08
_GZIP_MAGIC = b"\x1f\x8b"

# labels have one dimension, images three
_MOST_DIMENSIONS = 3
# EMNIST, the largest set of this kind, has 0.7 GB; a small .gz may unpack to anything
_LIMIT_BYTES = 1_000_000_000


def read(path: Path) -> npt.NDArray[np.uint8]:
    """Return the array in an IDX file.

    Args:
        path: the file. Whether it is gzipped its first bytes say, not its name: servers and
            browsers unpack a .gz on the way and keep the name.

    Raises:
        DataError: it is no IDX file of unsigned bytes, truncated, too long, or larger than 1 GB.
    """
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == _GZIP_MAGIC
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            return _read(file, str(path))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error


def parse(content: bytes, place: str) -> npt.NDArray[np.uint8]:
    """Return the array in the bytes of an IDX file.

    Args:
        content: the whole file, not gzipped.
        place: where it comes from, for the message.

    Raises:
        DataError: as for ``read``.
    """
    return _read(io.BytesIO(content), place)


def _read(file: io.BufferedIOBase, place: str) -> npt.NDArray[np.uint8]:
    """Return the array; of a file that unpacks to more than it announces only one byte more."""
    shape = _read_shape(file, place)
    num_values = math.prod(shape)
    if num_values > _LIMIT_BYTES:
        raise DataError(
            f"{place}: announces {num_values:,} values of the shape {shape}, expected at most "
            f"{_LIMIT_BYTES:,}, MNIST or a set of its size; fetch it again"
        )
    values = file.read(num_values + 1)
    if len(values) != num_values:
        found = f"{len(values):,}" if len(values) < num_values else "more"
        raise DataError(
            f"{place}: {found} values, expected {num_values:,} for the shape {shape}; fetch it "
            "again"
        )
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_shape(file: io.BufferedIOBase, place: str) -> tuple[int, ...]:
    start = file.read(4)
    num_dimensions = start[3] if len(start) == 4 else 1
    sizes = file.read(4 * num_dimensions)
    if start[:3] != bytes((0, 0, _UNSIGNED_BYTES)) or len(sizes) < 4 * num_dimensions:
        raise DataError(
            f"{place}: starts with {start.hex(' ') or 'nothing'}, expected an IDX file of "
            "unsigned bytes (00 00 08); fetch it again"
        )
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    if not 1 <= num_dimensions <= _MOST_DIMENSIONS or 0 in shape:
        raise DataError(
            f"{place}: {num_dimensions} dimensions, the first of them {list(shape[:3])}, expected "
            f"1 to {_MOST_DIMENSIONS} that are not 0; fetch it again"
        )
    return shape
