import re
from collections.abc import Callable
from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.faces.dataset import receipts
from latentmaps.report import inputs
from latentmaps.storage import json_files


def test_an_object_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "numbers.json"
    path.write_text('{"a": 1, "b": 2.5, "c": [true, null, "\\ud83d\\ude00"], "d": -3}', "utf-8")
    values = json_files.read_object(path, advice="run it again")
    assert values == {"a": 1, "b": 2.5, "c": [True, None, "\N{GRINNING FACE}"], "d": -3}
    assert type(values["a"]) is int


BAD = [
    (b"", "Expecting value"),
    (b"{", "Expecting property name"),
    (b"[1]", "found list, expected an object"),
    (b"5", "found int, expected an object"),
    (b'{"a": \xff}', "can't decode byte"),
    ('{"a": 1}'.encode("utf-16"), "can't decode byte"),
    (b'{"a": NaN}', "'NaN' is not a finite number"),
    (b'{"a": -Infinity}', "'-Infinity' is not a finite number"),
    (b'{"a": 1e999}', "'1e999' is not a finite number"),
    (b'{"a": 1%s}' % (b"0" * 400), "an integer of 401 digits"),
    (b'{"a": 1%s}' % (b"0" * 5000), "an integer of 5,001 digits"),
    (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    (b'{"a": 1, "a": 2}', "the name 'a' occurs twice"),
    (b'{"a": [{"b": 1, "b": 1}]}', "the name 'b' occurs twice"),
    (b'{"%s": 1, "%s": 1}' % (b"k" * 10**5, b"k" * 10**5), "the name 'kkk"),
    (b'{"a": "\\ud800"}', "surrogates not allowed"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=range(len(BAD)))
def test_an_invalid_document_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        json_files.parse_object(content)
    assert len(str(caught.value)) <= 150


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)  # a sparse file


@pytest.mark.parametrize(
    "read",
    [
        inputs.read_document,
        receipts.sharing_note,
        lambda path: json_files.read_object(path, advice="run it again"),
    ],
)
def test_every_reader_names_the_file_and_what_to_do(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(DataError, match=r"a\.json: no such file; .*run"):
        read(path)
    for content, _ in BAD:
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"a\.json: not a JSON document .*run"):
            read(path)
    _huge(path)
    with pytest.raises(DataError, match=r"a\.json: not a JSON document \(more than 16,000,000"):
        read(path)
