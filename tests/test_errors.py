import time
from typing import Any

import pytest

from latentmaps import errors
from latentmaps.errors import DataError, ParamsError


def test_a_message_has_at_most_two_thousand_bytes() -> None:
    assert str(DataError("short: ä")) == "short: ä"
    message = str(ParamsError("place: " + "ä" * 5000 + "; do this"))
    assert 1990 <= len(message.encode()) <= 2000
    assert message.startswith("place: ä")
    assert "ä ... ä" in message
    assert message.endswith("ä; do this")


def test_a_message_with_half_of_a_surrogate_pair_can_be_written() -> None:
    assert str(DataError("\ud800" + "a" * 3000)).encode().startswith(b"\\ud800a")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abc", "'abc'"),
        (None, "None"),
        (1.5, "1.5"),
        ([1, "a", True], "[1, 'a', True]"),
        ({"a": 1}, "{'a': 1}"),
        ("a\nb\x1b", r"'a\nb\x1b'"),
    ],
)
def test_a_short_value_is_shown_as_it_is(value: Any, text: str) -> None:
    assert errors.shorten(value) == text


def _bomb() -> list[Any]:
    value: list[Any] = ["lol"]
    for _ in range(30):
        value = [value] * 9
    return value


def _circle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def _deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10**6,
        b"x" * 10**6,
        [1] * 10**6,
        dict.fromkeys(range(10**5)),
        10**5000,
        16**50_000,
        [["x" * 1000] * 100] * 100,
        _bomb(),
        _circle(),
        _deep(),
    ],
    ids=range(10),
)
def test_a_long_value_is_cut_at_once(value: Any) -> None:
    started = time.process_time()
    assert len(errors.shorten(value)) <= 120
    assert time.process_time() - started < 0.5


def test_a_long_text_is_shortened() -> None:
    assert errors.excerpt("abcdef", 6) == "abcdef"
    assert errors.excerpt("abcdefg", 6) == "abc..."


def test_refusals_are_named_up_to_ten_and_stay_short() -> None:
    named = errors.describe_refusals([(f"{index}" + "n" * 500, "r" * 500) for index in range(11)])

    assert named.count("rrr...") == 10
    assert named.endswith("; ...")
    assert len(named) < 1700
