import stat
import struct
import zipfile
from pathlib import Path

import pytest

from latentmaps.storage import zip_files
from latentmaps.storage.zip_files import ZipError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a zip with one deflated member."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(1_000))
    return tmp_path / "a.zip"


def _patch(path: Path, signature: bytes, offset: int, value: bytes) -> None:
    content = bytearray(path.read_bytes())
    start = content.rindex(signature) + offset
    content[start : start + len(value)] = value
    path.write_bytes(content)


def test_an_intact_member_is_read(path: Path) -> None:
    with zip_files.open_zip(path) as archive:
        member = archive.getinfo("a")
        assert zip_files.refusal(member) is None
        assert zip_files.read_member(archive, member) == bytes(1_000)


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (6, b"\xff", "zip file version"),  # needed to read it
        (16, struct.pack("<L", 2**31), "Bad offset|negative|Bad magic|Truncated"),
        (0, b"XX", "Bad magic"),
    ],
)
def test_a_damaged_directory_is_refused(path: Path, offset: int, value: bytes, reason: str) -> None:
    signature = b"PK\5\6" if offset == 16 else b"PK\1\2"
    _patch(path, signature, offset if offset != 16 else 12, value)

    with pytest.raises(ZipError, match=reason):
        zip_files.open_zip(path)


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (8, b"\1", "encrypted"),
        (10, b"\x09", "packed with method 9"),
        (40, struct.pack("<H", stat.S_IFLNK), "a link"),
    ],
)
def test_a_member_that_must_not_be_read_is_recognized_in_the_directory(
    path: Path, offset: int, value: bytes, reason: str
) -> None:
    _patch(path, b"PK\1\2", offset, value)

    with zip_files.open_zip(path) as archive:
        assert (zip_files.refusal(archive.infolist()[0]) or "").startswith(reason)


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (16, b"\0\0\0\0"),  # checksum
        (42, struct.pack("<L", 2**32 - 2)),  # position
        (20, b"\3\0\0\0"),  # packed size
        (24, struct.pack("<L", 10)),  # size
        (24, struct.pack("<L", 10**9)),
        (8, b"\x20"),  # a patch
        (46, b"b"),  # name
    ],
)
def test_a_member_that_is_not_as_announced_is_refused(
    path: Path, offset: int, value: bytes
) -> None:
    _patch(path, b"PK\1\2", offset, value)

    with zip_files.open_zip(path) as archive, pytest.raises(ZipError):
        zip_files.read_member(archive, archive.infolist()[0])
