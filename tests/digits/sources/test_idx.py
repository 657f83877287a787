import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from latentmaps.digits.sources import idx
from latentmaps.errors import DataError

# two images of 2x3 pixels, written by hand
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
    with pytest.raises(DataError, match=r"short: found 11 values, expected 12 for the shape"):
        idx.read(path)


def test_refuses_a_truncated_gzip_stream(tmp_path: Path) -> None:
    path = tmp_path / "short.gz"
    path.write_bytes(gzip.compress(CONTENT)[:-9])
    with pytest.raises(DataError, match=r"short\.gz: cannot be read"):
        idx.read(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "nothing"),
        (b"<htm", "3c 68 74 6d"),
        (b"\0\0\x0d\3", "00 00 0d 03"),
        (b"\0\0\x08", "00 00 08"),
    ],
)
def test_refuses_other_files(content: bytes, found: str) -> None:
    with pytest.raises(DataError, match=f"here: starts with {found}.*expected an IDX file"):
        idx.parse(content, "here")


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ([1] * 65, "65 dimensions"),
        ([], "0 dimensions"),
        ([0, 2**32 - 1, 2**32 - 1], "none of size 0"),
        ([2**32 - 1] * 3, "announces 79,228,162,458,924,105,385,300,197,375 values"),
        ([1_000_000_001], "expected at most 1,000,000,000"),
    ],
)
def test_refuses_implausible_sizes(sizes: list[int], reason: str) -> None:
    header = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
    with pytest.raises(DataError, match=reason) as raised:
        idx.parse(header + b"\0", "here")
    assert len(str(raised.value)) < 500


def test_refuses_more_values_than_announced(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(CONTENT + b"x")
    with pytest.raises(DataError, match=r"long: found more values, expected 12 for the shape"):
        idx.read(tmp_path / "long")


@pytest.mark.parametrize("header", [CONTENT[:16], bytes(4)])
def test_unpacks_no_more_than_announced(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(header + bytes(30_000_000), 1))
    tracemalloc.start()
    with pytest.raises(DataError, match=r"bomb\.gz: (found more values|starts with)"):
        idx.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000
