"""Charts of numbers over a parameter: what happens when it is varied.

Uses the settings and the palette of ``charts``. Lines differ in style and marker as well as in
colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from latentmaps.drawing import charts

# the palette of charts, which keeps its distance for every kind of colour vision
_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#0072b2", "linestyle": "-", "marker": "o"},
    {"color": "#d55e00", "linestyle": "--", "marker": "s"},
    {"color": "#009e73", "linestyle": "-.", "marker": "^"},
)
_FLOOR_LOOK: dict[str, Any] = {"color": "#000000", "linestyle": ":", "marker": ""}
# From here on values are spread over so many powers that a linear axis would crowd the small ones.
_WIDE_RANGE = 8.0
_MAX_TICKS = 9


@dataclass(frozen=True)
class Line:
    """A number over the parameter.

    Attributes:
        label: in the legend.
        points: parameter and value, in rising order of the parameter.
        is_floor: a level to compare with, not a result.
    """

    label: str
    points: Sequence[tuple[float, float]]
    is_floor: bool = False


def draw_curves(
    lines: Sequence[Line], *, key: str, title: str, unit: str, parameter: str, alt: str
) -> str:
    """Gives a chart of one or more numbers over a parameter, as SVG text to put into a page.

    A line joins its points only when no value of the parameter stands twice: two results at one
    value are two results, not a jump.

    Args:
        lines: at most three, besides floors.
        key: decides the ids inside the element; no two charts of a page have the same.
        title: above the chart.
        unit: of the values, for the vertical axis.
        parameter: name of the parameter, for the horizontal axis; logarithmic when its values are
            positive and the largest is at least 8 times the smallest.
        alt: says what is shown to those who cannot see it.

    Returns:
        An ``<svg>`` element that scales with the page.

    Raises:
        ValueError: there are more lines than looks, or no point.
    """
    values = sorted({x for line in lines for x, _ in line.points})
    if not values or sum(not line.is_floor for line in lines) > len(_LOOKS):
        raise ValueError(f"found {len(lines)} lines, expected 1 to {len(_LOOKS)} with points")
    with charts.style(**{"svg.hashsalt": key}):
        figure = Figure(figsize=(4.4, 3.0), layout="constrained")
        axes = figure.subplots()
        _plot(axes, lines)
        _scale(axes, values)
        axes.set(title=title, xlabel=parameter, ylabel=unit)
        return charts.svg_element(figure, alt)


def _plot(axes: Axes, lines: Sequence[Line]) -> None:
    looks = iter(_LOOKS)
    for line in lines:
        look = dict(_FLOOR_LOOK if line.is_floor else next(looks))
        xs = [x for x, _ in line.points]
        if len(set(xs)) < len(xs):
            look |= {"linestyle": "", "marker": look["marker"] or "_"}
        axes.plot(
            xs, [y for _, y in line.points], label=line.label, markersize=5, linewidth=1.6, **look
        )
    axes.grid(visible=True, alpha=0.35, linewidth=0.6)
    if len(lines) > 1:
        axes.legend(frameon=False)


def _scale(axes: Axes, values: Sequence[float]) -> None:
    """Sets the horizontal axis so that every value of the parameter can be told from the next."""
    is_wide = values[0] > 0 and values[-1] >= _WIDE_RANGE * values[0]
    if is_wide:
        axes.set_xscale("log")
    if len(values) <= _MAX_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(list(values)))
    elif not is_wide:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=_MAX_TICKS - 1))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.ticklabel_format(axis="y", useOffset=False)
