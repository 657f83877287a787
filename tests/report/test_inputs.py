"""What the page reads is checked, and the message says where and what."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latentmaps.errors import DataError
from latentmaps.report import inputs
from latentmaps.report.inputs import Document


def _document(**values: Any) -> Document:
    return Document(Path("metrics.json"), values)


def test_a_number_may_be_an_integer() -> None:
    assert _document(fact=5).number("fact") == 5


@pytest.mark.parametrize(
    "value", ["5", None, True, [5], float("nan"), float("inf"), 10**400, -(10**400)]
)
def test_a_value_that_is_not_a_number_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match=r"metrics.json: fact: found .*, expected a number"):
        _document(fact=value).number("fact")


def test_a_missing_name_is_refused() -> None:
    with pytest.raises(DataError, match=r"metrics.json: has no 'ssim', which the page shows"):
        _document(fact=5).number("ssim")


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (Document.text, "a string"),
        (Document.part, "an object"),
        (Document.texts, "a list of strings"),
    ],
)
def test_another_kind_of_value_is_refused(
    read: Callable[[Document, str], Any], expected: str
) -> None:
    with pytest.raises(DataError, match=f"versions: found 5, expected {expected}"):
        read(_document(versions=5), "versions")


@pytest.mark.parametrize("value", [[], ["a", 1], "a"])
def test_a_list_of_texts_has_at_least_one_and_texts_only(value: Any) -> None:
    assert _document(nets=["a", "b"]).texts("nets") == ["a", "b"]
    with pytest.raises(DataError, match=r"nets: found .*, expected a list of strings"):
        _document(nets=value).texts("nets")


def test_a_part_keeps_the_name_of_its_file() -> None:
    with pytest.raises(DataError, match=r"metrics.json: has no 'keras'"):
        _document(versions={}).part("versions").text("keras")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not a JSON document"),
        (b"\xff{}", "not a JSON document"),
        (b"[1]", ".*found list"),
    ],
)
def test_a_damaged_document_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "metrics.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"metrics.json: {message}"):
        inputs.read_document(path)


@pytest.mark.parametrize(
    "read", [inputs.read_document, inputs.read_picture, lambda path: inputs.read_rows(path, ["a"])]
)
def test_a_missing_file_is_named_with_what_to_do(
    tmp_path: Path, read: Callable[[Path], Any]
) -> None:
    with pytest.raises(DataError, match=r"gone: no such file; run the stage that writes it"):
        read(tmp_path / "gone")


def _table(folder: Path, text: str) -> Path:
    path = folder / "history.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_history_is_read_by_column_and_may_hold_more(tmp_path: Path) -> None:
    path = _table(tmp_path, "epoch,loss,other\n1,2.5,x\n2,1e-05,y\n")
    assert inputs.read_history(path, ["epoch", "loss"]) == {"epoch": [1, 2], "loss": [2.5, 1e-5]}


@pytest.mark.parametrize(
    "text", ["", "epoch,loss\n", "epoch\n1\n", "epoch,loss\n1\n", "a,b\n1,2\n"]
)
def test_a_table_that_lacks_rows_columns_or_cells_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"history.csv: found columns .* complete rows"):
        inputs.read_history(_table(tmp_path, text), ["epoch", "loss"])


@pytest.mark.parametrize("cell", ["low", "nan", "inf", "1e999", "x" * 100_000])
def test_a_cell_that_is_not_a_number_is_refused(tmp_path: Path, cell: str) -> None:
    path = _table(tmp_path, f"epoch,loss\n1,{cell}\n")
    with pytest.raises(
        DataError, match=rf"history.csv: loss: found '{cell[:3]}.*', expected a number"
    ):
        inputs.read_history(path, ["epoch", "loss"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 200_000 + "\n1", "field larger than field limit"),
        (",".join("x" * 50_000), "columns "),
    ],
)
def test_a_table_is_refused_in_few_words(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        inputs.read_rows(_table(tmp_path, text), ["a"])
    assert len(str(caught.value)) < 500


def _png(folder: Path) -> Path:
    path = folder / "sheet.png"
    pixels = np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_a_picture_brings_its_size_and_all_its_bytes(tmp_path: Path) -> None:
    picture = inputs.read_picture(_png(tmp_path))
    assert (picture.width, picture.height) == (40, 30)
    assert picture.data_url.startswith("data:image/png;base64,iVBOR")


@pytest.mark.parametrize("damage", [lambda png: png[:-600], lambda png: b"GIF89a" + png])
def test_a_truncated_or_invalid_picture_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = _png(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=r"sheet.png: not a readable PNG .*; run the stage"):
        inputs.read_picture(path)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def _header(*, width: int, height: int) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


# a header has 8 + 25 bytes
@pytest.mark.parametrize(
    "damage",
    [
        lambda png, bomb: png[:33] + _chunk(b"zTXt", b"k\0\0" + bomb) + png[33:],
        lambda png, bomb: png[:33] + _chunk(b"iTXt", b"k\0\1\0\0\0" + bomb) + png[33:],
        lambda png, bomb: png[:33] + _chunk(b"iCCP", b"k\0\0" + bomb) + png[33:],
        lambda png, bomb: png[:8] + _chunk(b"IHDR", png[16:24]) + png[33:],
        lambda png, bomb: png[:8] + _chunk(b"IHDR", b"") + png[33:],
        lambda png, bomb: png[:33] + _chunk(b"pHYs", b"1") + png[33:],
        lambda png, bomb: png[:33] + _chunk(b"tRNS", b"1") + png[33:],
        lambda png, bomb: png[:8] + _header(width=10_000, height=10_000) + png[33:],
        lambda png, bomb: png[:8] + _header(width=2**31 - 1, height=2**31 - 1) + png[33:],
    ],
    ids=range(9),
)
def test_a_picture_that_unpacks_to_too_much_or_has_a_cut_part_is_refused(
    tmp_path: Path, damage: Callable[[bytes, bytes], bytes]
) -> None:
    path = _png(tmp_path)
    path.write_bytes(damage(path.read_bytes(), zlib.compress(bytes(10_000_000), 1)))
    with pytest.raises(
        DataError, match=r"sheet.png: not a readable PNG .*; run the stage"
    ) as caught:
        inputs.read_picture(path)
    assert len(str(caught.value)) < 500


def test_the_message_for_a_picture_is_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    path.write_bytes(b"none")
    with pytest.raises(DataError, match=r"not a readable PNG \(not recognized as one\)"):
        inputs.read_picture(path)


@pytest.mark.slow
@pytest.mark.parametrize("read", [inputs.read_picture, lambda path: inputs.read_rows(path, ["a"])])
def test_a_huge_file_is_refused_by_its_size(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(300_000_000)  # takes no room on the disk
    with pytest.raises(DataError, match=r"huge: more than .*,000,000 bytes; run the stage"):
        read(path)
