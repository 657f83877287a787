"""Read JSON strictly: what other programs accept silently, or choke on, is refused in one line.

Python's own reader takes NaN, takes the last of two values of one name, makes infinity of 1e999,
and ends in a RecursionError for a deep document.
"""

import json
import math
from pathlib import Path
from typing import Any

from latentmaps.errors import DataError, excerpt, shorten

# far above any file of the pipeline
_MAX_BYTES = 16_000_000
# the longest number of 64 bits with a sign
_MAX_DIGITS = 20


def read_object(path: Path, *, advice: str) -> dict[str, Any]:
    """Return the JSON object in a file.

    Args:
        path: the file.
        advice: what to do when it is missing or holds something else.

    Raises:
        DataError: it is missing, too large, or no document that ``parse_object`` takes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; {advice}") from None
    try:
        return parse_object(content)
    except ValueError as error:
        raise DataError(f"{path}: no JSON document ({error}); {advice}") from error


def parse_object(content: bytes) -> dict[str, Any]:
    """Return a JSON object whose numbers are finite and whose names are unique.

    Args:
        content: UTF-8.

    Raises:
        ValueError: it is something else, or too large or deep; the message has one short line.
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
        # half of a surrogate pair, "\ud800", is no text that could be written into a page
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
        raise ValueError(f"a whole number of {len(text):,} digits")
    return int(text)


def _to_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{shorten(text)} is no finite number")
    return value


def _to_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"the name {shorten(name)} stands twice")
        values[name] = value
    return values
