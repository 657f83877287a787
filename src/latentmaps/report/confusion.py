"""Which digits the CNN takes for which, counted from the predictions on the test part."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.errors import DataError
from latentmaps.report import inputs


@dataclass(frozen=True)
class Cell:
    """A place of the matrix.

    Attributes:
        number: test digits of the row that were taken for that of the column.
        weight: what to show it with: right, wrong or none.
    """

    number: int
    weight: str


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix.

    Attributes:
        digits: in the order of rows and columns.
        rows: a row for each digit that was written, a cell for each that was read.
        num_wrong: test digits that were read wrongly.
        worst: the most frequent mistake in words, with its number; empty when there is none.
    """

    digits: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    num_wrong: int
    worst: str


def read_confusion(path: Path) -> Confusion:
    """Gives the matrix for the file of predictions.

    Raises:
        DataError: the file is missing, damaged, or holds something else.
    """
    lines = inputs.read_rows(path, ["label", "prediction"])
    pairs = [(line["label"], line["prediction"]) for line in lines]
    digits = sorted({digit for pair in pairs for digit in pair})
    if not all(len(digit) == 1 and digit in "0123456789" for digit in digits):
        raise DataError(
            f"{path}: found {digits}, expected labels and predictions from 0 to 9; run the stage "
            "again that writes it"
        )
    numbers = {(row, column): 0 for row in digits for column in digits}
    for pair in pairs:
        numbers[pair] += 1
    return Confusion(
        digits=digits,
        rows=[[_cell(row, column, numbers[row, column]) for column in digits] for row in digits],
        num_wrong=sum(row != column for row, column in pairs),
        worst=_worst({pair: n for pair, n in numbers.items() if n and pair[0] != pair[1]}),
    )


def _cell(row: str, column: str, number: int) -> Cell:
    if not number:
        return Cell(0, "none")
    return Cell(number, "right" if row == column else "wrong")


def _worst(mistakes: dict[tuple[str, str], int]) -> str:
    if not mistakes:
        return ""
    (written, read), number = max(mistakes.items(), key=lambda item: item[1])
    return f"a {written} read as a {read} ({number})"
