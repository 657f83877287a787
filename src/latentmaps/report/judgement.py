"""The part of the page on random digits: what the CNN reads in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from latentmaps.digits.dataset.digits import NUM_CLASSES
from latentmaps.report import content, figures, glossary, inputs
from latentmaps.report.content import Cell, Head, Row, Table
from latentmaps.report.figures import Figure
from latentmaps.report.inputs import Document

_REAL = "real"
_STAGE = "judge_digits"
_NO_VALUE = "\N{EN DASH}"


@dataclass(frozen=True)
class Judgement:
    """What the CNN reads in random digits.

    Attributes:
        table: a row for each sampler and one for real digits.
        sheets: word of the tab -> random digits of a sampler.
    """

    table: Table
    sheets: Mapping[str, Figure]


def read_judgement(reports: Path) -> Judgement | None:
    """Return what the page shows of random digits; None where the VAE has learned other images.

    Args:
        reports: has a folder for each stage, named after it.

    Raises:
        DataError: a file is missing, damaged, or lacks a number that the page shows.
    """
    numbers = inputs.read_document(reports / _STAGE / "numbers.json")
    if not numbers.flag("is_judged"):
        return None
    names = glossary.samplers()
    return Judgement(
        table=_tabulate(numbers, [_REAL, *names]),
        sheets=figures.read_figures(
            reports, _STAGE, {name: term.label for name, term in names.items()}
        ),
    )


def _tabulate(numbers: Document, names: list[str]) -> Table:
    readings = numbers.part("readings")
    confidence = f"{100 * numbers.number('min_confidence'):g} %"
    accuracy = content.percent(numbers.number("accuracy"))
    heads = {
        _REAL: Head("Real digits", note=f"{accuracy} read rightly"),
        **{name: content.head(name) for name in names if name != _REAL},
    }
    return Table(
        key="judgement",
        caption=f"Percent of digits that the CNN reads with at least {confidence} confidence. Of "
        "each digit: of those that it reads as this one; in parentheses, how many these are of all",
        corner=Head("Digits"),
        columns=[Head("all"), *(Head(str(digit)) for digit in range(NUM_CLASSES))],
        rows=[Row(heads[name], _cells(readings.part(name))) for name in names],
    )


def _cells(reading: Document) -> list[Cell]:
    digits = [reading.part("digits").part(str(digit)) for digit in range(NUM_CLASSES)]
    return [Cell(_percent(reading, "sure")), *map(_cell, digits)]


def _cell(digit: Document) -> Cell:
    sure = _percent(digit, "sure") if digit.number("read") > 0 else _NO_VALUE
    return Cell(f"{sure} ({_percent(digit, 'read')})")


def _percent(part: Document, name: str) -> str:
    """Return a share as percents; the caption has the sign, for which a cell has no room."""
    return f"{100 * part.number(name):.0f}"
