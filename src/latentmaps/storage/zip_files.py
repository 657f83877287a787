"""Read untrusted zip files, and turn all errors of Python's reader into one exception.

Only stored and deflated members are read. ``zipfile`` also supports bzip2 and LZMA, but unpacks
them without a limit: 4 kB can expand to 4 GB, regardless of the size that the directory states.
"""

import stat
import struct
import zipfile
import zlib
from pathlib import Path

from latentmaps.errors import excerpt

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


class ZipError(Exception):
    """The zip or one of its members cannot be read; the message is the reason."""


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip and read its directory.

    Raises:
        FileNotFoundError: there is no such file.
        ZipError: the file is not a zip, or its directory is damaged.
    """
    try:
        return zipfile.ZipFile(path)
    except UnicodeDecodeError as error:
        name = excerpt(repr(error.object), 60)
        raise ZipError(f"member {name} has a name that is not valid UTF-8") from error
    # ValueError, OverflowError: a negative or huge position
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OverflowError,
        struct.error,
    ) as error:
        raise ZipError(excerpt(str(error))) from error


def refusal(member: zipfile.ZipInfo) -> str | None:
    """Return the reason to refuse a member, based on its directory entry; None to accept it."""
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link or not a regular file"
    if member.flag_bits & _ENCRYPTED:
        return "encrypted, expected a member without a password"
    if member.compress_type not in _METHODS:
        return (
            f"packed with method {member.compress_type}, expected a member that is stored or "
            "deflated, as is usual for zips"
        )
    return None


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member that ``refusal`` accepts, unpacked to at most its declared size.

    Raises:
        ZipError: the member is damaged, or does not match the directory.
    """
    try:
        with archive.open(member) as file:
            content = file.read(member.file_size)
    # OSError: also a huge position; RuntimeError: flags that zipfile does not support
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        OverflowError,
        RuntimeError,
        struct.error,
    ) as error:
        raise ZipError(excerpt(str(error) or type(error).__name__)) from error
    if len(content) != member.file_size:
        raise ZipError(f"{len(content):,} bytes, expected the {member.file_size:,} announced")
    return content
