"""The header of a .npy array, read as what it is: text that may come from anywhere.

NumPy evaluates the header as a Python literal and takes it at its word. Here the header must
describe numbers, and exactly as many bytes as follow it. What it cannot tell is whether these bytes
are the ones that were written: that is left to the checksums of DVC and of a zip.
"""

import io
import math
import re
import tokenize
import warnings
from dataclasses import dataclass
from typing import IO

import numpy as np

from latentmaps.errors import excerpt

# booleans, integers and floats
_NUMBERS = "biuf"
# NumPy's own limits
_MOST_DIMENSIONS = 64
# of the text, and what stands before it
_MOST_HEADER_BYTES = 10_000 + 12
# version 3 is for names of fields, which numbers do not have
_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

# what ``ast.literal_eval`` documents, and what NumPy raises on the way from a literal to a dtype
_DAMAGE = (
    ValueError,
    TypeError,
    SyntaxError,
    MemoryError,
    RecursionError,
    OverflowError,
    LookupError,
    AttributeError,
    tokenize.TokenError,
    Warning,
)


class HeaderError(Exception):
    """There is no header, or it contradicts what follows it; the text is the reason."""


@dataclass(frozen=True)
class Header:
    """What stands before the values.

    Attributes:
        shape: of the array.
        dtype: of a number.
        num_bytes: of the header itself.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    num_bytes: int


def read_header(file: IO[bytes], num_bytes: int) -> Header:
    """Return the header of an array of numbers.

    Args:
        file: at the beginning of the array.
        num_bytes: of the whole array, header and values.

    Raises:
        HeaderError: it is no header of numbers, or not as many bytes follow as it announces.
    """
    header = _parse(io.BytesIO(file.read(_MOST_HEADER_BYTES)))
    if len(header.shape) > _MOST_DIMENSIONS:
        raise HeaderError(f"{len(header.shape)} dimensions, expected at most {_MOST_DIMENSIONS}")
    if not all(type(size) is int and size >= 0 for size in header.shape):
        raise HeaderError("a size that is no whole number from 0")
    if header.dtype.kind not in _NUMBERS:
        raise HeaderError("values that are no numbers")
    found = num_bytes - header.num_bytes
    expected = math.prod(header.shape) * header.dtype.itemsize
    if found != expected:
        raise HeaderError(f"{found:,} bytes of values, its header announces {_digits(expected)}")
    return header


def _parse(file: IO[bytes]) -> Header:
    try:
        # an old or odd header is a warning for NumPy or for Python's parser
        with warnings.catch_warnings(action="error"):
            version = np.lib.format.read_magic(file)
            read = _READERS.get(version)
            if read is None:
                raise HeaderError(f"version {version} of the format, expected (1, 0) or (2, 0)")
            shape, _, dtype = read(file)
    except _DAMAGE as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        # the place of an object in memory, which differs from run to run
        reason = re.sub(r" object at 0x[0-9a-f]+", "", reason)
        raise HeaderError(f"a damaged header: {excerpt(reason)}") from error
    return Header(shape, dtype, file.tell())


def _digits(number: int) -> str:
    return f"{number:,}" if number < 10**18 else "10^18 or more"
