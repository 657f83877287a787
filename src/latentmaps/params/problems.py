"""Describe problems in params.yaml, such as misspelled names and values of the wrong type."""

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pydantic
import yaml

from latentmaps.errors import excerpt, shorten

# pydantic's error types for lists, and the beginnings of its other messages
_LENGTHS = {"too_short": "at least {min_length}", "too_long": "at most {max_length}"}
_PREFIX = re.compile(r"^(Input should be|String should have|Value error,) ")


def describe_yaml(error: Exception) -> str:
    """Return the line, the column and the problem of a YAML error."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return excerpt(" ".join(str(error).split()))
    line, column = error.problem_mark.line + 1, error.problem_mark.column + 1
    return f"line {line}, column {column}: {excerpt(str(error.problem))}"


def list_names(names: Iterable[object]) -> str:
    """Return a list of the first names, for a message."""
    listed = [quote(name) for name in itertools.islice(names, 21)]
    return ", ".join([*listed[:20], "..."] if len(listed) > 20 else listed)


def quote(key: object) -> str:
    """Return a key as written in the file, or a short form of it if it is not a plain name."""
    if isinstance(key, str) and len(key) <= 60 and key.isprintable():
        return key
    return shorten(key)


def suggest(name: object, names: Iterable[object]) -> str:
    """Return a question that suggests the closest name; empty if none is close.

    Args:
        name: the misspelled name.
        names: the known names.
    """
    # long names are left out, since the time grows with the square of the length
    known = [known for known in names if isinstance(known, str) and len(known) <= 60]
    near = difflib.get_close_matches(str(name)[:60], known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def describe_invalid(
    error: pydantic.ValidationError, of_profile: set[str], name: str, place_of_profile: str
) -> Iterator[str]:
    """Yield one line per wrong value, although pydantic reports one error for each possible type.

    Args:
        error: pydantic's error for a section.
        of_profile: the keys whose values come from the profile.
        name: name of the section.
        place_of_profile: dotted name of the section in the profile.
    """
    expected: dict[str, list[str]] = {}
    for detail in error.errors():
        is_of_profile = bool(detail["loc"]) and detail["loc"][0] in of_profile
        line = _describe(place_of_profile if is_of_profile else name, detail)
        found, _, kind = line.partition(", expected ")
        expected.setdefault(found, []).append(kind)
    for found, kinds in expected.items():
        yield f"{found}, expected {' or '.join(kinds)}" if kinds[0] else found


def _describe(section: str, detail: Any) -> str:
    """Describe one pydantic error: the dotted name, what was found, and what was expected."""
    # after the name of a field, pydantic also inserts names for the branches of a union
    keys = [key for index, key in enumerate(detail["loc"]) if index == 0 or isinstance(key, int)]
    place = ".".join([section, *map(str, keys)])
    if detail["type"].startswith("missing"):
        return f"{place}: missing; add it (params.yaml of the repository has a value for each)"
    if detail["type"] in _LENGTHS:
        expected = _LENGTHS[detail["type"]].format(**detail["ctx"])
        return f"{place}: found {len(detail['input']):,} values, expected {expected}"
    expected = excerpt(_PREFIX.sub("", detail["msg"]), 300)
    if not keys:
        return f"{place}: expected {expected}"
    return f"{place}: found {shorten(detail['input'])}, expected {expected}"
