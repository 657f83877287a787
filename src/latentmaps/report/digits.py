"""The digits section of the report: accuracy of the CNN, and what excites its feature maps."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.errors import DataError
from latentmaps.oips import oip
from latentmaps.report import content, curves, figures, glossary, inputs
from latentmaps.report import layers as layer_tables
from latentmaps.report.content import Head, Number, Row, Table
from latentmaps.report.curves import Curve
from latentmaps.report.figures import Figure
from latentmaps.report.inputs import Document
from latentmaps.report.layers import Layers

# column of history.csv -> (title, unit)
_CURVES = {"accuracy": ("Accuracy", "share read correctly"), "loss": ("Loss", "nats per digit")}
_TABLE_COLUMNS = (
    *("status", "rescued_by", "activation", "ratio", "ratio_in_range", "winning_start"),
    *("silent_share", "converged", "num_steps", "strongest_digit_label"),
)


# the output layer has a sheet of three rows and additional columns in its table
_OUTPUT_ROWS = 3  # free pixels, pixels in range, strongest digit
_OUTPUT_COLUMNS = ("confidence", "confidence_in_range")


@dataclass(frozen=True)
class Count:
    """An entry in the confusion matrix.

    Attributes:
        number: number of test digits of the row's class that were read as the column's class.
        weight: how to show it: ``right``, ``wrong`` or ``none``.
    """

    number: int
    weight: str


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix.

    Attributes:
        digits: the classes, in the order of rows and columns.
        rows: one row per true class, one entry per predicted class.
        num_wrong: number of misread test digits.
        worst: the most frequent error as text, with its count; empty if there are no errors.
    """

    digits: Sequence[str]
    rows: Sequence[Sequence[Count]]
    num_wrong: int
    worst: str


