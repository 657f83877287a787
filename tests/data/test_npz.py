from pathlib import Path

import numpy as np
import pytest

from latentmaps.data import npz
from latentmaps.errors import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "arrays.npz"
    np.savez(path, a=np.arange(3), b=np.zeros(200))
    return path


def test_gives_the_arrays_asked_for(path: Path) -> None:
    arrays = npz.load(path, ["a"], advice="fetch it again")
    assert list(arrays) == ["a"]
    np.testing.assert_array_equal(arrays["a"], [0, 1, 2])


def test_a_missing_array_is_named(path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.npz file with the arrays a, c .*; fetch it again"):
        npz.load(path, ["a", "c"], advice="fetch it again")


def test_an_archive_that_unpacks_beyond_the_limit_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "_LIMIT_BYTES", 1000)
    with pytest.raises(DataError, match="bytes unpacked, expected at most 1,000"):
        npz.load(path, ["a"], advice="fetch it again")


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
    with pytest.raises(DataError, match=r"damaged\.npz: no \.npz file"):
        npz.load(path, ["a"], advice="fetch it again")
