"""The archive of raw faces: JPEG pictures named 000001.jpg and so on in a zip, as CelebA has it.

It is read member by member in the order of the names and never unpacked. An archive comes from
somebody else, so what is read is checked first: the names of its members, their kinds and sizes.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from latentmaps.errors import DataError

# the official archive has its pictures in a folder, the one from Kaggle in a folder of that folder
_FOLDER = "img_align_celeba/"
_MEMBER = re.compile(rf"(?:{_FOLDER}){{0,2}}([0-9]{{6}}\.jpg)")
# CelebA's pictures have 3 to 30 kB
_LARGEST_PICTURE_BYTES = 1_000_000
# the first instant a zip can hold: a clock would make equal pictures unequal archives
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def face_name(index: int) -> str:
    """Gives the name of face `index`, counted from 0: 000001.jpg for the first."""
    return f"{index + 1:06d}.jpg"


class _Closing:
    """Closes its zip at the end of a ``with`` statement."""

    _zip: zipfile.ZipFile

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()


class ArchiveWriter(_Closing):
    """Writes pictures into a new archive; equal pictures give equal bytes."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)

    def add(self, name: str, jpeg: bytes) -> None:
        """Appends one picture.

        Args:
            name: 000001.jpg or the like.
            jpeg: the whole JPEG file; stored as it is, since a zip would not make it smaller.
        """
        member = zipfile.ZipInfo(name, _FIXED_TIME)
        member.create_system = _UNIX
        member.external_attr = 0o644 << 16
        self._zip.writestr(member, jpeg)


class FaceArchive(_Closing):
    """An existing archive, opened and checked; to be used in a ``with`` statement.

    Attributes:
        path: the file.
        names: 000001.jpg and so on, sorted, without a folder.
    """

    def __init__(self, path: Path) -> None:
        """Opens an archive.

        Raises:
            DataError: the file is missing, no zip, empty, or holds something other than pictures.
        """
        self.path = path
        self._zip = _open_zip(path)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._zip.infolist():
            if member.filename not in (_FOLDER, 2 * _FOLDER):
                self._add(member)
        self.names = sorted(self._members)
        if not self.names:
            raise DataError(f"{path}: no member, expected pictures named 000001.jpg and so on")

    def _add(self, member: zipfile.ZipInfo) -> None:
        matched = _MEMBER.fullmatch(member.filename)
        if matched is None:
            raise DataError(
                f"{self.path}: member {member.filename!r}, expected pictures named 000001.jpg and "
                "so on, at most in a folder img_align_celeba; use CelebA's own archive"
            )
        name = matched[1]
        if name in self._members:
            raise DataError(f"{self.path}: member {name} stands twice; use CelebA's own archive")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(
                f"{self.path}: member {name} is a link, expected a picture; use CelebA's own "
                "archive"
            )
        if member.file_size > _LARGEST_PICTURE_BYTES:
            raise DataError(
                f"{self.path}: member {name} has {member.file_size:,} bytes, expected at most "
                f"{_LARGEST_PICTURE_BYTES:,}; use the aligned and cropped pictures"
            )
        self._members[name] = member

    def read(self, name: str) -> bytes:
        """Gives one picture as the bytes of a JPEG file.

        Raises:
            DataError: the member is damaged, encrypted or packed in an uncommon way.
        """
        try:
            return self._zip.read(self._members[name])
        # NotImplementedError, RuntimeError: a method of compression, a password
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise DataError(
                f"{self.path}: member {name} cannot be read ({error}); fetch the archive again"
            ) from error

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Gives name and bytes of every picture, in the order of the names.

        Raises:
            DataError: as for ``read``.
        """
        return ((name, self.read(name)) for name in self.names)


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file, expected an archive of faces") from None
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(
            f"{path}: {path.stat().st_size:,} bytes that are no zip archive ({error}); "
            "it is cut off or another file - fetch it again"
        ) from error
