"""Content of the pages, ready for the templates: numbers, tables and parameters as text."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from latentmaps.report import glossary
from latentmaps.report.glossary import Term


@dataclass(frozen=True)
class Number:
    """A single number outside a table.

    Attributes:
        label: name of the number.
        value: the value as text, with its unit.
        note: text next to the value.
        term: the glossary term that explains it.
    """

    label: str
    value: str
    note: str = ""
    term: Term | None = None


def explained(name: str, value: str) -> Number:
    """Return a number with the label and the explanation of a glossary term.

    Args:
        name: name of the term.
        value: the value as text, with its unit.
    """
    term = glossary.term(name)
    return Number(term.label, value, term=term)


@dataclass(frozen=True)
class Head:
    """The header of a row or column.

    Attributes:
        label: text of the header.
        term: the glossary term that explains it.
        note: text below the label.
    """

    label: str
    term: Term | None = None
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A table cell.

    Attributes:
        text: the value, with its unit.
        is_best: whether the page marks it as the best in its column.
    """

    text: str
    is_best: bool = False


@dataclass(frozen=True)
class Row:
    """A table row.

    Attributes:
        head: the row header.
        cells: one cell per column.
    """

    head: Head
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Group:
    """A group of columns with a common header.

    Attributes:
        head: the header of the group.
        num_columns: number of columns in the group.
    """

    head: Head
    num_columns: int


@dataclass(frozen=True)
class Table:
    """A table on a page.

    Attributes:
        key: unique name on the page.
        caption: what the table shows.
        corner: header of the column of row headers.
        columns: the column headers.
        rows: the rows, from top to bottom.
        groups: groups that together cover all columns; empty for a single line of headers.
    """

    key: str
    caption: str
    corner: Head
    columns: Sequence[Head]
    rows: Sequence[Row]
    groups: Sequence[Group] = ()


def head(name: str, *, label: str = "", note: str = "") -> Head:
    """Return a header with the label and the explanation of a glossary term.

    Args:
        name: name of the term.
        label: text that replaces the label of the term; empty to keep it.
        note: text below the label.
    """
    term = glossary.term(name)
    return Head(label or term.label, term, note)


def cells(*texts: str) -> list[Cell]:
    """Return cells that are not marked as best."""
    return [Cell(text) for text in texts]


@dataclass(frozen=True)
class Parameter:
    """A row in the table of parameters.

    Attributes:
        name: section and key, as in ``dvc exp run -S``.
        value: the value as in params.yaml.
    """

    name: str
    value: str


# These parameters affect no result; showing them would make the page differ between machines.
_NOT_SHOWN = {"machine"}


def list_parameters(sections: Mapping[str, Any]) -> list[Parameter]:
    """Return all parameters that affect results, grouped by section.

    Args:
        sections: section name -> dataclass with its parameters.
    """
    return [
        Parameter(f"{section}.{name}", as_text(value))
        for section, values in sections.items()
        if section not in _NOT_SHOWN
        for name, value in dataclasses.asdict(values).items()
    ]


# drawing section with its own seed -> what this seed affects
# (the numbers of a network depend on its training seed instead)
_SEEDED_PICTURES = {
    "draw_samples": "random faces",
    "draw_reconstructions": "sampled z of reconstructions",
    "draw_latent_space": "choice of faces in latent-space sheets",
    "draw_face_oips": "encoder patterns",
    "draw_oips": "OIPs of the CNN",
}


def describe_seeds(sections: Mapping[str, Any], *, base_seed: int) -> list[str]:
    """Describe the picture seeds that differ from ``base.seed``.

    Args:
        sections: section name -> dataclass with its parameters.
        base_seed: ``base.seed``, which is also the seed of a section whose seed is null.
    """
    seeds = {name: getattr(sections.get(name), "seed", None) for name in _SEEDED_PICTURES}
    return [
        f"{words} with seed {seeds[name]}"
        for name, words in _SEEDED_PICTURES.items()
        if seeds[name] not in (None, base_seed)
    ]


def as_text(value: Any) -> str:
    """Format a value as in params.yaml, but shorten an absolute path to its file name.

    Absolute paths mean nothing on other machines, and folder names often include a user name. The
    name of a weights file is still useful. Paths are recognized by their value, so the paths of new
    parameters are shortened, too.
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
    """Return the path if the value is an absolute path on any operating system, otherwise None."""
    if not isinstance(value, str):
        return None
    posix, windows = PurePosixPath(value), PureWindowsPath(value)
    if posix.is_absolute() or value.startswith("~"):
        return posix
    return windows if windows.is_absolute() else None


def percent(share: float, digits: int = 1) -> str:
    """Format a share as a percentage: 0.9712 becomes ``97.1%``."""
    return f"{100 * share:.{digits}f}%"


def count(value: float) -> str:
    """Format a count: 2500.0 becomes ``2,500``."""
    return f"{value:,.0f}"
