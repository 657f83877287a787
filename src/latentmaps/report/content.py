"""What the page says, ready to be set: numbers, tables and parameters, as text with its meaning."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from latentmaps.report import glossary
from latentmaps.report.glossary import Term


@dataclass(frozen=True)
class Number:
    """A number that stands by itself.

    Attributes:
        label: what it is.
        value: as text, with its unit.
        note: stands beside it.
        term: explains it.
    """

    label: str
    value: str
    note: str = ""
    term: Term | None = None


def explained(name: str, value: str) -> Number:
    """Return a number with the label and the words of a term.

    Args:
        name: of the term.
        value: as text, with its unit.
    """
    term = glossary.term(name)
    return Number(term.label, value, term=term)


@dataclass(frozen=True)
class Head:
    """The head of a row or of a column.

    Attributes:
        label: what stands there.
        term: explains it.
        note: stands below the label.
    """

    label: str
    term: Term | None = None
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        text: the value, with its unit.
        is_best: the page marks it as the best of its column.
    """

    text: str
    is_best: bool = False


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        head: what the row is about.
        cells: one for each column.
    """

    head: Head
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Group:
    """Columns under one head.

    Attributes:
        head: of all of them.
        num_columns: how many.
    """

    head: Head
    num_columns: int


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        key: its name within the page.
        caption: what it shows.
        corner: what the heads of the rows are.
        columns: their heads.
        rows: from the top.
        groups: of columns, which together are all columns; none: a single line of heads.
    """

    key: str
    caption: str
    corner: Head
    columns: Sequence[Head]
    rows: Sequence[Row]
    groups: Sequence[Group] = ()


def head(name: str, *, label: str = "", note: str = "") -> Head:
    """Return a head with the label and the words of a term.

    Args:
        name: of the term.
        label: stands in the place of that of the term.
        note: stands below.
    """
    term = glossary.term(name)
    return Head(label or term.label, term, note)


def cells(*texts: str) -> list[Cell]:
    """Return cells none of which is marked."""
    return [Cell(text) for text in texts]


@dataclass(frozen=True)
class Parameter:
    """A row of the table of parameters.

    Attributes:
        name: section and name, as ``dvc exp run -S`` takes it.
        value: as it would stand in params.yaml.
    """

    name: str
    value: str


# These change no result, so a page that showed them would differ between machines.
_NOT_SHOWN = {"machine"}


def list_parameters(sections: Mapping[str, Any]) -> list[Parameter]:
    """Return all parameters that decide about results, by section.

    Args:
        sections: name -> dataclass of the section.
    """
    return [
        Parameter(f"{section}.{name}", as_text(value))
        for section, values in sections.items()
        if section not in _NOT_SHOWN
        for name, value in dataclasses.asdict(values).items()
    ]


# sections with a seed of their own -> what it decides; networks tell theirs in their numbers
_SEEDED_PICTURES = {
    "draw_samples": "the random faces drawn",
    "draw_reconstructions": "the z of reconstructions drawn",
    "draw_latent_space": "pairs and walking faces chosen",
    "draw_face_oips": "patterns of the encoder grown",
    "draw_oips": "OIPs of the CNN grown",
}


def tell_seeds(sections: Mapping[str, Any], *, base_seed: int) -> list[str]:
    """Return for each kind of pictures with another seed than ``base.seed`` which one it is.

    Args:
        sections: name -> dataclass of the section.
        base_seed: ``base.seed``, for which a null in a section stands.
    """
    seeds = {name: getattr(sections.get(name), "seed", None) for name in _SEEDED_PICTURES}
    return [
        f"{words} with seed {seeds[name]}"
        for name, words in _SEEDED_PICTURES.items()
        if seeds[name] not in (None, base_seed)
    ]


def as_text(value: Any) -> str:
    """Return a value as in params.yaml; of a path on this machine at most the name of the file.

    Told by the value, not by the name of the parameter: whoever gets the page has no use for any
    absolute path, and a new parameter would be forgotten. A file of weights may be known by its
    name; folders often bear that of a person.
    """
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_text(item) for item in value)}]"
    path = _local_path(value)
    if path is None:
        return str(value)
    return f"(a local file: {path.name})" if path.suffix else "(a local folder)"


def _local_path(value: Any) -> PurePath | None:
    """Return a text as a path when it is an absolute one, on whatever machine the page is made."""
    if not isinstance(value, str):
        return None
    posix, windows = PurePosixPath(value), PureWindowsPath(value)
    if posix.is_absolute() or value.startswith("~"):
        return posix
    return windows if windows.is_absolute() else None


def percent(share: float, digits: int = 1) -> str:
    """Return 0.9712 as ``97.1 %``."""
    return f"{100 * share:.{digits}f} %"


def count(value: float) -> str:
    """Return 2500.0 as ``2,500``."""
    return f"{value:,.0f}"
