"""The meaning of every number on the pages in plain words, and which values are better.

The explanations are in templates/glossary.toml. Pages look up a number by its key in metrics.json
or numbers.json, so all pages explain it in the same way.
"""

import enum
import functools
import tomllib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Better(enum.StrEnum):
    """Which values of a number are better."""

    HIGHER = "higher"
    LOWER = "lower"
    REAL = "real"
    NONE = "none"


_DIRECTIONS = {
    Better.HIGHER: "Higher is better.",
    Better.LOWER: "Lower is better.",
    Better.REAL: "Closest to real faces is best.",
    Better.NONE: "",
}


@dataclass(frozen=True)
class Term:
    """A number, or another term that needs an explanation.

    Attributes:
        name: its key in metrics.json, history.csv or a table.
        label: the term as shown on a page.
        meaning: one to three plain sentences.
        better: which values are better.
        unit: unit after the value; ``%`` for a share.
        format: Python format of the value.
        sampler: for a sampler of random faces, its name as used within a sentence; otherwise empty.
        is_fitted: for a sampler, whether it is fitted to each trained network.
    """

    name: str
    label: str
    meaning: str
    better: Better = Better.NONE
    unit: str = ""
    format: str = ".3g"
    sampler: str = ""
    is_fitted: bool = False

    @property
    def explanation(self) -> str:
        """The meaning, and which values are better."""
        return f"{self.meaning} {_DIRECTIONS[self.better]}".strip()

    def text(self, value: float) -> str:
        """Format a value as shown on a page, with its unit."""
        if self.unit == "%":
            return f"{100 * value:{self.format}}%"
        return f"{format(value, self.format)} {self.unit}".strip()

    def best(self, values: Mapping[Key, float], *, real: float | None = None) -> set[Key]:
        """Return the keys of the best value and of all values that are shown with the same text.

        Args:
            values: the candidates, key -> value.
            real: value for real faces; if None, there is no best value for ``Better.REAL``.
        """
        if (
            not values
            or self.better is Better.NONE
            or (self.better is Better.REAL and real is None)
        ):
            return set()
        winner = min(values.values(), key=lambda value: self._badness(value, real))
        return {key for key, value in values.items() if self.text(value) == self.text(winner)}

    def _badness(self, value: float, real: float | None) -> float:
        if self.better is Better.HIGHER:
            return -value
        return value if real is None or self.better is Better.LOWER else abs(value - real)


def term(name: str) -> Term:
    """Return the term with a given name.

    Args:
        name: key in metrics.json or history.csv. A key with the prefix ``val_``, for the validation
            part, uses the term of the key without the prefix unless it has its own term.

    Raises:
        KeyError: there is no such term.
    """
    terms = {entry.name: entry for group in groups().values() for entry in group}
    return terms[name if name in terms else name.removeprefix("val_")]


@functools.cache
def groups() -> Mapping[str, Sequence[Term]]:
    """Return a mapping from group title to the terms of the group, in the order of the file."""
    file = resources.files("latentmaps.report") / "templates/glossary.toml"
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        group: [_read(name, words) for name, words in terms.items()]
        for group, terms in document.items()
    }


@functools.cache
def samplers() -> Mapping[str, Term]:
    """Return the terms of the samplers by name, in the order in which pages list them."""
    return {term.name: term for group in groups().values() for term in group if term.sampler}


def _read(name: str, words: Mapping[str, Any]) -> Term:
    better = Better(words.get("better", Better.NONE))
    return Term(name, **{**words, "better": better})
