import gzip
from pathlib import Path

import numpy as np
import pytest

from latentmaps.data import idx
from latentmaps.errors import DataError

# two pictures of 2 x 3 pixels, written by hand
CONTENT = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(12))


@pytest.mark.parametrize("name", ["images-idx3-ubyte", "images-idx3-ubyte.gz"])
@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
def test_reads_plain_and_gzipped_bytes_whatever_the_name(
    tmp_path: Path, name: str, wrap: type[bytes]
) -> None:
    (tmp_path / name).write_bytes(wrap(CONTENT))
    array = idx.read(tmp_path / name)
    np.testing.assert_array_equal(array, np.arange(12).reshape(2, 2, 3))
    assert array.dtype == np.uint8


def test_refuses_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "short"
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(DataError, match=r"short: 27 bytes, expected 28 for the shape \(2, 2, 3\)"):
        idx.read(path)


def test_refuses_a_truncated_gzip_stream(tmp_path: Path) -> None:
    path = tmp_path / "short.gz"
    path.write_bytes(gzip.compress(CONTENT)[:-9])
    with pytest.raises(DataError, match=r"short\.gz: cannot be read"):
        idx.read(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "nothing"), (b"<htm", "3c 68 74 6d"), (b"\0\0\x0d\3", "00 00 0d 03"), (b"\0\0\x08", "")],
)
def test_refuses_what_is_no_idx_file_of_bytes(content: bytes, found: str) -> None:
    with pytest.raises(DataError, match=f"here: starts with {found}.*expected an IDX file"):
        idx.parse(content, "here")


def test_refuses_a_file_that_unpacks_beyond_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idx, "_LIMIT_BYTES", 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(CONTENT))
    with pytest.raises(DataError, match=r"bomb\.gz: found more than 1 GB"):
        idx.read(path)
