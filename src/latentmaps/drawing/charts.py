"""Charts, with bytes that depend on the numbers alone.

Uses neither matplotlib's state machine nor a screen. Lines differ in style and marker as well as in
color.
"""

import html
import io
import itertools
import math
import re
import statistics
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

# The colors keep their distance for every kind of color vision: Okabe and Ito, "Color Universal
# Design", 2008. With the styles and the markers of lines that makes 42 looks.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_LINE_STYLES = ("-", "--", "-.")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_FLOOR_LOOK = ("#000000", ":", "")
# From here on values are spread over so many powers that a linear axis would crowd the small ones.
_WIDE_RANGE = 8.0
# The same for the vertical axis, over the median: one result may be far above all others.
_WIDE_HEIGHT = 50.0
_MAX_TICKS = 9
# distance of 0 from the smallest positive value of a logarithmic axis, in powers of ten
_PLACE_OF_ZERO = 0.4
_SETTINGS: Any = {
    "svg.hashsalt": "latentmaps",  # the ids inside an SVG; random without it
    "svg.fonttype": "none",  # text stays text: small files, and a browser's own fonts
    "font.family": "sans-serif",
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# A dark page sets these properties to lighter colors of the same palette.
_PAGE_COLORS = {
    "#000000": "currentColor",
    "#0072b2": "var(--training, #0072b2)",
    "#d55e00": "var(--validation, #d55e00)",
    "#009e73": "var(--third, #009e73)",
}
_NO_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
}


def style(**changes: Any) -> AbstractContextManager[None]:
    """Return the context in which a chart is made and saved: ours, whatever the user's settings."""
    settings: Any = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")
    }
    return mpl.rc_context(settings | _SETTINGS | changes)


def save_charts(figures: Mapping[str, Figure], paths: Mapping[str, Path]) -> None:
    """Write each chart to the path of its name; see ``save_chart``."""
    for name, figure in figures.items():
        save_chart(figure, paths[name])


def save_chart(figure: Figure, path: Path) -> None:
    """Write a chart; equal figures give equal bytes.

    Args:
        figure: made with ``matplotlib.figure.Figure`` inside of ``style``.
        path: ends in .png or .svg.

    Raises:
        ValueError: the path ends otherwise.
    """
    if path.suffix not in _NO_METADATA:
        raise ValueError(f"{path}: expected a name that ends in {' or '.join(_NO_METADATA)}")
    with style():
        figure.savefig(path, dpi=120, metadata=_NO_METADATA[path.suffix])


@dataclass(frozen=True)
class Line:
    """A number over another one.

    Attributes:
        label: in the legend; empty: not there.
        points: x and y, in rising order of x.
        is_floor: a level to compare with, not a result.
        singles: the results of which the points are means, drawn small and pale.
    """

    label: str
    points: Sequence[tuple[float, float]]
    is_floor: bool = False
    singles: Sequence[tuple[float, float]] = ()


def draw_history(
    history: Mapping[str, Sequence[float]],
    column: str,
    *,
    title: str,
    unit: str,
    alt: str = "",
    floors: Sequence[Line] = (),
) -> str:
    """Return the course of one column over the epochs, as SVG text to put into a page.

    Args:
        history: column name -> a value for each epoch. Holds `epoch`, `column` and, where there was
            a validation, ``val_`` and the name of the column.
        column: what is drawn.
        title: above the chart.
        unit: of the values, for the vertical axis.
        alt: says what is shown to those who cannot see it; without it the title does.
        floors: levels to compare the column with.

    Returns:
        As ``svg_element``.
    """
    lines = [
        Line(label, list(zip(history["epoch"], history[name], strict=True)))
        for label, name in (("training", column), ("validation", f"val_{column}"))
        if name in history
    ]
    with style(**{"svg.hashsalt": column}):
        figure, axes = _plot([*lines, *floors], marker_size=4)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
        axes.set(title=title, xlabel="epoch", ylabel=unit)
        return svg_element(figure, alt or title)


