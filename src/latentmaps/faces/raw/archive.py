"""The archive of raw faces: a zip of pictures named 000001.jpg and so on, as in CelebA.

Digits are PNG files, 000001.png and so on, because JPEG compression would change them.

The archive is read member by member in the order of the names and never unpacked. An archive is
untrusted input: the names, types and sizes of its members are checked before any of them is read.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from latentmaps.errors import DataError, excerpt
from latentmaps.faces.raw.archive_member import Member, read_member
from latentmaps.storage import zip_files
from latentmaps.storage.zip_files import ZipError

# the folder of pictures in the official archive; Kaggle's copy nests it in a folder of the same
# name
_FOLDER = "img_align_celeba/"
_MEMBER = re.compile(rf"(?:{_FOLDER}){{0,2}}([0-9]{{6}}\.(?:jpg|png))")
# CelebA's pictures are 3 to 30 kB
_LARGEST_PICTURE_BYTES = 1_000_000
# the earliest time a zip can store; with the current time, identical pictures would produce
# different files
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def face_name(index: int, *, suffix: str = "jpg") -> str:
    """Return the name of face `index`, counted from 0: 000001.jpg for the first."""
    return f"{index + 1:06d}.{suffix}"


class ArchiveWriter:
    """A writer for a new archive; identical pictures produce identical archives."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def add(self, name: str, picture: bytes) -> None:
        """Append one picture.

        Args:
            name: name of the picture, such as 000001.jpg.
            picture: the content of a JPEG or PNG file, stored uncompressed, since deflating would
                not make it smaller.
        """
        member = zipfile.ZipInfo(name, _FIXED_TIME)
        member.create_system = _UNIX
        member.external_attr = 0o644 << 16
        self._zip.writestr(member, picture)


class FaceArchive:
    """An existing archive whose directory has been checked.

    Attributes:
        path: path of the archive.
        names: names of the pictures (000001.jpg and so on), sorted, without a folder.
    """

    def __init__(self, path: Path) -> None:
        """Read the directory of an archive.

        Raises:
            DataError: the file is missing, empty or not a zip, or contains files other than
                pictures.
        """
        self.path = path
        self._members: dict[str, Member] = {}
        with _open_zip(path) as archive:
            size_bytes = path.stat().st_size
            for info in archive.infolist():
                if info.orig_filename not in (_FOLDER, 2 * _FOLDER):
                    self._add(info, size_bytes)
        self.names = sorted(self._members)
        if not self.names:
            raise DataError(f"{path}: no members, expected pictures named 000001.jpg and so on")

    def _add(self, info: zipfile.ZipInfo, archive_bytes: int) -> None:
        matched = _MEMBER.fullmatch(info.orig_filename)
        if matched is None:
            raise DataError(
                f"{self.path}: member {excerpt(repr(info.orig_filename))}, expected pictures "
                "named 000001.jpg and so on, in no folder but img_align_celeba; use CelebA's own "
                "archive"
            )
        name = matched[1]
        if name in self._members:
            raise DataError(f"{self.path}: member {name} occurs twice; use CelebA's own archive")
        reason = zip_files.refusal(info)
        if reason is not None:
            raise DataError(
                f"{self.path}: member {name} is {reason}; use CelebA's own archive, or pack the "
                "pictures again"
            )
        size_bytes = max(info.file_size, info.compress_size)
        if size_bytes > _LARGEST_PICTURE_BYTES:
            raise DataError(
                f"{self.path}: member {name} has {size_bytes:,} bytes, expected at most "
                f"{_LARGEST_PICTURE_BYTES:,}; use the aligned and cropped pictures"
            )
        if not 0 <= info.header_offset < archive_bytes:
            raise DataError(
                f"{self.path}: member {name} is beyond the end of the file; fetch the archive again"
            )
        self._members[name] = Member(
            name=name,
            position=info.header_offset,
            packed_bytes=info.compress_size,
            size_bytes=info.file_size,
            is_deflated=info.compress_type == zipfile.ZIP_DEFLATED,
            checksum=info.CRC,
        )

    def member(self, name: str) -> Member:
        """Return the directory entry of a picture, which another process needs to read it."""
        return self._members[name]

    def read(self, name: str) -> bytes:
        """Return a picture as the bytes of its file.

        Raises:
            DataError: the member is damaged.
        """
        with self.path.open("rb") as file:
            return read_member(file, self._members[name])

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Iterate over the name and bytes of every picture, in the order of the names.

        Raises:
            DataError: as for ``read``.
        """
        return ((name, self.read(name)) for name in self.names)


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zip_files.open_zip(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file, expected an archive of faces") from None
    except ZipError as error:
        raise DataError(
            f"{path}: {path.stat().st_size:,} bytes, expected a zip archive ({error}); "
            "the file is truncated, damaged or a different one - fetch it again"
        ) from error
