"""The part of the page on the digits: what the CNN reads, and what its feature maps react to."""

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

# column of history.csv -> title, unit
_CURVES = {"accuracy": ("Accuracy", "share read rightly"), "loss": ("Loss", "nats per digit")}
_TABLE_COLUMNS = (
    *("status", "rescued_by", "activation", "ratio", "ratio_in_range", "winning_start"),
    *("silent_share", "converged", "num_steps", "strongest_digit_label"),
)


# of the output layer alone
_OUTPUT_ROWS = 3  # of its sheet: free, in range, strongest digit
_OUTPUT_COLUMNS = ("confidence", "confidence_in_range")


@dataclass(frozen=True)
class Count:
    """A place of the confusion matrix.

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
    rows: Sequence[Sequence[Count]]
    num_wrong: int
    worst: str


@dataclass(frozen=True)
class Layer:
    """One layer of the CNN.

    Attributes:
        name: of the layer.
        is_output: whether its units are what the CNN puts out, one for each digit.
        sheet: the OIPs of all its units.
        links: of each tile of the sheet, to its row on the page of the layer; none of the output,
            whose tiles have rows and columns.
        counts: status -> number of feature maps.
        medians: of ``ratio`` and ``ratio_in_range``, over the maps that have one, as text.
        table: a row for each feature map.
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
        """How many feature maps the layer has."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Digits:
    """What the page tells about the digits.

    Attributes:
        headlines: the few numbers that stand on top of the page.
        seed: of the training.
        run: how the network was trained.
        numbers: how many digits are read rightly.
        per_digit: digit -> share read rightly, as text.
        confusion: which digits are taken for which.
        curves: a chart for each measure.
        network: the layers of the CNN.
        activation_maps: what all feature maps make of some digits.
        layers: in the order of params.yaml.
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
    """Return all that the page shows of the digits.

    Args:
        reports: has a folder for each stage, named after it.
        layer_names: the layers of which there are OIPs.

    Raises:
        DataError: a file is missing, damaged, or lacks a number that the page shows.
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
        Number("Digits read", accuracy, "of the test images, rightly", read),
        Number(found.label, _share_found(layers), "with an input that excites them", found),
    ]


def _describe_run(metrics: Document) -> list[Number]:
    return [
        Number("For training", content.count(metrics.number("num_train"))),
        Number("For the test", content.count(metrics.number("num_test"))),
        content.explained("epoch", f"{metrics.number('epochs'):.0f}"),
        content.explained("batch_size", f"{metrics.number('batch_size'):.0f}"),
        content.explained("num_parameters", content.count(metrics.number("num_parameters"))),
        Number("Seed of the training", f"{metrics.number('seed'):.0f}"),
    ]


def _describe_numbers(metrics: Document) -> Table:
    names = ("test_accuracy", "val_accuracy", "accuracy")
    return Table(
        key="digits-read",
        caption="How many digits the CNN reads rightly",
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
            "run the stage again that writes it"
        )
    counts = {status: statuses.count(status) for status in oip.STATUSES}
    medians = {name: _median(path, name, rows) for name in ("ratio", "ratio_in_range")}
    words = inputs.read_document(folder / f"{name}.json")
    sheet = figures.read_figure(folder / f"{name}.png", words, f"draw_oips@{name}")
    num_tiles = sum(map(len, sheet.tiles.rows)) if sheet.tiles else len(rows)
    is_output = bool(rows) and "confidence" in rows[0]
    # the sheet of the outputs has a row for each kind of picture
    expected = len(rows) * (_OUTPUT_ROWS if is_output else 1)
    if num_tiles != expected:
        raise DataError(
            f"{words.path}: found {num_tiles} tiles, expected {expected}, as many as the units of "
            f"{path} need; run the stage again that writes both"
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
    """Return a number with three digits, any other text as it is."""
    try:
        return f"{float(text):.3g}" if "." in text else text
    except ValueError:
        return text


def read_confusion(path: Path) -> Confusion:
    """Return the matrix for the file of predictions.

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
