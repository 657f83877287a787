"""The curve of one feature map as a small SVG: hundreds stand on a page, so it is a few paths."""

import html
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

_WIDTH, _HEIGHT = 260, 110
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 20
_MAX_POINTS = 60
# class names; the page gives them colours and dashes
_CLASSES = ("first", "second")


def draw(
    curves: Mapping[str, npt.NDArray[np.float32]], strongest: float | None, *, title: str
) -> str:
    """Gives the activation over the steps, as SVG text to put into a page.

    Args:
        curves: name -> activation before the first step and after each; NaN behind the last. At
            most two.
        strongest: activation of the strongest real digit, drawn as a line; None: there is none.
        title: for those who cannot see it.
    """
    known = {name: curve[~np.isnan(curve)] for name, curve in curves.items()}
    num_steps = max(1, *(len(curve) - 1 for curve in known.values()))
    top = max([float(curve.max()) for curve in known.values()] + [strongest or 0.0]) or 1.0
    unit = strongest or 1.0
    parts = [_axes(num_steps, top / unit, "\u00d7" if strongest else "")]
    if strongest:
        parts.append(_line(strongest / top))
    for look, (name, curve) in zip(_CLASSES, known.items(), strict=False):
        parts.append(_path(curve, num_steps, top, look, name))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(num_steps: int, top: float, sign: str) -> str:
    left, bottom = _x(0), _y(0)
    return (
        f'<path class="axis" d="M{left} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>'
        f'<text x="{left - 4}" y="{_y(1) + 4}" text-anchor="end">{top:.3g}{sign}</text>'
        f'<text x="{left - 4}" y="{bottom + 4}" text-anchor="end">0</text>'
        f'<text x="{_x(1)}" y="{_HEIGHT - 5}" text-anchor="end">{num_steps} steps</text>'
    )


def _line(share: float) -> str:
    y = _y(share)
    return (
        f'<path class="digit" d="M{_x(0)} {y:.1f}H{_x(1)}"/>'
        f'<text x="{_x(1)}" y="{y - 3:.1f}" text-anchor="end">strongest digit</text>'
    )


def _path(curve: npt.NDArray[np.float32], num_steps: int, top: float, look: str, name: str) -> str:
    steps = np.unique(np.linspace(0, len(curve) - 1, _MAX_POINTS).round().astype(int))
    points = [f"{_x(step / num_steps):.1f} {_y(float(curve[step]) / top):.1f}" for step in steps]
    x, y = points[-1].split()
    return (
        f'<path class="{look}" d="M{"L".join(points)}"><title>{html.escape(name)}</title></path>'
        f'<circle class="{look}" cx="{x}" cy="{y}" r="2.5"/>'
    )
