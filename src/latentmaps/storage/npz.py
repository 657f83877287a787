"""Read .npz files as untrusted archives, which may be damaged."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError, excerpt
from latentmaps.storage import npy, zip_files
from latentmaps.storage.npy import HeaderError
from latentmaps.storage.zip_files import ZipError

_LIMIT_BYTES = 4_000_000_000

# errors that zipfile and NumPy can still raise after the directory and the header have been checked
_DAMAGE = (
    OSError,
    ValueError,
    OverflowError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    ZipError,
    HeaderError,
)


def load(
    path: Path, names: Sequence[str] | None, *, advice: str, limit_bytes: int = _LIMIT_BYTES
) -> dict[str, npt.NDArray]:
    """Return arrays from an .npz file by name.

    Args:
        path: the file to read.
        names: names of the arrays to read; None: all.
        advice: what to do if the file is unusable, for messages.
        limit_bytes: maximum size of the whole file when unpacked, in bytes.

    Returns:
        Name -> array, with the shape and numeric dtype that it has in the file.

    Raises:
        DataError: the file is missing or damaged, would unpack to more than `limit_bytes`, lacks an
            array, or contains anything other than numbers.
    """
    try:
        with zip_files.open_zip(path) as archive:
            size_bytes = sum(member.file_size for member in archive.infolist())
            if size_bytes > limit_bytes:
                raise DataError(
                    f"{path}: {size_bytes:,} bytes unpacked, expected at most {limit_bytes:,}; "
                    f"{advice}"
                )
            every = [member.removesuffix(".npy") for member in archive.namelist()]
            return {name: _read(archive, name) for name in (every if names is None else names)}
    except _DAMAGE as error:
        raise DataError(
            f"{path}: not an .npz file with the arrays {', '.join(names or ['of any name'])} "
            f"({excerpt(str(error))}); {advice}"
        ) from error


def _read(archive: zipfile.ZipFile, name: str) -> npt.NDArray:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise ZipError(f"there is no {name}") from None
    reason = zip_files.refusal(member)
    if reason is not None:
        raise ZipError(f"{name} is {reason}")
    # detect a wrong header before memory for its array is allocated
    with archive.open(member) as file:
        npy.read_header(file, member.file_size)
    with archive.open(member) as file:
        array: npt.NDArray = np.lib.format.read_array(file, allow_pickle=False)
    return array
