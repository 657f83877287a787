"""Read the user's own pictures from a folder tree or a zip.

Both are untrusted input: nothing outside them is read, and the size of files is limited.
"""

import functools
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from latentmaps.errors import DataError
from latentmaps.storage import zip_files
from latentmaps.storage.zip_files import ZipError

_LARGEST_FILE_BYTES = 200_000_000
# Files with other suffixes, or without one, are tried: a picture may have an unusual suffix.
_NO_PICTURE = re.compile(
    r".+\.(txt|md|log|csv|tsv|jsonl?|xml|html?|ya?ml|toml|ini|cfg|pdf|docx?|odt|rtf|xlsx?|ods|pptx?"
    r"|db|sqlite|url|lnk|zip|7z|rar|tar|t?gz|bz2|xz|mp4|mov|m4v|avi|mkv|webm|3gp|mp3|m4a|aac|wav"
    r"|ogg|flac|aae|xmp|thm|py|ipynb|sh|bat|exe|dmg|np[yz]|h5|part|tmp)",
    re.IGNORECASE | re.DOTALL,
)
# control characters, lone surrogates, line and paragraph separators
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


class FileError(Exception):
    """A file in the source cannot be read, or must not be read."""


class PictureSource(Protocol):
    """A set of files that are read by name."""

    @property
    def names(self) -> tuple[str, ...]:
        """Relative paths with slashes, sorted; a name may occur twice in a zip.

        They may contain any character, so use ``printable`` before showing or writing them.
        """

    @property
    def num_hidden(self) -> int:
        """Number of files left out of the names because they, or a parent folder, are hidden."""

    @property
    def others(self) -> tuple[str, ...]:
        """Files left out of the names because their suffix is not that of a picture."""

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileError: the file cannot be read, or must not be read.
        """


def open_source(path: Path) -> PictureSource:
    """Open a folder or a zip of pictures.

    Raises:
        DataError: `path` is neither.
    """
    if path.is_dir():
        return _Folder(path, *_sort_out(_list_folder(path)))
    if not path.is_file():
        raise DataError(
            f"{path}: no such file or folder, expected a folder or a zip with pictures; correct "
            "fetch_faces.path"
        )
    try:
        return _Zip(path, *_sort_out(_list_zip(path)))
    except ZipError as error:
        raise DataError(
            f"{path}: {path.stat().st_size:,} bytes that are not a zip archive ({error}), expected "
            "a folder or a zip with pictures; correct fetch_faces.path"
        ) from error


def printable(name: str) -> str:
    r"""Return a name as one line, with unprintable characters escaped, such as \r and \xff.

    Python keeps the bytes of a name that is not UTF-8 as lone surrogates, which cannot be written
    to a file.
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _UNPRINTABLE
        else character
        for character in text
    )


def _sort_out(files: Iterable[str]) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """Return the names to try, the number of hidden files, and the names of other files."""
    names: list[str] = []
    others: list[str] = []
    num_hidden = 0
    for name in sorted(files):
        if _is_hidden(name):
            num_hidden += 1
        elif _NO_PICTURE.fullmatch(name):
            others.append(name)
        else:
            names.append(name)
    return tuple(names), num_hidden, tuple(others)


def _is_hidden(name: str) -> bool:
    # zips from macOS contain a folder __MACOSX next to the files
    parts = (part for part in name.split("/") if part != "..")
    return any(part == "__MACOSX" or part.startswith(".") for part in parts)


def _list_folder(folder: Path) -> list[str]:
    # a link to a folder is listed as a file and then refused: following it could loop forever
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return [path.relative_to(folder).as_posix() for path in files]


def _list_zip(path: Path) -> list[str]:
    with zip_files.open_zip(path) as file:
        # `filename` ends at a NUL, so a folder could look like a file
        names = [member.orig_filename for member in file.infolist()]
    return [name for name in names if not name.endswith("/")]


def _require_size(size_bytes: int) -> None:
    if size_bytes > _LARGEST_FILE_BYTES:
        raise FileError(f"{size_bytes:,} bytes, expected at most {_LARGEST_FILE_BYTES:,}")


@dataclass(frozen=True)
class _Folder:
    """A folder tree; it can be sent to another process."""

    path: Path
    names: tuple[str, ...]
    num_hidden: int
    others: tuple[str, ...]

    def read(self, name: str) -> bytes:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise FileError("a name that is not UTF-8; rename the file") from None
        file = self.path / name
        if file.is_symlink() or not file.is_file():
            raise FileError("a link or not a regular file")
        try:
            _require_size(file.stat().st_size)
            return file.read_bytes()
        except OSError as error:
            raise FileError(f"cannot be read ({error.strerror})") from error


@dataclass(frozen=True)
class _Zip:
    """A zip; it can be sent to another process, which opens it once."""

    path: Path
    names: tuple[str, ...]
    num_hidden: int
    others: tuple[str, ...]

    def read(self, name: str) -> bytes:
        archive, members, counts = _opened(self.path)
        if counts[name] > 1:
            raise FileError("a name that occurs twice in the zip")
        if not name or "\0" in name:
            raise FileError("an empty name or one with a NUL; rename the file and pack it again")
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise FileError("a path that points outside the zip")
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
