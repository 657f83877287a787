"""The user's own pictures where they lie: a folder tree, or a zip of one.

Both are read as untrusted: nothing outside is touched, and the size of what is read has a limit.
"""

import functools
import stat
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from latentmaps.errors import DataError

_LARGEST_FILE_BYTES = 200_000_000
# what file managers leave behind; names with a leading dot are passed over, too
_LEFT_BEHIND = {"__MACOSX", "Thumbs.db", "desktop.ini"}


class FileError(Exception):
    """A file of the source cannot be read, or must not be."""


class PictureSource(Protocol):
    """Files by name."""

    @property
    def names(self) -> tuple[str, ...]:
        """Relative paths with slashes, sorted; a name may stand twice in a zip."""

    def read(self, name: str) -> bytes:
        """Gives a file.

        Raises:
            FileError: it cannot be read, or must not be.
        """


def open_source(path: Path) -> PictureSource:
    """Gives the files of a folder or a zip.

    Raises:
        DataError: it is neither.
    """
    if path.is_dir():
        return _Folder(path, _list_folder(path))
    if not path.is_file():
        raise DataError(
            f"{path}: no such file or folder, expected a folder or a zip with pictures; correct "
            "fetch_faces.path"
        )
    try:
        return _Zip(path, _list_zip(path))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(
            f"{path}: {path.stat().st_size:,} bytes that are no zip archive ({error}), expected a "
            "folder or a zip with pictures; correct fetch_faces.path"
        ) from error


def _is_left_behind(name: str) -> bool:
    parts = name.split("/")
    return any(part in _LEFT_BEHIND or part.startswith(".") for part in parts if part != "..")


def _list_folder(folder: Path) -> tuple[str, ...]:
    # a link to a folder is listed, and refused, as a file: following it could go round in circles
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = (path.relative_to(folder).as_posix() for path in files)
    return tuple(sorted(name for name in names if not _is_left_behind(name)))


def _list_zip(path: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(path) as file:
        names = [member.filename for member in file.infolist() if not member.is_dir()]
    return tuple(sorted(name for name in names if not _is_left_behind(name)))


def _require_size(size_bytes: int) -> None:
    if size_bytes > _LARGEST_FILE_BYTES:
        raise FileError(f"{size_bytes:,} bytes, expected at most {_LARGEST_FILE_BYTES:,}")


@dataclass(frozen=True)
class _Folder:
    """A folder tree; it can be handed to another process."""

    path: Path
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        file = self.path / name
        if file.is_symlink() or not file.is_file():
            raise FileError("a link or no plain file")
        try:
            _require_size(file.stat().st_size)
            return file.read_bytes()
        except OSError as error:
            raise FileError(f"cannot be read ({error.strerror})") from error


@dataclass(frozen=True)
class _Zip:
    """A zip; it can be handed to another process, which opens it once."""

    path: Path
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        file, counts = _opened(self.path)
        if counts[name] > 1:
            raise FileError("a name that stands twice in the zip")
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise FileError("a path that leads out of the zip")
        member = file.getinfo(name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise FileError("a link or no plain file")
        _require_size(member.file_size)
        try:
            return file.read(member)
        # NotImplementedError, RuntimeError: a method of compression, a password
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise FileError(f"cannot be unpacked ({error})") from error


@functools.cache
def _opened(path: Path) -> tuple[zipfile.ZipFile, Counter[str]]:
    file = zipfile.ZipFile(path)
    return file, Counter(member.filename for member in file.infolist())
