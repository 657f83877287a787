"""Read CelebA's lists as tables, from the authors' text files or from CSV copies.

A text file has one line per face, "000001.jpg -1 1 ...", with fields separated by spaces. The
attribute file begins with a line for the number of faces and a line of column names. A CSV file
begins with the column names; the first is ``image_id``.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from latentmaps.errors import DataError, excerpt
from latentmaps.faces.raw import face_tables
from latentmaps.storage import csv_tables

_NAME = re.compile(r"[0-9]{6}\.jpg")
_NUMBER = re.compile(r"[0-9]{1,9}")
_ADVICE = "fetch CelebA's own file again"
# skips a byte order mark, which some Windows editors write
_ENCODING = "utf-8-sig"


@dataclass(frozen=True)
class _Head:
    """The header of one of CelebA's lists.

    Attributes:
        columns: column names; the first is ``file``.
        num_lines: number of lines before the first row.
        num_announced: number of rows that the header states, if any.
        separator: separator of the fields; None: any whitespace.
    """

    columns: list[str]
    num_lines: int
    num_announced: int | None
    separator: str | None

    def fields(self, line: str) -> list[str]:
        return line.split(self.separator)


def read_partition(path: Path) -> pd.DataFrame:
    """Return the columns ``file`` and ``partition`` (train, validation or test).

    Raises:
        DataError: the list is damaged, or a partition is not 0, 1 or 2.
    """
    table = _read(path, _head(path, column="partition"))
    other = table["partition"][~table["partition"].isin(range(3))]
    if len(other):
        raise DataError(
            f"{path}: partition {other.iloc[0]} of {table['file'][other.index[0]]}, expected 0 "
            f"(train), 1 (validation) or 2 (test); {_ADVICE}"
        )
    names = dict(enumerate(face_tables.PARTITIONS))
    return table.assign(partition=table["partition"].map(names))


def read_identity(path: Path) -> pd.DataFrame:
    """Return the columns ``file`` and ``identity``, the number of the person.

    Raises:
        DataError: the list is damaged.
    """
    return _read(path, _head(path, column="identity"))


def read_attributes(path: Path) -> pd.DataFrame:
    """Return the column ``file`` and one column per attribute, int8, 1 or -1.

    Raises:
        DataError: the list is damaged, or an attribute is neither 1 nor -1.
    """
    table = _read(path, _head(path))
    attributes = list(table.columns[1:])
    if not table[attributes].isin([1, -1]).all(axis=None):
        raise DataError(f"{path}: an attribute is neither 1 nor -1; {_ADVICE}")
    return table.astype(dict.fromkeys(attributes, "int8"))


def _head(path: Path, *, column: str | None = None) -> _Head:
    """Read the header of a list.

    Args:
        path: the list.
        column: name of the second column of a text file without column names.
    """
    with path.open(encoding=_ENCODING, errors="replace") as file:
        first, second = (file.readline(csv_tables.MOST_CHARACTERS_A_LINE) for _ in range(2))
    if max(first.count(","), len(second.split())) > csv_tables.MOST_COLUMNS:
        raise DataError(f"{path}: more than {csv_tables.MOST_COLUMNS:,} columns; {_ADVICE}")
    names = [name.strip() for name in first.split(",")]
    if names[0] == "image_id" and len(names) > 1:
        columns = [column] if column else names[1:]
        return _Head(["file", *columns], 1, None, ",")
    if column is not None:
        return _Head(["file", column], 0, None, None)
    if not _NUMBER.fullmatch(first.strip()) or not second.strip():
        raise DataError(
            f"{path}: begins with {first.strip()[:40]!r}, expected the number of faces and a line "
            f"with column names, or a CSV file with the column image_id; {_ADVICE}"
        )
    return _Head(["file", *second.split()], 2, int(first), None)


def _read(path: Path, head: _Head) -> pd.DataFrame:
    num_rows = _check_rows(path, head)
    if head.num_announced not in (None, num_rows):
        raise DataError(
            f"{path}: line 1 announces {head.num_announced:,} faces and {num_rows:,} follow; "
            f"{_ADVICE}"
        )
    try:
        # NumPy only warns about an infinite number, and converts it to some integer
        with warnings.catch_warnings(action="error"):
            return pd.read_csv(
                path,
                sep=head.separator or r"\s+",
                names=head.columns,
                skiprows=head.num_lines,
                dtype={"file": "str"} | dict.fromkeys(head.columns[1:], "int32"),
                encoding=_ENCODING,
            )
    except (ValueError, TypeError, OverflowError, Warning) as error:
        raise DataError(
            f"{path}: a field is not an integer ({excerpt(str(error))}); {_ADVICE}"
        ) from error


def _check_rows(path: Path, head: _Head) -> int:
    """Check every row, since pandas shifts or pads short ones, and return the number of rows."""
    num_rows = 0
    for number, line in _rows(path, head):
        fields = head.fields(line)
        if len(fields) != len(head.columns):
            raise DataError(
                f"{path}: line {number} has {len(fields)} fields, expected {len(head.columns)}; "
                f"{_ADVICE}"
            )
        if not _NAME.fullmatch(fields[0]):
            raise DataError(
                f"{path}: line {number} begins with {fields[0][:40]!r}, expected a name such as "
                f"000001.jpg; {_ADVICE}"
            )
        num_rows += 1
    if num_rows == 0:
        raise DataError(f"{path}: no rows, expected one per face; {_ADVICE}")
    return num_rows


def _rows(path: Path, head: _Head) -> Iterator[tuple[int, str]]:
    with path.open(encoding=_ENCODING, errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if number > head.num_lines and line.strip():
                yield number, line
