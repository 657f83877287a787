from pathlib import Path

import pandas as pd
import pytest

from latentmaps.errors import DataError
from latentmaps.storage import csv_tables


def _read(path: Path, content: str | bytes) -> pd.DataFrame:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    dtypes = {"row": "int64", "name": "str"}
    return csv_tables.read(path, dtypes, kind="table of names", advice="write it again")


@pytest.mark.parametrize(
    "content",
    [
        "row,name\n0,a\n",
        "\ufeffrow,name\r\n0,a\r\n",
        'row,name\n0,"a"',
        "row,name\r0,a\r",
        "row,name\n0,a\n\n  \n",
    ],
)
def test_tables_of_different_writers_are_read(tmp_path: Path, content: str) -> None:
    assert _read(tmp_path / "t.csv", content).to_dict("list") == {"row": [0], "name": ["a"]}


def test_a_quoted_comma_or_line_break_does_not_separate_fields(tmp_path: Path) -> None:
    table = _read(tmp_path / "t.csv", 'row,name\n0,"a,b"\n1,"c\n\nd"\n')
    assert list(table["name"]) == ["a,b", "c\n\nd"]


def test_an_empty_field_stays_empty_and_an_empty_identity_is_na(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,identity\n,\nNA,7\n")

    table = csv_tables.read(path, {"name": "str", "identity": "Int64"}, kind="table", advice="")

    assert list(table["name"]) == ["", "NA"]
    assert list(table["identity"].isna()) == [True, False]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "0 columns"),
        ("\n", "0 columns"),
        ("row\n0\n", "columns row, expected also name"),
        ("row,name,name\n0,a,b\n", "3 columns with 2 different names"),
        ("row,name,\n0,a,b\n", "ambiguous column names"),
        ('row,"name\n0,a\n', "unexpected end of data"),
        (b"row,name\n0,\xff\n", "can't decode"),
        ("row,name\n0,a,b\n", "2 columns, but 3 fields in the first row"),
        ("row,name\n0\n", "2 columns, but 1 fields in the first row"),
        ("row,name\n0,a\n1,b,c\n", "row 2 below the header has 3 fields, expected 2"),
        ("row,name\n0,a\n1,\n2\n", "row 3 below the header has 1 fields, expected 2"),
        ('row,name\n0,a\n"1,b"\n', "row 2 below the header has 1 fields, expected 2"),
        (f'row,name\n0,a\n1,"{"x" * 900_000}"\n', "field larger than field limit"),
        ("row,name\n" + "0," * 40_000, "40,001 fields in the first row"),
        ("row,name\nx,a\n", "invalid literal"),
        (f"row,name\n{'9' * 30},a\n", "Overflow"),
        (f"row,name\n{'x' * 90_000},a\n", "invalid literal"),
        (f"row,name\n{'x' * 900_000},a\n", "a line that is too long"),
        (",".join(["row", "name", *(f"c{i}" for i in range(999))]), "1,001 columns"),
        (",".join(["row", "name", *(f"c{i}" for i in range(100_000))]), "a line that is too long"),
    ],
)
def test_an_invalid_table_is_refused_in_a_short_message(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    with pytest.raises(
        DataError, match=rf"t\.csv: not a valid table of names \(.*{reason}.*again"
    ) as raised:
        _read(tmp_path / "t.csv", content)

    assert len(str(raised.value)) < 700


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv: no such file; write it again"):
        csv_tables.read_header(tmp_path / "t.csv", kind="table", advice="write it again")
