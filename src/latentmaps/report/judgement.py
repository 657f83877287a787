"""The report section about random digits from the VAE, as classified by the CNN."""

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
    """How the CNN classifies random digits.

    Attributes:
        table: one row per sampler, and one for real digits.
        sheets: title of the tab -> random digits from a sampler.
    """

    table: Table
    sheets: Mapping[str, Figure]


def read_judgement(reports: Path) -> Judgement | None:
    """Read what the page shows about random digits.

    Return None if the VAE was not trained on digits.

    Args:
        reports: folder with one folder per stage, named after the stage.

    Raises:
        DataError: a file is missing or damaged, or lacks a number that the page shows.
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
    confidence = f"{100 * numbers.number('min_confidence'):g}%"
    accuracy = content.percent(numbers.number("accuracy"))
    heads = {
        _REAL: Head("Real digits", note=f"{accuracy} read correctly"),
        **{name: content.head(name) for name in names if name != _REAL},
    }
    return Table(
        key="judgement",
        caption=f"Percentage of digits that the CNN reads with at least {confidence} confidence. "
        "Columns 0 to 9: percentage of the digits read as this digit; in parentheses, their share "
        "of all digits in percent",
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
    """Format a share as a percentage without the percent sign, for which the cells lack room."""
    return f"{100 * part.number(name):.0f}"