@dataclass(frozen=True)
class Layer:
    """One layer of the CNN.

    Attributes:
        name: name of the layer.
        is_output: whether it is the output layer, with one unit per digit.
        sheet: the OIPs of all its units.
        links: for each tile of the sheet, the address of its row on the layer's page. Empty for the
            output layer, whose sheet is a grid with row and column labels.
        counts: status -> number of feature maps.
        medians: medians of ``ratio`` and ``ratio_in_range`` over the maps for which these are
            finite, as text.
        table: one row per feature map.
    """

    name: str
    is_output: bool
    sheet: Figure
    links: Sequence[str]
    counts: dict[str, int]
    medians: Mapping[str, str]
    table: Table

    @property
    def num_maps(self) -> int:
        """The number of feature maps of the layer."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Digits:
    """The content of the digits section.

    Attributes:
        headlines: the key numbers at the top of the page.
        seed: training seed.
        run: how the network was trained.
        numbers: accuracies of the CNN.
        per_digit: digit -> share read correctly, as text.
        confusion: the confusion matrix of the test digits.
        curves: one chart per measure.
        network: the layers of the CNN.
        activation_maps: all feature maps for a few digits.
        layers: the layers with OIPs, in the order of params.yaml.
    """

    headlines: Sequence[Number]
    seed: str
    run: Sequence[Number]
    numbers: Table
    per_digit: dict[str, str]
    confusion: Confusion
    curves: Sequence[Curve]
    network: Layers
    activation_maps: Figure
    layers: Sequence[Layer]


def read_digits(reports: Path, layer_names: Sequence[str]) -> Digits:
    """Read everything that the page shows about the digits.

    Args:
        reports: folder with one folder per stage, named after the stage.
        layer_names: names of the layers that have OIPs.

    Raises:
        DataError: a file is missing or damaged, or lacks a number that the page shows.
    """
    metrics = inputs.read_numbers(reports / "train_cnn")
    layers = [_read_layer(reports / "draw_oips", name) for name in layer_names]
    per_digit = metrics.part("test_accuracy_per_digit")
    return Digits(
        headlines=_headlines(metrics, layers),
        seed=f"{metrics.number('seed'):.0f}",
        run=_describe_run(metrics),
        numbers=_describe_numbers(metrics),
        per_digit={
            digit: content.percent(per_digit.number(digit)) for digit in sorted(per_digit.values)
        },
        confusion=read_confusion(reports / "train_cnn/predictions.csv"),
        curves=curves.read_curves(reports, "train_cnn", _CURVES),
        network=layer_tables.read_layers(metrics),
        activation_maps=figures.read_figure(
            reports / "draw_activation_maps/sheet.png",
            inputs.read_document(reports / "draw_activation_maps/sheet.json"),
            "draw_activation_maps",
        ),
        layers=layers,
    )


def _headlines(metrics: Document, layers: Sequence[Layer]) -> list[Number]:
    read, found = glossary.term("test_accuracy"), glossary.term("oip")
    accuracy = read.text(metrics.number("test_accuracy"))
    return [
        Number("Digits read correctly", accuracy, "of the test images", read),
        Number(found.label, _share_found(layers), "with an input that excites them", found),
    ]


def _describe_run(metrics: Document) -> list[Number]:
    return [
        Number("Training images", content.count(metrics.number("num_train"))),
        Number("Test images", content.count(metrics.number("num_test"))),
        content.explained("epoch", f"{metrics.number('epochs'):.0f}"),
        content.explained("batch_size", f"{metrics.number('batch_size'):.0f}"),
        content.explained("num_parameters", content.count(metrics.number("num_parameters"))),
        Number("Training seed", f"{metrics.number('seed'):.0f}"),
    ]


def _describe_numbers(metrics: Document) -> Table:
    names = ("test_accuracy", "val_accuracy", "accuracy")
    return Table(
        key="digits-read",
        caption="Share of digits that the CNN reads correctly",
        corner=Head("Number"),
        columns=[Head("Share")],
        rows=[
            Row(content.head(name), content.cells(glossary.term(name).text(metrics.number(name))))
            for name in names
        ],
    )


def _share_found(layers: Sequence[Layer]) -> str:
    with_maps = [layer for layer in layers if not layer.is_output]
    num_maps = sum(layer.num_maps for layer in with_maps)
    return f"{num_maps - sum(layer.counts['dead'] for layer in with_maps)} of {num_maps}"


def _read_layer(folder: Path, name: str) -> Layer:
    path = folder / f"{name}.csv"
    rows = inputs.read_rows(path, ["map_index", *_TABLE_COLUMNS])
    statuses = [row["status"] for row in rows]
    unknown = sorted(set(statuses) - set(oip.STATUSES))
    if unknown:
        raise DataError(
            f"{path}: status: found {unknown[0]!r}, expected one of {', '.join(oip.STATUSES)}; "
            "rerun the stage that writes this file"
        )
    counts = {status: statuses.count(status) for status in oip.STATUSES}
    medians = {name: _median(path, name, rows) for name in ("ratio", "ratio_in_range")}
    words = inputs.read_document(folder / f"{name}.json")
    sheet = figures.read_figure(folder / f"{name}.png", words, f"draw_oips@{name}")
    num_tiles = sum(map(len, sheet.tiles.rows)) if sheet.tiles else len(rows)
    is_output = bool(rows) and "confidence" in rows[0]
    # the sheet of the output layer has one row per kind of picture
    expected = len(rows) * (_OUTPUT_ROWS if is_output else 1)
    if num_tiles != expected:
        raise DataError(
            f"{words.path}: found {num_tiles} tiles, expected {expected} for the units in {path}; "
            "rerun the stage that writes both files"
        )
    return Layer(
        name=name,
        sheet=sheet,
        is_output=is_output,
        links=[f"draw_oips/{name}.html#{name}-{row['map_index']}" for row in rows if not is_output],
        counts=counts,
        medians=medians,
        table=_tabulate(name, rows),
    )


def _tabulate(name: str, rows: Sequence[Mapping[str, str]]) -> Table:
    columns = [*_TABLE_COLUMNS, *(column for column in _OUTPUT_COLUMNS if column in rows[0])]
    return Table(
        key=f"maps-{name}".replace("_", "-"),
        caption=f"Units of {name}",
        corner=content.head("map_index"),
        columns=[content.head(column) for column in columns],
        rows=[
            Row(
                Head(row["map_index"]),
                content.cells(*(_shorten(row[column]) for column in columns)),
            )
            for row in rows
        ],
    )


def _median(path: Path, column: str, rows: Sequence[Mapping[str, str]]) -> str:
    known = [inputs.to_number(path, column, row[column]) for row in rows if row[column]]
    finite = [ratio for ratio in known if math.isfinite(ratio)]
    return f"{statistics.median(finite):.2f}" if finite else "none"


def _shorten(text: str) -> str:
    """Format a fractional number with three significant digits; return other text unchanged."""
    try:
        return f"{float(text):.3g}" if "." in text else text
    except ValueError:
        return text


def read_confusion(path: Path) -> Confusion:
    """Return the confusion matrix of the predictions in a file.

    Args:
        path: predictions.csv of train_cnn.

    Raises:
        DataError: the file is missing or damaged, or contains anything other than digits.
    """
    lines = inputs.read_rows(path, ["label", "prediction"])
    pairs = [(line["label"], line["prediction"]) for line in lines]
    digits = sorted({digit for pair in pairs for digit in pair})
    if not all(len(digit) == 1 and digit in "0123456789" for digit in digits):
        raise DataError(
            f"{path}: found {digits}, expected labels and predictions from 0 to 9; rerun the "
            "stage that writes this file"
        )
    numbers = {(row, column): 0 for row in digits for column in digits}
    for pair in pairs:
        numbers[pair] += 1
    return Confusion(
        digits=digits,
        rows=[[_count(row, column, numbers[row, column]) for column in digits] for row in digits],
        num_wrong=sum(row != column for row, column in pairs),
        worst=_worst({pair: n for pair, n in numbers.items() if n and pair[0] != pair[1]}),
    )


def _count(row: str, column: str, number: int) -> Count:
    if not number:
        return Count(0, "none")
    return Count(number, "right" if row == column else "wrong")


def _worst(mistakes: dict[tuple[str, str], int]) -> str:
    if not mistakes:
        return ""
    (written, read), number = max(mistakes.items(), key=lambda item: item[1])
    return f"a {written} read as a {read} ({number})"
