"""Fast SVG curves for the live page.

Drawing them with matplotlib would take as long as many training steps.
"""

import math
from collections.abc import Mapping, Sequence

from markupsafe import escape

_WIDTH, _HEIGHT = 360, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 348, 30, 196  # edges of the plot area
_MOST_TICKS = 5
_MOST_MARKERS = 30
# name of a line -> color on the page, dashes, radius of its markers
_LOOKS = {
    "training": ("var(--training)", "", 2.5),
    "validation": ("var(--validation)", "6 3", 3.5),
}


def draw(
    title: str, epochs: Sequence[int], lines: Mapping[str, Sequence[float]], *, last_epoch: int
) -> str:
    """Return the curves of a number as an SVG element.

    Args:
        title: the title above the chart.
        epochs: epoch numbers, increasing from 1; at least one.
        lines: ``"training"`` and ``"validation"`` -> one value per epoch.
        last_epoch: the epoch at the right end of the horizontal axis.
    """
    values = [value for line in lines.values() for value in line]
    low, high = min(values), max(values)
    margin = max(1.0, 1e-6 * abs(high))
    if high - low < 1e-6 * margin:  # constant: widen the axis so that it has room for ticks
        low, high = low - margin, high + margin
    rest = 0.06 * (high - low)
    low, high = low - rest, high + rest
    right = max(last_epoch, epochs[-1], 2)

    def x(epoch: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (epoch - 1) / (right - 1), 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low), 1)

    parts = [f'<text x="{_WIDTH / 2}" y="16" text-anchor="middle">{escape(title)}</text>']
    for tick in ticks(low, high):
        parts.append(f'<path class="grid" d="M{_LEFT} {y(tick)}H{_RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(tick) + 4}" text-anchor="end">{tick:,g}</text>')
    parts += [
        f'<text x="{x(tick)}" y="212" text-anchor="middle">{tick:g}</text>'
        for tick in ticks(1, right)
        if tick == int(tick)
    ]
    parts.append(f'<text x="{_WIDTH / 2}" y="228" text-anchor="middle">epoch</text>')
    for name, line in lines.items():
        parts += _line(name, [(x(epoch), y(v)) for epoch, v in zip(epochs, line, strict=True)])
    alt = ", ".join(f"{name} {line[-1]:.6g}" for name, line in lines.items())
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)} after '
        f'epoch {epochs[-1]}: {escape(alt)}">{"".join(parts)}</svg>'
    )


def _line(name: str, points: Sequence[tuple[float, float]]) -> list[str]:
    color, dashes, radius = _LOOKS[name]
    joined = " ".join(f"{x},{y}" for x, y in points)
    parts = [f'<polyline points="{joined}" stroke="{color}" stroke-dasharray="{dashes}"/>']
    if len(points) <= _MOST_MARKERS:
        parts += [f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{color}"/>' for x, y in points]
    return parts


def ticks(low: float, high: float) -> list[float]:
    """Return up to six round numbers between `low` and `high`."""
    rough = (high - low) / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(index * step, 10) for index in range(first, last + 1)]
