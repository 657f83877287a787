"""The pictures of one feature map on the page of its layer: snapshots, OIPs, digits and curves.

A page has hundreds of curves, so each is a small SVG with only a few paths.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from latentmaps.oips import oip
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.oip import Floats
from latentmaps.pages import picture

_WIDTH, _HEIGHT = 260, 110
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 20
_MAX_POINTS = 60
# CSS class names; the style sheet defines their colors and dashes
_CLASSES = ("first", "second")


@dataclass(frozen=True)
class CaptionedPicture:
    """A small picture with a caption.

    Attributes:
        data_url: the PNG as a data URL.
        words: lines of the caption.
        alt: alternative text.
        width: width of the PNG, in pixels.
        height: height of the PNG, in pixels.
    """

    data_url: str
    words: Sequence[str]
    alt: str
    width: int
    height: int


def snapshots(results: LayerResults, position: int, line: pd.Series) -> list[CaptionedPicture]:
    """Return the start image and the snapshots with free pixels; empty for a dead map.

    Args:
        results: results of the layer.
        position: row of the map in the table.
        line: that row of the table.
    """
    if line["status"] == oip.DEAD:
        return []
    free = results.oips.free
    steps = oip.snapshot_steps(results.params)[1:-1]
    taken = [step for step in steps if step < free.num_steps[position]]
    pictures = [free.starts[position], *free.snapshots[position, 1 : 1 + len(taken)]]
    curve = free.curves[position]
    words = [
        [f"start: {line['winning_start']}", f"{curve[0]:.3g}"],
        *([f"step {step}: {curve[step]:.3g}", _change(curve, step)] for step in taken),
    ]
    return [
        caption(results.grays.free(image), lines, ", ".join(lines))
        for image, lines in zip(pictures, words, strict=True)
    ]


def _change(curve: Floats, step: int) -> str:
    """Describe the relative change of the activation in the step before a snapshot."""
    before, after = float(curve[step - 1]), float(curve[step])
    return f"change {abs(after - before) / abs(after):.1g}" if after else "silent"


def finalists(results: LayerResults, position: int) -> list[CaptionedPicture]:
    """Return the final images of the finalists with free pixels, highest activation first."""
    free = results.oips.free
    activations, kinds = free.finalist_activations[position], free.finalist_kinds[position]
    head = len(kinds) - 1 if free.has_head_start else -1
    return [
        caption(
            results.grays.free(free.finalist_images[position, start]),
            [
                "head start" if start == head else f"{kinds[start]}",
                f"{activations[start]:.3g}",
            ],
            f"final image of finalist {start + 1}, {kinds[start]}, "
            f"activation {activations[start]:.3g}",
        )
        for start in np.argsort(-activations, kind="stable").tolist()
        if activations[start] > 0
    ]


def elementary(results: LayerResults, position: int) -> CaptionedPicture | None:
    """Return the elementary pattern of the map; None for a unit of a dense layer."""
    if results.elementary is None:
        return None
    image = results.elementary.images[position, ..., 0]
    height, width = image.shape
    value = float(results.elementary.activations[position])
    return caption(
        results.grays.patterns(image),
        [f"pattern {width}\u00d7{height}"],
        f"elementary pattern of {width} by {height} pixels, {value:.3g} at one position",
    )


def oips(results: LayerResults, position: int, line: pd.Series) -> list[CaptionedPicture]:
    """Return the OIP with free pixels and the one in range, if they exist.

    Args:
        results: results of the layer.
        position: row of the map in the table.
        line: that row of the table.
    """
    grays, oips = results.grays, results.oips
    pictures = []
    if line["activation"] > 0:
        alt = f"OIP with free pixels, {strength(line['activation'], line['ratio'])}"
        image = grays.free(oips.free.polished.images[position])
        pictures.append(caption(image, [_times("free", line["ratio"])], alt))
    if line["activation_in_range"] > 0:
        alt = (
            "OIP with pixels in range, "
            f"{strength(line['activation_in_range'], line['ratio_in_range'])}"
        )
        image = grays.in_range(oips.in_range.polished.images[position])
        words = [_times("in range", line["ratio_in_range"])]
        pictures.append(caption(image, words, alt))
    return pictures


def _times(word: str, ratio: float) -> str:
    return f"{word} {ratio:.2f}\u00d7" if np.isfinite(ratio) else word


def digits(results: LayerResults, position: int) -> list[CaptionedPicture]:
    """Return the test digits that excite the map most, strongest first."""
    strongest = results.strongest
    places = zip(
        strongest.images[position],
        strongest.labels[position],
        strongest.activations[position],
        strongest.rows[position],
        strict=True,
    )
    return [
        caption(
            results.grays.crop(image),
            [f"{label}: {activation:.3g}"],
            f"test digit {index}, a {label}, activation {activation:.3g}",
        )
        for image, label, activation, index in places
        if activation > 0
    ]


def curve(results: LayerResults, position: int, line: pd.Series) -> str:
    """Draw the activations, free and in range, as SVG; return an empty string for a dead map.

    Args:
        results: results of the layer.
        position: row of the map in the table.
        line: that row of the table.
    """
    if line["status"] == oip.DEAD:
        return ""
    free, in_range = results.oips.free, results.oips.in_range
    strongest = float(line["strongest_digit_activation"])
    return draw_curve(
        {"free": free.curves[position], "in range": in_range.curves[position]},
        strongest if strongest > 0 else None,
        title=f"Activation of map {line['map_index']} over the steps",
    )


def caption(image: npt.NDArray[np.uint8], words: Sequence[str], alt: str) -> CaptionedPicture:
    """Encode an image and attach its caption.

    Args:
        image: (h, w) or (h, w, 3), uint8, 0..255.
        words: lines of the caption.
        alt: alternative text.
    """
    encoded = picture.encode(Image.fromarray(image))
    return CaptionedPicture(encoded.data_url, words, alt, encoded.width, encoded.height)


def strength(activation: float, ratio: float) -> str:
    """Describe an activation relative to that of the strongest digit."""
    if activation <= 0:
        return "silent"
    if not np.isfinite(ratio):
        return f"activation {activation:.3g}; no test digit excites the map"
    return f"{ratio:.2f} times the strongest digit (activation {activation:.3g})"


def draw_curve(
    curves: Mapping[str, npt.NDArray[np.float32]], strongest: float | None, *, title: str
) -> str:
    """Draw activations over the steps as SVG.

    Args:
        curves: name -> (num_steps + 1,), activations before the first step and after each step, NaN
            once the image has stopped; at most two curves.
        strongest: activation of the strongest real digit, drawn as a line; None for no line.
        title: accessible name of the SVG.
    """
    known = {name: curve[~np.isnan(curve)].astype(np.float64) for name, curve in curves.items()}
    num_steps = max(1, *(len(curve) - 1 for curve in known.values()))
    # the value of a unit without a ReLU may be below 0
    bottom = min(0.0, *(float(curve.min()) for curve in known.values()))
    top = max([float(curve.max()) for curve in known.values()] + [strongest or 0.0])
    height = (top - bottom) or 1.0
    unit = strongest or 1.0
    parts = [
        _axes(num_steps, bottom / unit, (bottom + height) / unit, "\u00d7" if strongest else "")
    ]
    if strongest:
        parts.append(_line((strongest - bottom) / height))
    for style, (name, curve) in zip(_CLASSES, known.items(), strict=False):
        parts.append(_path((curve - bottom) / height, num_steps, style, name))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def draw_tuning(tuning: pd.DataFrame, size: int, *, title: str) -> str:
    """Draw the tuning curve of a unit as SVG.

    Args:
        tuning: rows of ``tuning.measure_tuning`` for the unit and all grids, coarsest first.
        size: height of an image, in pixels; the spots of a grid of k points have a width of `size`
            / k.
        title: accessible name of the SVG.
    """
    points, values = tuning["num_points"].to_numpy(float), tuning["activation"].to_numpy(float)
    top, places = float(values.max()) or 1.0, np.log(points / points[0]) / np.log(points[-1])
    places /= places[-1] or 1.0
    path = [f"{_x(x):.1f} {_y(max(y, 0) / top):.1f}" for x, y in zip(places, values, strict=True)]
    left, bottom = _x(0), _y(0)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f'<path class="axis" d="M{left} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>'
        f'<text x="{left - 4}" y="{_y(1) + 4}" text-anchor="end">{top:.1g}</text>'
        f'<text x="{left - 4}" y="{bottom + 4}" text-anchor="end">0</text>'
        f'<text x="{left}" y="{_HEIGHT - 5}">spots of {size / points[0]:.0f} pixels</text>'
        f'<text x="{_x(1)}" y="{_HEIGHT - 5}" text-anchor="end">{size / points[-1]:.0f}</text>'
        f'<path class="first" d="M{"L".join(path)}"/></svg>'
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


def _path(shares: npt.NDArray[np.float64], num_steps: int, style: str, name: str) -> str:
    steps = np.unique(np.linspace(0, len(shares) - 1, _MAX_POINTS).round().astype(int))
    points = [f"{_x(step / num_steps):.1f} {_y(float(shares[step])):.1f}" for step in steps]
    x, y = points[-1].split()
    return (
        f'<path class="{style}" d="M{"L".join(points)}"><title>{html.escape(name)}</title></path>'
        f'<circle class="{style}" cx="{x}" cy="{y}" r="2.5"/>'
    )
