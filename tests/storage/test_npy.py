import io

import numpy as np
import pytest

from latentmaps.storage import npy
from latentmaps.storage.npy import HeaderError


def _array(header: str, values: bytes = b"", version: int = 1) -> bytes:
    text = header.encode() + b"\n"
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + values


def _shape(shape: str, *, num_bytes: int = 0, descr: str = "'|u1'") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    return _array(header, bytes(num_bytes))


def _read(content: bytes) -> npy.Header:
    return npy.read_header(io.BytesIO(content), len(content))


@pytest.mark.parametrize("array", [np.zeros((2, 3), ">f4"), np.array(5), np.ones((4, 0), bool)])
def test_arrays_written_by_numpy_are_read(array: np.ndarray) -> None:
    file = io.BytesIO()
    np.save(file, array)

    header = _read(file.getvalue())

    assert (header.shape, header.dtype) == (array.shape, array.dtype)
    assert header.num_bytes + array.nbytes == len(file.getvalue())


def test_the_second_version_is_read() -> None:
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }"

    assert _read(_array(header, b"abc", version=2)).shape == (3,)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged header: EOF"),
        (b"PK\3\4 a zip", "damaged header"),
        (_shape("(2, 3)", num_bytes=5), "5 bytes of values, its header announces 6"),
        (_shape("(2, 3)", num_bytes=7), "7 bytes of values, its header announces 6"),
        (_shape("(-1, 3)"), "not an integer of at least 0"),
        (_shape("(True, 3)", num_bytes=3), "not an integer of at least 0"),
        (_shape("(1.0, 3)", num_bytes=3), "damaged header: shape is not valid"),
        (_shape(f"({'9' * 30}, 3)"), r"announces 10\^18 or more"),
        (_shape(f"({'9' * 5_000}, 3)"), "damaged header"),
        (_shape(f"({'1, ' * 65})", num_bytes=1), "65 dimensions, expected at most 64"),
        (_shape("(3,)", num_bytes=24, descr="'|O'"), "values that are not numbers"),
        (_shape("(3,)", num_bytes=3, descr="'|S1'"), "values that are not numbers"),
        (_shape("(3,)", descr="()"), "damaged header"),
        (_shape("(3,)", descr="[()]"), "damaged header"),
        (_shape("(3,)", descr="[('a',)]"), "damaged header"),
        (_shape("(3,)", descr="{'a': 'b'}"), "damaged header"),
        (_shape("(3L,)", num_bytes=3), "damaged header"),
        (_array("{'a"), "damaged header"),
        (_array("{'a': ("), "damaged header"),
        (_array("(" * 9_000), "damaged header"),
        (_array("-" * 9_000), "damaged header"),
        (_array("{[]: 1}"), "damaged header"),
        (_array("{'descr': '|u1'" + " " * 20_000 + "}"), "damaged header"),
        (_array("{}", version=3), r"version \(3, 0\) of the format"),
    ],
)
def test_a_damaged_or_wrong_header_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(HeaderError, match=reason) as raised:
        _read(content)

    assert len(str(raised.value)) < 300


def test_a_reason_contains_no_memory_address() -> None:
    with pytest.raises(HeaderError, match="damaged header: malformed node") as caught:
        _read(_shape("(10**99, 3)"))
    assert "0x" not in str(caught.value)
