"""Read the files of other stages: metrics, histories, tables and pictures.

Values that the page shows must be present and valid; all other values are ignored, so a stage may
add a number without breaking the page.
"""

import contextlib
import csv
import io
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from latentmaps.drawing.layout import Box
from latentmaps.errors import DataError, shorten
from latentmaps.images import picture_files
from latentmaps.pages import picture
from latentmaps.pages.picture import Picture
from latentmaps.storage import json_files

T = TypeVar("T")

History = Mapping[str, Sequence[float]]

# A table has one row per digit, epoch or feature map. A sheet of 80 million pixels, the largest
# that params.yaml allows, stays below the limit for pictures unless its pixels are noise.
_MAX_TABLE_BYTES = 16_000_000
_MAX_PICTURE_BYTES = 200_000_000

_ADVICE = "run the stage that writes it with `dvc repro`"


@dataclass(frozen=True)
class Document:
    """A JSON object and its file.

    Attributes:
        path: the file, named in error messages.
        values: the object.
    """

    path: Path
    values: Mapping[str, Any]

    def number(self, key: str) -> float:
        """Return the finite number stored under `key`.

        Raises:
            DataError: `key` is missing or has an invalid value.
        """
        value = self._value(key)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            # math.isfinite would raise OverflowError for an integer with 400 digits
            or not abs(value) <= sys.float_info.max
        ):
            raise DataError(self._complaint(key, value, "a number"))
        return value

    def text(self, key: str) -> str:
        """Return the string stored under `key`.

        Raises:
            DataError: `key` is missing or has an invalid value.
        """
        return self._of_kind(str, key, "a string")

    def texts(self, key: str) -> list[str]:
        """Return the non-empty list of strings stored under `key`.

        Raises:
            DataError: `key` is missing or has an invalid value.
        """
        return self._list_of(str, key, "a list of strings")

    def flag(self, key: str) -> bool:
        """Return the boolean stored under `key`.

        Raises:
            DataError: `key` is missing or has an invalid value.
        """
        return self._of_kind(bool, key, "true or false")

    def part(self, key: str) -> "Document":
        """Return the nested object stored under `key`.

        Raises:
            DataError: `key` is missing or has an invalid value.
        """
        return Document(self.path, self._of_kind(dict, key, "an object with named values"))

    def parts(self, key: str) -> list["Document"]:
        """Return the objects in the non-empty list stored under `key`.

        Raises:
            DataError: `key` is missing or has an invalid value.
        """
        parts = self._list_of(dict, key, "a list of objects with named values")
        return [Document(self.path, part) for part in parts]

    def _of_kind(self, kind: type[T], key: str, words: str) -> T:
        value = self._value(key)
        if not isinstance(value, kind):
            raise DataError(self._complaint(key, value, words))
        return value

    def _list_of(self, kind: type[T], key: str, words: str) -> list[T]:
        value = self._value(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, kind) for v in value):
            raise DataError(self._complaint(key, value, words))
        return value

    def _value(self, key: str) -> Any:
        if key not in self.values:
            raise DataError(
                f"{self.path}: has no {shorten(key)}, which the page shows; rerun the stage that "
                "writes this file"
            )
        return self.values[key]

    def _complaint(self, key: str, value: Any, expected: str) -> str:
        return (
            f"{self.path}: {key}: found {shorten(value)}, expected {expected}; rerun the stage "
            "that writes this file"
        )


def read_document(path: Path) -> Document:
    """Read a JSON object from a file.

    Raises:
        DataError: the file is missing or does not contain a JSON object.
    """
    return Document(path, json_files.read_object(path, advice=_ADVICE))


def read_numbers(folder: Path) -> Document:
    """Read all numbers of a stage, merged from metrics.json and numbers.json in its folder.

    Raises:
        DataError: one of the files is missing or does not contain a JSON object.
    """
    metrics, numbers = (read_document(folder / name) for name in ("metrics.json", "numbers.json"))
    return Document(folder / "{metrics,numbers}.json", {**numbers.values, **metrics.values})


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read the rows of a CSV file as text. There must be at least one row.

    Args:
        path: a file with a header.
        columns: required columns; there may be other columns.

    Raises:
        DataError: the file is missing, empty or truncated within a row, or lacks a column.
    """
    try:
        text = _read(path, _MAX_TABLE_BYTES).decode("utf-8")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        rows = list(reader)
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a CSV table ({error}); {_ADVICE}") from error
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing or not rows or any(None in row or None in row.values() for row in rows):
        found = f"columns {shorten(reader.fieldnames)}, {len(rows)} rows"
        raise DataError(
            f"{path}: found {found}, expected the columns {list(columns)} and complete rows; "
            "rerun the stage that writes this file"
        )
    return rows


def read_history(path: Path, columns: Sequence[str]) -> History:
    """Read the history of a training run: for each column, one number per epoch.

    Args:
        path: a CSV file.
        columns: columns to read.

    Raises:
        DataError: as in ``read_rows``, or a value is not a number.
    """
    rows = read_rows(path, columns)
    return {name: [to_number(path, name, row[name]) for row in rows] for name in columns}


def to_number(path: Path, column: str, text: str) -> float:
    """Return the finite number in a table cell.

    Args:
        path: file of the table, named in the error message.
        column: column of the cell, named in the error message.
        text: text of the cell.

    Raises:
        DataError: the text is not a finite number.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{path}: {column}: found {shorten(text)}, expected a number; {_ADVICE}")
    return value


def read_picture(path: Path) -> Picture:
    """Read a PNG file.

    Raises:
        DataError: the file is missing, damaged, too large, or not a PNG.
    """
    content = _read(path, _MAX_PICTURE_BYTES)
    with _opened(path, content) as image:
        return picture.from_png(content, image.size)


def cut_picture(path: Path, boxes: Sequence[Box]) -> list[Picture]:
    """Cut parts out of a PNG file.

    Raises:
        DataError: as in ``read_picture``, or a box extends beyond the picture.
    """
    with _opened(path, _read(path, _MAX_PICTURE_BYTES)) as image:
        right, bottom = (max(box[side] for box in boxes) for side in (2, 3))
        if right > image.width or bottom > image.height:
            raise DataError(
                f"{path}: found {image.width} x {image.height} pixels, expected at least {right} x "
                f"{bottom} for its tiles; {_ADVICE}"
            )
        return [picture.encode(image.crop(box)) for box in boxes]


@contextlib.contextmanager
def _opened(path: Path, content: bytes) -> Iterator[Image.Image]:
    try:
        with picture_files.opened(content, ("PNG",)) as image:
            yield image
    except picture_files.DamagedError as error:
        raise DataError(f"{path}: not a readable PNG ({error}); {_ADVICE}") from error


def _read(path: Path, limit_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; {_ADVICE}") from None
    if len(content) > limit_bytes:
        raise DataError(f"{path}: more than {limit_bytes:,} bytes; {_ADVICE}")
    return content
