"""Curves of a training run, with their captions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.drawing import charts
from latentmaps.report import glossary, inputs
from latentmaps.report.glossary import Term
from latentmaps.report.inputs import History
from latentmaps.report.yardsticks import Yardstick


@dataclass(frozen=True)
class Curve:
    """A chart on the page.

    Attributes:
        key: unique name on the page.
        title: title of the chart.
        term: the glossary term that explains it.
        drawing: the chart as SVG.
        caption: first and last values of the curves.
    """

    key: str
    title: str
    term: Term
    drawing: str
    caption: str


def read_curves(
    reports: Path,
    stage: str,
    axes: Mapping[str, tuple[str, str]],
    yardsticks: Mapping[str, Yardstick] | None = None,
) -> list[Curve]:
    """Draw a chart for each column, with curves for training and validation.

    Args:
        reports: folder with one folder per stage, named after the stage.
        stage: the stage that wrote history.csv.
        axes: column -> (title of the chart, unit of the values).
        yardsticks: column -> reference values; None to draw no reference values.

    Raises:
        DataError: the file is missing or damaged, or lacks a column.
    """
    columns = [name for column in axes for name in (column, f"val_{column}")]
    history = inputs.read_history(reports / stage / "history.csv", ["epoch", *columns])
    return [
        _draw(history, column, (yardsticks or {}).get(column), title=title, unit=unit, stage=stage)
        for column, (title, unit) in axes.items()
    ]


def _draw(
    history: History,
    column: str,
    yardstick: Yardstick | None,
    *,
    title: str,
    unit: str,
    stage: str,
) -> Curve:
    term = glossary.term(column)
    caption = (
        f"Training: {_describe(history['epoch'], history[column], term)}. "
        f"Validation: {_describe(history['epoch'], history[f'val_{column}'], term)}."
    )
    if yardstick:
        caption += f" The source of the method: {yardstick.words}."
    return Curve(
        key=f"{stage}-{column}".replace("_", "-"),
        title=title,
        term=term,
        drawing=charts.draw_history(
            history,
            column,
            title=title,
            unit=unit,
            alt=f"{title}. {caption}",
            floors=yardstick.lines(history["epoch"]) if yardstick else [],
        ),
        caption=caption,
    )


def _describe(epochs: Sequence[float], values: Sequence[float], term: Term) -> str:
    first, last = (f"{term.text(values[i])} after epoch {epochs[i]:.0f}" for i in (0, -1))
    return first if len(values) == 1 else f"from {first} to {last}"
