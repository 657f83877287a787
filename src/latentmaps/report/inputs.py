"""Reads what the other stages wrote: metrics, histories, tables and pictures.

Strict about what the page shows, indifferent to anything beside it: a stage may add a number and
the page still builds.
"""

import base64
import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from latentmaps.errors import DataError

History = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Document:
    """A JSON object and the file it comes from.

    Attributes:
        path: the file, for messages.
        values: the object.
    """

    path: Path
    values: Mapping[str, Any]

    def number(self, key: str) -> float:
        """Gives a finite number.

        Raises:
            DataError: there is none under `key`.
        """
        value = self._value(key)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise DataError(self._complaint(key, value, "a number"))
        return value

    def text(self, key: str) -> str:
        """Gives a text.

        Raises:
            DataError: there is none under `key`.
        """
        value = self._value(key)
        if not isinstance(value, str):
            raise DataError(self._complaint(key, value, "a text"))
        return value

    def texts(self, key: str) -> list[str]:
        """Gives a list of texts, at least one.

        Raises:
            DataError: there is none under `key`.
        """
        value = self._value(key)
        if not isinstance(value, list) or not value or not all(isinstance(t, str) for t in value):
            raise DataError(self._complaint(key, value, "a list of texts"))
        return value

    def part(self, key: str) -> "Document":
        """Gives the object inside this one.

        Raises:
            DataError: there is none under `key`.
        """
        value = self._value(key)
        if not isinstance(value, dict):
            raise DataError(self._complaint(key, value, "an object with named values"))
        return Document(self.path, value)

    def _value(self, key: str) -> Any:
        if key not in self.values:
            raise DataError(
                f"{self.path}: has no {key!r}, which the page shows; run the stage again that "
                "writes this file"
            )
        return self.values[key]

    def _complaint(self, key: str, value: Any, expected: str) -> str:
        return (
            f"{self.path}: {key}: found {value!r}, expected {expected}; run the stage again that "
            "writes this file"
        )


def read_document(path: Path) -> Document:
    """Gives the JSON object in a file.

    Raises:
        DataError: the file is missing or holds something else.
    """
    try:
        values = json.loads(_read(path))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: no JSON document ({error}); run the stage again that writes it"
        ) from error
    if not isinstance(values, dict):
        raise DataError(f"{path}: found {type(values).__name__}, expected a JSON object")
    return Document(path, values)


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Gives the rows of a CSV file, at least one, as text.

    Args:
        path: the file, with a header.
        columns: names that the header must hold; there may be others.

    Raises:
        DataError: the file is missing, empty, cut off in a row, or lacks a column.
    """
    try:
        reader = csv.DictReader(io.StringIO(_read(path).decode("utf-8")), strict=True)
        rows = list(reader)
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: no CSV table ({error}); run the stage again") from error
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing or not rows or any(None in row or None in row.values() for row in rows):
        found = f"columns {reader.fieldnames}, {len(rows)} rows"
        raise DataError(
            f"{path}: found {found}, expected the columns {list(columns)} and whole rows; run the "
            "stage again that writes it"
        )
    return rows


def read_history(path: Path, columns: Sequence[str]) -> History:
    """Gives the course of training: column name -> a number for each epoch.

    Args:
        path: a CSV file.
        columns: names that the page draws.

    Raises:
        DataError: as ``read_rows``, or a value is no number.
    """
    rows = read_rows(path, columns)
    return {name: [to_number(path, name, row[name]) for row in rows] for name in columns}


def to_number(path: Path, column: str, text: str) -> float:
    """Gives the number that a cell of a table holds.

    Raises:
        DataError: it holds something else.
    """
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{path}: {column}: found {text!r}, expected a number") from None


@dataclass(frozen=True)
class Picture:
    """A PNG, ready to stand in a page.

    Attributes:
        data_url: the whole file.
        width: pixels.
        height: pixels.
    """

    data_url: str
    width: int
    height: int


def read_picture(path: Path) -> Picture:
    """Gives a PNG file.

    Raises:
        DataError: the file is missing, damaged, or no PNG.
    """
    content = _read(path)
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()  # reads all of it: a truncated file opens without complaint
            width, height = image.size
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{path}: no readable PNG ({error}); run the stage again that draws it"
        ) from error
    return Picture(f"data:image/png;base64,{base64.b64encode(content).decode()}", width, height)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"{path}: no such file; `dvc repro` runs the stage that writes it"
        ) from None
