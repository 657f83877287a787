"""The pictures of one feature map on the page of its layer: course, ends, digits, and the curve.

The curve is a small SVG: hundreds stand on a page, so it is a few paths.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from latentmaps.oips import oip
from latentmaps.oips.layer import LayerResults
from latentmaps.pages import picture

_WIDTH, _HEIGHT = 260, 110
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 20
_MAX_POINTS = 60
# class names; the page gives them colors and dashes
_CLASSES = ("first", "second")


@dataclass(frozen=True)
class CaptionedPicture:
    """A small picture of a row.

    Attributes:
        data_url: the PNG.
        words: under it.
        alt: for those who cannot see it.
    """

    data_url: str
    words: str
    alt: str


def course(found: LayerResults, position: int, line: pd.Series) -> list[CaptionedPicture]:
    """Return start and course with free pixels; of a dead map none."""
    if line["status"] == oip.DEAD:
        return []
    free = found.oips.free
    steps = oip.snapshot_steps(found.params)[1:-1]
    taken = [step for step in steps if step < free.num_steps[position]]
    pictures = [free.starts[position], *free.snapshots[position, 1 : 1 + len(taken)]]
    words = [f"start: {line['winning_start']}", *(f"step {step}" for step in taken)]
    return [
        _picture(found.grays.free(image), text, text)
        for image, text in zip(pictures, words, strict=True)
    ]


def ends(found: LayerResults, position: int, line: pd.Series) -> list[CaptionedPicture]:
    """Return the OIP with pixels free, and in range, where there is one."""
    grays, oips = found.grays, found.oips
    pictures = []
    if line["activation"] > 0:
        alt = f"OIP with free pixels, {strength(line['activation'], line['ratio'])}"
        image = grays.free(oips.free.images[position])
        pictures.append(_picture(image, _times("free", line["ratio"]), alt))
    if line["activation_in_range"] > 0:
        alt = (
            "OIP with pixels in range, "
            f"{strength(line['activation_in_range'], line['ratio_in_range'])}"
        )
        image = grays.in_range(oips.in_range.images[position])
        words = _times("in range", line["ratio_in_range"])
        pictures.append(_picture(image, words, alt))
    return pictures


def _times(word: str, ratio: float) -> str:
    return f"{word} {ratio:.2f}\u00d7" if np.isfinite(ratio) else word


def digits(found: LayerResults, position: int) -> list[CaptionedPicture]:
    """Return the test digits that excite the map most."""
    strongest = found.strongest
    places = zip(
        strongest.images[position],
        strongest.labels[position],
        strongest.activations[position],
        strongest.rows[position],
        strict=True,
    )
    return [
        _picture(
            found.grays.crop(image),
            f"{label}: {activation:.3g}",
            f"test digit number {index}, a {label}, activation {activation:.3g}",
        )
        for image, label, activation, index in places
        if activation > 0
    ]


def curve(found: LayerResults, position: int, line: pd.Series) -> str:
    """Return the curve with free pixels and in range, as SVG; empty for a dead map."""
    if line["status"] == oip.DEAD:
        return ""
    free, in_range = found.oips.free, found.oips.in_range
    strongest = float(line["strongest_digit_activation"])
    return draw_curve(
        {"free": free.curves[position], "in range": in_range.curves[position]},
        strongest if strongest > 0 else None,
        title=f"Activation of map {line['map_index']} over the steps",
    )


def _picture(image: npt.NDArray[np.uint8], words: str, alt: str) -> CaptionedPicture:
    return CaptionedPicture(picture.encode(Image.fromarray(image)).data_url, words, alt)


def strength(activation: float, ratio: float) -> str:
    """Return an activation in words, beside that of the strongest digit."""
    if activation <= 0:
        return "silent"
    if not np.isfinite(ratio):
        return f"activation {activation:.3g}; no test digit excites the map"
    return f"{ratio:.2f} times the strongest digit (activation {activation:.3g})"


def draw_curve(
    curves: Mapping[str, npt.NDArray[np.float32]], strongest: float | None, *, title: str
) -> str:
    """Return the activation over the steps, as SVG text to put into a page.

    Args:
        curves: name -> activation before the first step and after each; NaN behind the last. At
            most two.
        strongest: activation of the strongest real digit, drawn as a line; None: there is none.
        title: for those who cannot see it.
    """
    known = {name: curve[~np.isnan(curve)].astype(np.float64) for name, curve in curves.items()}
    num_steps = max(1, *(len(curve) - 1 for curve in known.values()))
    # a unit that is not behind a ReLU may be below 0
    bottom = min(0.0, *(float(curve.min()) for curve in known.values()))
    top = max([float(curve.max()) for curve in known.values()] + [strongest or 0.0])
    height = (top - bottom) or 1.0
    unit = strongest or 1.0
    parts = [
        _axes(num_steps, bottom / unit, (bottom + height) / unit, "\u00d7" if strongest else "")
    ]
    if strongest:
        parts.append(_line((strongest - bottom) / height))
    for look, (name, curve) in zip(_CLASSES, known.items(), strict=False):
        parts.append(_path((curve - bottom) / height, num_steps, look, name))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(num_steps: int, lowest: float, top: float, sign: str) -> str:
    left, bottom = _x(0), _y(0)
    return (
        f'<path class="axis" d="M{left} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>'
        f'<text x="{left - 4}" y="{_y(1) + 4}" text-anchor="end">{top:.3g}{sign}</text>'
        f'<text x="{left - 4}" y="{bottom + 4}" text-anchor="end">{lowest:.2g}</text>'
        f'<text x="{_x(1)}" y="{_HEIGHT - 5}" text-anchor="end">{num_steps} steps</text>'
    )


def _line(share: float) -> str:
    y = _y(share)
    return (
        f'<path class="digit" d="M{_x(0)} {y:.1f}H{_x(1)}"/>'
        f'<text x="{_x(1)}" y="{y - 3:.1f}" text-anchor="end">strongest digit</text>'
    )


def _path(shares: npt.NDArray[np.float64], num_steps: int, look: str, name: str) -> str:
    steps = np.unique(np.linspace(0, len(shares) - 1, _MAX_POINTS).round().astype(int))
    points = [f"{_x(step / num_steps):.1f} {_y(float(shares[step])):.1f}" for step in steps]
    x, y = points[-1].split()
    return (
        f'<path class="{look}" d="M{"L".join(points)}"><title>{html.escape(name)}</title></path>'
        f'<circle class="{look}" cx="{x}" cy="{y}" r="2.5"/>'
    )
