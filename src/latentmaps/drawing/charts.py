"""Charts, with bytes that depend on the numbers alone.

Uses neither matplotlib's state machine nor a screen. Training and validation differ in line style
and marker as well as in colour.
"""

import html
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# The colours keep their distance for every kind of colour vision: Okabe and Ito, "Color Universal
# Design", 2008.
_TRAIN_STYLE: dict[str, Any] = {
    "color": "#0072b2",
    "linestyle": "-",
    "marker": "o",
    "label": "training",
}
_VALIDATION_STYLE: dict[str, Any] = {
    "color": "#d55e00",
    "linestyle": "--",
    "marker": "s",
    "label": "validation",
}
_SETTINGS: Any = {
    "svg.hashsalt": "latentmaps",  # the ids inside an SVG; random without it
    "svg.fonttype": "none",  # text stays text: small files, and a browser's own fonts
    "font.family": "sans-serif",
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# A dark page sets these properties to lighter colours of the same palette.
_PAGE_COLOURS = {
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
    """Gives the context in which a chart is made and saved: ours, whatever the user's settings."""
    settings: Any = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")
    }
    return mpl.rc_context(settings | _SETTINGS | changes)


def save_chart(figure: Figure, path: Path) -> None:
    """Writes a chart; equal figures give equal bytes.

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


def draw_curve(
    history: Mapping[str, Sequence[float]], column: str, *, title: str, unit: str, alt: str = ""
) -> str:
    """Gives the course of one column over the epochs, as SVG text to put into a page.

    Lines and letters take the text colour of the page, be it light or dark.

    Args:
        history: column name -> a value for each epoch. Holds `epoch`, `column` and, where there was
            a validation, ``val_`` and the name of the column.
        column: what is drawn.
        title: above the chart.
        unit: of the values, for the vertical axis.
        alt: says what is shown to those who cannot see it; without it the title does.

    Returns:
        An ``<svg>`` element that scales with the page, with ids of its own.
    """
    with style(**{"svg.hashsalt": column}):
        figure = Figure(figsize=(4.4, 3.0), layout="constrained")
        axes = figure.subplots()
        _plot(axes, history, column)
        axes.set(title=title, xlabel="epoch", ylabel=unit)
        return svg_element(figure, alt or title)


def _plot(axes: Axes, history: Mapping[str, Sequence[float]], column: str) -> None:
    for name, look in ((column, _TRAIN_STYLE), (f"val_{column}", _VALIDATION_STYLE)):
        if name in history:
            axes.plot(history["epoch"], history[name], markersize=4, linewidth=1.6, **look)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.grid(visible=True, alpha=0.35, linewidth=0.6)
    axes.legend(frameon=False)


def svg_element(figure: Figure, alt: str) -> str:
    """Gives a chart as SVG text to put into a page, whose text colour its lines and letters take.

    Args:
        figure: made inside of ``style``, which still holds.
        alt: says what is shown to those who cannot see it.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA[".svg"])
    return _for_a_page(buffer.getvalue(), alt)


def _for_a_page(svg: str, alt: str) -> str:
    """Gives the element without what is meant for a file: a prologue, a fixed size, a fixed ink."""
    element = svg[svg.index("<svg") :].strip()
    element = re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", element)
    element = re.sub(r"font-family: [^;\"]*", "font-family: inherit", element)
    for colour, property_value in _PAGE_COLOURS.items():
        element = element.replace(colour, property_value)
    # This rule would hold for the whole page.
    element = re.sub(r"<style.*?</style>", "", element)
    # Ids that nothing refers to are the same in every chart; a page may have each id once.
    used = set(re.findall(r"#([\w.]+)", element))
    element = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", element)
    return element.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)