def draw_over_parameter(
    lines: Sequence[Line], *, key: str, title: str, unit: str, parameter: str, alt: str
) -> str:
    """Return one or more numbers over a parameter, as SVG text to put into a page.

    Args:
        lines: results, and floors to compare them with.
        key: decides the ids inside the element; no two charts of a page have the same.
        title: above the chart.
        unit: of the values, for the vertical axis.
        parameter: name of the parameter, for the horizontal axis; logarithmic when the largest of
            its values is at least 8 times the smallest positive one, and none is negative. A zero
            has its place before the smallest positive one.
        alt: says what is shown to those who cannot see it.

    Returns:
        As ``svg_element``.

    Raises:
        ValueError: there is no point.
    """
    values = sorted({x for line in lines for x, _ in line.points})
    if not values:
        raise ValueError("found no point, expected at least one")
    with style(**{"svg.hashsalt": key}):
        figure, axes = _plot(lines, marker_size=5)
        _mark_values(axes, values)
        _fit_height(axes, [y for line in lines for _, y in line.points])
        axes.set(title=title, xlabel=parameter, ylabel=unit)
        return svg_element(figure, alt)


def _plot(lines: Sequence[Line], *, marker_size: int) -> tuple[Figure, Axes]:
    """Plot lines that differ in style and marker as well as in color.

    A line joins its points only when no x stands twice: two results at one value of a parameter are
    two results, not a jump.
    """
    figure = Figure(figsize=(4.4, 3.0), layout="constrained")
    axes = figure.subplots()
    looks = zip(*map(itertools.cycle, (_COLORS, _LINE_STYLES, _MARKERS)), strict=False)
    for line in lines:
        color, line_style, marker = _FLOOR_LOOK if line.is_floor else next(looks)
        xs, ys = zip(*line.points, strict=True)
        if len(set(xs)) < len(xs):
            line_style, marker = "", marker or "_"
        axes.plot(
            *(xs, ys),
            label=line.label,
            markersize=marker_size,
            linewidth=1.6,
            color=color,
            linestyle=line_style,
            marker=marker,
        )
        if line.singles:
            size = 0.7 * marker_size
            axes.plot(
                *zip(*line.singles, strict=True), marker, color=color, markersize=size, alpha=0.4
            )
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.grid(visible=True, alpha=0.35, linewidth=0.6)
    if len(lines) > 1:
        axes.legend(frameon=False)
    return figure, axes


def _mark_values(axes: Axes, values: Sequence[float]) -> None:
    """Set the horizontal axis so that every value of the parameter can be told from the next."""
    positive = [value for value in values if value > 0]
    is_wide = values[0] >= 0 and bool(positive) and values[-1] >= _WIDE_RANGE * positive[0]
    if is_wide and values[0] > 0:
        axes.set_xscale("log")
    elif is_wide:
        # logarithmic from the smallest positive value on, linear from 0 to there
        axes.set_xscale("symlog", linthresh=positive[0], linscale=_PLACE_OF_ZERO)
    if len(values) <= _MAX_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(list(values)))
    elif not is_wide:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=_MAX_TICKS - 1))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _fit_height(axes: Axes, values: Sequence[float]) -> None:
    """Make the vertical axis logarithmic where one value would crowd all others; 0 has a place."""
    positive = sorted(value for value in values if value > 0)
    if not positive or positive[-1] < _WIDE_HEIGHT * statistics.median(positive):
        return
    if len(positive) == len(values):
        axes.set_yscale("log")
    else:
        least = 10.0 ** math.floor(math.log10(positive[0]))  # the lowest tick but 0
        axes.set_yscale("symlog", linthresh=least, linscale=_PLACE_OF_ZERO)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def svg_element(figure: Figure, alt: str) -> str:
    """Return a chart as SVG text to put into a page, whose text color its lines and letters take.

    Args:
        figure: made inside of ``style``, which still holds.
        alt: says what is shown to those who cannot see it.

    Returns:
        An ``<svg>`` element that scales with the page, with ids of its own.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA[".svg"])
    return _for_a_page(buffer.getvalue(), alt)


def _for_a_page(svg: str, alt: str) -> str:
    """Return the element without what a file needs: a prologue, a fixed size, a fixed ink."""
    element = svg[svg.index("<svg") :].strip()
    element = re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", element)
    element = re.sub(r"font-family: [^;\"]*", "font-family: inherit", element)
    for color, property_value in _PAGE_COLORS.items():
        element = element.replace(color, property_value)
    # This rule would hold for the whole page.
    element = re.sub(r"<style.*?</style>", "", element)
    # Ids that nothing refers to are the same in every chart; a page may have each id once.
    used = set(re.findall(r"#([\w.]+)", element))
    element = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", element)
    return element.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)
