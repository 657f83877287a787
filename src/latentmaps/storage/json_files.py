"""Read JSON strictly, with a one-line error message for invalid documents.

Python's own reader accepts NaN, uses the last value of a duplicate name, turns 1e999 into infinity,
and fails with a RecursionError for a deeply nested document.
"""

import json
import math
from pathlib import Path
from typing import Any

from latentmaps.errors import DataError, excerpt, shorten

# far larger than any file of the pipeline
_MAX_BYTES = 16_000_000
# length of the longest 64-bit integer, including its sign
_MAX_DIGITS = 20


def read_object(path: Path, *, advice: str) -> dict[str, Any]:
    """Return the JSON object in a file.

    Args:
        path: the file to read.
        advice: what to do if the file is unusable, for messages.

    Raises:
        DataError: the file is missing, too large, or rejected by ``parse_object``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; {advice}") from None
    try:
        return parse_object(content)
    except ValueError as error:
        raise DataError(f"{path}: not a JSON document ({error}); {advice}") from error


def parse_object(content: bytes) -> dict[str, Any]:
    """Return a JSON object whose numbers are finite and whose names are unique.

    Args:
        content: the document, encoded in UTF-8.

    Raises:
        ValueError: `content` is not such an object, or is too large or too deep; the message is one
            short line.
    """
    if len(content) > _MAX_BYTES:
        raise ValueError(f"more than {_MAX_BYTES:,} bytes")
    try:
        values = json.loads(
            content.decode("utf-8"),
            parse_int=_to_int,
            parse_float=_to_float,
            parse_constant=_to_float,
            object_pairs_hook=_to_dict,
        )
        # a lone surrogate, such as "\ud800", could not be written into a page
        json.dumps(values, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError as error:
        raise ValueError(excerpt(str(error))) from error
    if not isinstance(values, dict):
        raise ValueError(f"found {type(values).__name__}, expected an object with named values")  # noqa: TRY004
    return values


def _to_int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError(f"an integer of {len(text):,} digits")
    return int(text)


def _to_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{shorten(text)} is not a finite number")
    return value


def _to_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"the name {shorten(name)} occurs twice")
        values[name] = value
    return values
