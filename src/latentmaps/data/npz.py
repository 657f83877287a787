"""Read .npz files as what they are: archives that may come from anywhere, or be damaged."""

import lzma
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError

_LIMIT_BYTES = 4_000_000_000

# what NumPy, zipfile and the decompressors raise: a header can ask for more memory than there is, a
# member for a method or a password that is not there
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)


def load(path: Path, names: Sequence[str], *, advice: str) -> dict[str, npt.NDArray]:
    """Gives the arrays `names` of a .npz file.

    Args:
        path: the file.
        names: names of the arrays; others are not read.
        advice: what to do when the file is of no use.

    Raises:
        DataError: the file is missing or damaged, would unpack to more than 4 GB, lacks an array,
            or holds Python objects.
    """
    try:
        with path.open("rb") as file:  # np.load leaves a file open that is no archive
            _refuse_bombs(file, path)
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in names}
    except _DAMAGE as error:
        raise DataError(
            f"{path}: no .npz file with the arrays {', '.join(names)} ({error}); {advice}"
        ) from error


def _refuse_bombs(file: BinaryIO, path: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        size_bytes = sum(member.file_size for member in archive.infolist())
    file.seek(0)
    if size_bytes > _LIMIT_BYTES:
        raise DataError(f"{path}: {size_bytes:,} bytes unpacked, expected at most {_LIMIT_BYTES:,}")
