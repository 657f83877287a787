"""Charts whose bytes depend only on the numbers.

Charts use neither pyplot's global state nor a display. Lines differ in style and marker as well as
in color, so that readers with any kind of color vision can distinguish them.
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

# These colors are distinct for every kind of color vision: Okabe and Ito, "Color Universal Design",
# 2008. Cycled together with the line styles and markers, they make 42 combinations.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_LINE_STYLES = ("-", "--", "-.")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_FLOOR_LOOK = ("#000000", ":", "")
# ratio of the largest to the smallest value at which a linear axis would crowd the small ones
_WIDE_RANGE = 8.0
# ratio of the largest value to the median at which the vertical axis becomes logarithmic
_WIDE_HEIGHT = 50.0
_MAX_TICKS = 9
# distance between 0 and the smallest positive value on a logarithmic axis, in powers of ten
_PLACE_OF_ZERO = 0.4
_SETTINGS: Any = {
    "svg.hashsalt": "latentmaps",  # without it, the ids inside an SVG are random
    "svg.fonttype": "none",  # keep text as text: smaller files, and the fonts of the browser
    "font.family": "sans-serif",
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# Dark pages set these CSS properties to lighter colors of the same palette.
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
    """Return a context in which charts are drawn with this project's settings, not the user's.

    Args:
        **changes: further settings of matplotlib, which take precedence.
    """
    settings: Any = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")
    }
    return mpl.rc_context(settings | _SETTINGS | changes)


def save_charts(figures: Mapping[str, Figure], paths: Mapping[str, Path]) -> None:
    """Write each chart to the path with the same name; see ``save_chart``."""
    for name, figure in figures.items():
        save_chart(figure, paths[name])


def save_chart(figure: Figure, path: Path) -> None:
    """Write a chart; identical figures produce identical files.

    Args:
        figure: a ``matplotlib.figure.Figure`` that was drawn inside ``style``.
        path: file name that ends in .png or .svg.

    Raises:
        ValueError: the path has the wrong suffix.
    """
    if path.suffix not in _NO_METADATA:
        raise ValueError(f"{path}: expected a name that ends in {' or '.join(_NO_METADATA)}")
    with style():
        figure.savefig(path, dpi=120, metadata=_NO_METADATA[path.suffix])


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes:
        label: text in the legend; an empty label leaves the line out of the legend.
        points: pairs of x and y, in ascending order of x.
        is_floor: whether the line is a reference level rather than a result.
        singles: individual results, drawn small and pale; the points are their means.
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
    """Draw one column of a training history over the epochs, as SVG text for a page.

    Args:
        history: column name -> one value per epoch. It has the columns `epoch`, `column` and, if
            there was validation, `column` with the prefix ``val_``.
        column: name of the column to draw.
        title: title above the chart.
        unit: unit of the values, for the vertical axis.
        alt: description for readers who cannot see the chart; by default the title.
        floors: reference levels for comparison.

    Returns:
        An element as returned by ``svg_element``.
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
    """Draw one or more quantities as functions of a parameter, as SVG text for a page.

    Args:
        lines: results, and reference levels to compare them with.
        key: string that determines the ids inside the element; must be unique among the charts of a
            page.
        title: title above the chart.
        unit: unit of the values, for the vertical axis.
        parameter: name of the parameter, for the horizontal axis. The axis is logarithmic if the
            largest value is at least 8 times the smallest positive one and none is negative. A
            value of zero is then placed left of the smallest positive one.
        alt: description for readers who cannot see the chart.

    Returns:
        An element as returned by ``svg_element``.

    Raises:
        ValueError: there are no points.
    """
    values = sorted({x for line in lines for x, _ in line.points})
    if not values:
        raise ValueError("points: found none, expected at least one")
    with style(**{"svg.hashsalt": key}):
        figure, axes = _plot(lines, marker_size=5)
        _mark_values(axes, values)
        _fit_height(axes, [y for line in lines for _, y in line.points])
        axes.set(title=title, xlabel=parameter, ylabel=unit)
        return svg_element(figure, alt)


def _plot(lines: Sequence[Line], *, marker_size: int) -> tuple[Figure, Axes]:
    """Plot lines that differ in style and marker as well as in color.

    The points of a line are joined only if no x occurs twice. Otherwise, two results for the same
    parameter value would look like a jump.
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
    """Scale the horizontal axis so that all values of the parameter are distinguishable."""
    positive = [value for value in values if value > 0]
    is_wide = values[0] >= 0 and bool(positive) and values[-1] >= _WIDE_RANGE * positive[0]
    if is_wide and values[0] > 0:
        axes.set_xscale("log")
    elif is_wide:
        # linear from 0 to the smallest positive value, logarithmic above it
        axes.set_xscale("symlog", linthresh=positive[0], linscale=_PLACE_OF_ZERO)
    if len(values) <= _MAX_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(list(values)))
    elif not is_wide:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=_MAX_TICKS - 1))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _fit_height(axes: Axes, values: Sequence[float]) -> None:
    """Make the vertical axis logarithmic if one value would crowd the others.

    Zero stays visible on the axis.
    """
    positive = sorted(value for value in values if value > 0)
    if not positive or positive[-1] < _WIDE_HEIGHT * statistics.median(positive):
        return
    if len(positive) == len(values):
        axes.set_yscale("log")
    else:
        least = 10.0 ** math.floor(math.log10(positive[0]))  # the lowest tick above 0
        axes.set_yscale("symlog", linthresh=least, linscale=_PLACE_OF_ZERO)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def svg_element(figure: Figure, alt: str) -> str:
    """Convert a chart to SVG text for a page, with black replaced by the text color of the page.

    Args:
        figure: a figure that was drawn inside ``style``; call this function inside it too.
        alt: description for readers who cannot see the chart.

    Returns:
        An ``<svg>`` element that scales with the page and whose ids are unique to the chart.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA[".svg"])
    return _for_a_page(buffer.getvalue(), alt)


def _for_a_page(svg: str, alt: str) -> str:
    """Adapt an SVG to a page: remove the prologue, size and font, and use the page's colors."""
    element = svg[svg.index("<svg") :].strip()
    element = re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", element)
    element = re.sub(r"font-family: [^;\"]*", "font-family: inherit", element)
    for color, property_value in _PAGE_COLORS.items():
        element = element.replace(color, property_value)
    # A style element would apply to the whole page.
    element = re.sub(r"<style.*?</style>", "", element)
    # Ids that nothing refers to are equal in all charts, but an id must be unique within a page.
    used = set(re.findall(r"#([\w.]+)", element))
    element = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", element)
    return element.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)
