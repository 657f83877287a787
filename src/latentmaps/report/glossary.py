"""What every number of the pages means, in plain words, and which of two values is the better one.

The words stand in templates/glossary.toml. A page asks for a number by the name it has in
metrics.json or numbers.json, so every page tells the same of it.
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
    """Which values of a number are good."""

    HIGHER = "higher"
    LOWER = "lower"
    REAL = "real"
    NONE = "none"


_DIRECTIONS = {
    Better.HIGHER: "Higher is better.",
    Better.LOWER: "Lower is better.",
    Better.REAL: "Best is what real faces have.",
    Better.NONE: "",
}


@dataclass(frozen=True)
class Term:
    """A number, or another word that wants explaining.

    Attributes:
        name: in metrics.json, history.csv or a table.
        label: on a page.
        meaning: one to three plain sentences.
        better: which values are good.
        unit: behind the value; ``%``: the value is a share.
        format: of the value, as Python writes it.
        sampler: of a sampler of random faces, how a sentence names it; empty: it is none.
        is_fitted: of a sampler: it is another one for each network.
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
        """What it means and which values are good."""
        return f"{self.meaning} {_DIRECTIONS[self.better]}".strip()

    def text(self, value: float) -> str:
        """Return a value as it stands on a page, with its unit."""
        shown = format(100 * value if self.unit == "%" else value, self.format)
        return f"{shown} {self.unit}".strip()

    def best(self, values: Mapping[Key, float], *, real: float | None = None) -> set[Key]:
        """Return the keys of the best values: those that read the same as the best one.

        Args:
            values: to choose from.
            real: what real faces have; without it nothing is best where that decides.
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
    """Return a term by its name.

    Args:
        name: as in metrics.json or history.csv; the value of the validation part, ``val_`` and the
            name, means the same unless it has words of its own.

    Raises:
        KeyError: there are no words for it.
    """
    terms = {entry.name: entry for group in groups().values() for entry in group}
    return terms[name if name in terms else name.removeprefix("val_")]


@functools.cache
def groups() -> Mapping[str, Sequence[Term]]:
    """Return all terms: title of the group -> its terms, in the order of the file."""
    file = resources.files("latentmaps.report") / "templates/glossary.toml"
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        group: [_read(name, words) for name, words in terms.items()]
        for group, terms in document.items()
    }


@functools.cache
def samplers() -> Mapping[str, Term]:
    """Return the samplers of random faces by name, in the order of the pages."""
    return {term.name: term for group in groups().values() for term in group if term.sampler}


def _read(name: str, words: Mapping[str, Any]) -> Term:
    better = Better(words.get("better", Better.NONE))
    return Term(name, **{**words, "better": better})
