"""A table of the page, ready to be set: every number with the term that explains it."""

from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.report import glossary
from latentmaps.report.glossary import Term


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
    """Gives a head with the label and the words of a term.

    Args:
        name: of the term.
        label: stands in the place of that of the term.
        note: stands below.
    """
    term = glossary.term(name)
    return Head(label or term.label, term, note)


def cells(*texts: str) -> list[Cell]:
    """Gives cells none of which is marked."""
    return [Cell(text) for text in texts]
