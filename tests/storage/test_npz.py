import zipfile
from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.storage import npz


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "arrays.npz"
    np.savez(path, a=np.arange(3), b=np.zeros(200))
    return path


def test_returns_the_requested_arrays(path: Path) -> None:
    arrays = npz.load(path, ["a"], advice="fetch it again")
    assert list(arrays) == ["a"]
    np.testing.assert_array_equal(arrays["a"], [0, 1, 2])


def test_a_missing_array_is_named(path: Path) -> None:
    with pytest.raises(DataError, match=r"not an \.npz file with the arrays a, c .*; fetch it"):
        npz.load(path, ["a", "c"], advice="fetch it again")


def test_an_archive_that_unpacks_beyond_the_limit_is_refused(
    path: Path,
) -> None:
    with pytest.raises(DataError, match="bytes unpacked, expected at most 1,000; fetch it again"):
        npz.load(path, ["a"], advice="fetch it again", limit_bytes=1000)


def test_python_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "objects.npz"
    np.savez(path, a=np.array([{"no": "array"}], dtype=object))
    with pytest.raises(DataError, match="fetch it again"):
        npz.load(path, ["a"], advice="fetch it again")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut", b"text"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "damaged.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged\.npz: not an \.npz file"):
        npz.load(path, ["a"], advice="fetch it again")


def _damage(path: Path, name: str, old: bytes, new: bytes) -> None:
    """Change an array, and pack it again with the matching checksum."""
    with zipfile.ZipFile(path) as file:
        contents = {member.filename: file.read(member) for member in file.infolist()}
    assert len(old) == len(new)
    assert old in contents[name]
    contents[name] = contents[name].replace(old, new)
    with zipfile.ZipFile(path, "w") as file:
        for member, content in contents.items():
            file.writestr(member, content)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"(3,)", b"(3,(", "damaged header"),
        (b"(3,)", b"(4,)", "24 bytes of values, its header announces 32"),
        (b"(3,), }       ", b"(99999999,), }", "24 bytes of values"),
        (b"(3,)", b"(-3)", "damaged header"),
        (b"(3,), } ", b"(-3,), }", "not an integer of at least 0"),
        (b"<i8", b"<i4", "its header announces 12"),
    ],
)
def test_a_wrong_header_is_refused_before_its_array_is_allocated(
    path: Path, old: bytes, new: bytes, reason: str
) -> None:
    _damage(path, "a.npy", old, new)
    with pytest.raises(DataError, match=rf"arrays\.npz: not an \.npz file .*{reason}"):
        npz.load(path, ["a"], advice="fetch it again")


def test_bzip2_and_lzma_are_refused_since_they_unpack_without_a_limit(path: Path) -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("a.npy", bytes(1000))
        with pytest.raises(DataError, match=f"a is packed with method {method}, expected"):
            npz.load(path, ["a"], advice="fetch it again")
