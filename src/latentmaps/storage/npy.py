"""Read the header of a .npy array as untrusted input.

NumPy evaluates the header as a Python literal and trusts it. Here, the header must describe
numbers, and exactly as many bytes as follow it. The bytes themselves are verified elsewhere, by the
checksums of DVC and of zip files.
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
# the text of the header and the bytes before it
_MOST_HEADER_BYTES = 10_000 + 12
# version 3 is only needed for field names, which plain numbers do not have
_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

# errors that ``ast.literal_eval`` documents, and NumPy's errors in the conversion to a dtype
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
    """There is no header, or it contradicts the data that follow; the message is the reason."""


@dataclass(frozen=True)
class Header:
    """The header of an array.

    Attributes:
        shape: shape of the array.
        dtype: dtype of the values.
        num_bytes: size of the header itself, in bytes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    num_bytes: int


def read_header(file: IO[bytes], num_bytes: int) -> Header:
    """Return the header of an array of numbers.

    Args:
        file: a file positioned at the beginning of the array.
        num_bytes: size of the header and the values together, in bytes.

    Raises:
        HeaderError: there is no header, it does not describe numbers, or it declares a
            different number of bytes than follow it.
    """
    header = _parse(io.BytesIO(file.read(_MOST_HEADER_BYTES)))
    if len(header.shape) > _MOST_DIMENSIONS:
        raise HeaderError(f"{len(header.shape)} dimensions, expected at most {_MOST_DIMENSIONS}")
    if not all(type(size) is int and size >= 0 for size in header.shape):
        raise HeaderError("a size that is not an integer of at least 0")
    if header.dtype.kind not in _NUMBERS:
        raise HeaderError("values that are not numbers")
    found = num_bytes - header.num_bytes
    expected = math.prod(header.shape) * header.dtype.itemsize
    if found != expected:
        raise HeaderError(f"{found:,} bytes of values, its header announces {_digits(expected)}")
    return header


def _parse(file: IO[bytes]) -> Header:
    try:
        # NumPy and Python's parser only warn about old or odd headers
        with warnings.catch_warnings(action="error"):
            version = np.lib.format.read_magic(file)
            read = _READERS.get(version)
            if read is None:
                raise HeaderError(f"version {version} of the format, expected (1, 0) or (2, 0)")
            shape, _, dtype = read(file)
    except _DAMAGE as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        # remove addresses of objects, which differ from run to run
        reason = re.sub(r" object at 0x[0-9a-f]+", "", reason)
        raise HeaderError(f"a damaged header: {excerpt(reason)}") from error
    return Header(shape, dtype, file.tell())


def _digits(number: int) -> str:
    return f"{number:,}" if number < 10**18 else "10^18 or more"
