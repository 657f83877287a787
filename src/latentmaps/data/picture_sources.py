"""The user's own pictures where they lie: a folder tree, or a zip of one.

Both are read as untrusted: nothing outside is touched, and the size of what is read has a limit.
"""

import functools
import unicodedata
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from latentmaps.data import zip_files
from latentmaps.data.zip_files import ZipError
from latentmaps.errors import DataError

_LARGEST_FILE_BYTES = 200_000_000
# what file managers leave behind; names with a leading dot are passed over, too
_LEFT_BEHIND = {"__MACOSX", "Thumbs.db", "desktop.ini"}
# control characters, halves of a character, line and paragraph separators
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


class FileError(Exception):
    """A file of the source cannot be read, or must not be."""


class PictureSource(Protocol):
    """Files by name."""

    @property
    def names(self) -> tuple[str, ...]:
        """Relative paths with slashes, sorted; a name may stand twice in a zip.

        They can hold any character, so ``printable`` makes of them what is shown or written.
        """

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileError: it cannot be read, or must not be.
        """


def open_source(path: Path) -> PictureSource:
    """Return the files of a folder or a zip.

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
    except ZipError as error:
        raise DataError(
            f"{path}: {path.stat().st_size:,} bytes that are no zip archive ({error}), expected a "
            "folder or a zip with pictures; correct fetch_faces.path"
        ) from error


def printable(name: str) -> str:
    r"""Return a name on one line, in characters that a table can hold: \r, \xff for the others.

    Python keeps the bytes of a name that is no UTF-8 as halves of characters, which no file takes.
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _UNPRINTABLE
        else character
        for character in text
    )


def _is_left_behind(name: str) -> bool:
    parts = name.split("/")
    return any(part in _LEFT_BEHIND or part.startswith(".") for part in parts if part != "..")


def _list_folder(folder: Path) -> tuple[str, ...]:
    # a link to a folder is listed, and refused, as a file: following it could go round in circles
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = (path.relative_to(folder).as_posix() for path in files)
    return tuple(sorted(name for name in names if not _is_left_behind(name)))


def _list_zip(path: Path) -> tuple[str, ...]:
    with zip_files.open_zip(path) as file:
        # `filename` ends at a NUL, and a folder is then not told from a file
        names = [member.orig_filename for member in file.infolist()]
    files = (name for name in names if not name.endswith("/"))
    return tuple(sorted(name for name in files if not _is_left_behind(name)))


def _require_size(size_bytes: int) -> None:
    if size_bytes > _LARGEST_FILE_BYTES:
        raise FileError(f"{size_bytes:,} bytes, expected at most {_LARGEST_FILE_BYTES:,}")


@dataclass(frozen=True)
class _Folder:
    """A folder tree; it can be handed to another process."""

    path: Path
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise FileError("a name that is no UTF-8; rename the file") from None
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
        archive, members, counts = _opened(self.path)
        if counts[name] > 1:
            raise FileError("a name that stands twice in the zip")
        if not name or "\0" in name:
            raise FileError("no name, or one with a NUL; rename the file and pack it again")
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise FileError("a path that leads out of the zip")
        member = members[name]
        reason = zip_files.refusal(member)
        if reason is not None:
            raise FileError(reason)
        _require_size(member.file_size)
        try:
            return zip_files.read_member(archive, member)
        except ZipError as error:
            raise FileError(f"cannot be unpacked ({error})") from error


@functools.cache
def _opened(path: Path) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo], Counter[str]]:
    archive = zip_files.open_zip(path)
    members = {member.orig_filename: member for member in archive.infolist()}
    return archive, members, Counter(member.orig_filename for member in archive.infolist())
