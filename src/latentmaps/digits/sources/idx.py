"""Read IDX files, the format in which MNIST is published, plain or gzipped.

A file consists of two zero bytes, one byte for the type, one for the number of dimensions, the
sizes as big-endian uint32, and the values. Only unsigned bytes are supported. This module does not
interpret the values.
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
# A small .gz may unpack to any size. EMNIST, the largest data set of this kind, takes up 0.7 GB.
_LIMIT_BYTES = 1_000_000_000


def read(path: Path) -> npt.NDArray[np.uint8]:
    """Read the array in an IDX file.

    Args:
        path: the file to read. Its first bytes, not its name, decide whether it is gzipped, because
            servers and browsers may unpack a .gz in transit and keep the name.

    Returns:
        The array in the shape that the file states, uint8, 0..255.

    Raises:
        DataError: the file is not an IDX file of unsigned bytes, is truncated or too long, or has
            more than 1 GB of values.
    """
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == _GZIP_MAGIC
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            return _read(file, str(path))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error


def parse(content: bytes, place: str) -> npt.NDArray[np.uint8]:
    """Parse the bytes of an IDX file.

    Args:
        content: the whole file, not gzipped.
        place: origin of the bytes, for error messages.

    Returns:
        The array in the shape that the bytes state, uint8, 0..255.

    Raises:
        DataError: as for ``read``.
    """
    return _read(io.BytesIO(content), place)


def _read(file: io.BufferedIOBase, place: str) -> npt.NDArray[np.uint8]:
    """Read the array, and at most one byte more than the header announces."""
    shape = _read_shape(file, place)
    num_values = math.prod(shape)
    if num_values > _LIMIT_BYTES:
        raise DataError(
            f"{place}: announces {num_values:,} values of shape {shape}, expected at most "
            f"{_LIMIT_BYTES:,}, such as MNIST; fetch it again"
        )
    values = file.read(num_values + 1)
    if len(values) != num_values:
        found = f"{len(values):,}" if len(values) < num_values else "more"
        raise DataError(
            f"{place}: found {found} values, expected {num_values:,} for the shape {shape}; fetch "
            "it again"
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
            f"{place}: found {num_dimensions} dimensions, starting with {list(shape[:3])}, "
            f"expected 1 to {_MOST_DIMENSIONS}, none of size 0; fetch it again"
        )
    return shape
