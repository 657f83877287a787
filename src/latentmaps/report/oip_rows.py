"""What the page of a layer tells about each feature map: pictures, numbers in words, a curve."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup
from PIL import Image

from latentmaps.oips import oip
from latentmaps.oips.found import Found
from latentmaps.oips.greys import Scale
from latentmaps.report import oip_curve

# how a map that no random start of its own excites was brought to respond
_RESCUES = {
    oip.PRECURSOR: "the best of many random candidates",
    oip.PRE_ACTIVATION: "candidates pushed on the map before its ReLU",
    oip.DIGITS: "a real digit",
    oip.IN_RANGE: "the OIP in range",
}


@dataclass(frozen=True)
class Picture:
    """A small picture of a row.

    Attributes:
        data_url: the PNG.
        words: under it.
        alt: for those who cannot see it.
    """

    data_url: str
    words: str
    alt: str


@dataclass(frozen=True)
class Fact:
    """A number of a row.

    Attributes:
        name: what it is.
        value: in words.
    """

    name: str
    value: str


@dataclass(frozen=True)
class Row:
    """What the page tells about one feature map.

    Attributes:
        anchor: its name within the page, such as Conv2D_3-17.
        index: its number.
        status: alive, rescued or dead.
        rescued_by: what rescued it; empty: nothing had to, or nothing did.
        sort_keys: name -> number by which the script sorts, empty where there is none.
        facts: numbers in words.
        course: pictures from the start on; of a dead map none.
        ends: pictures with pixels free and in range.
        digits: pictures of the strongest test digits.
        curve: SVG, empty for a dead map.
    """

    anchor: str
    index: int
    status: str
    rescued_by: str
    sort_keys: dict[str, str]
    facts: Sequence[Fact]
    course: Sequence[Picture]
    ends: Sequence[Picture]
    digits: Sequence[Picture]
    curve: str


def row(found: Found, position: int) -> Row:
    """Gives the row of the map that stands at `position` in the table."""
    line = found.table.iloc[position]
    anchor = f"{found.layer_name}-{line['map_index']}"
    keys = {
        "index": str(line["map_index"]),
        "rank": str(oip.STATUSES.index(line["status"])),
        "ratio": number(line["ratio"], ""),
        "in-range": number(line["ratio_in_range"], ""),
        "steps": str(line["num_steps"]),
    }
    return Row(
        anchor=anchor,
        index=int(line["map_index"]),
        status=str(line["status"]),
        rescued_by=str(line["rescued_by"]),
        sort_keys=keys,
        facts=_facts(line, found, position),
        course=_course(found, position, line),
        ends=_ends(found, position, line),
        digits=_digits(found, position),
        curve=Markup(_curve(found, position, line)),  # noqa: S704 - our own drawing
    )


def number(value: float, missing: str = "none") -> str:
    """Gives a number with two digits behind the point."""
    return f"{value:.2f}" if np.isfinite(value) else missing


def _facts(line: pd.Series, found: Found, position: int) -> list[Fact]:
    tried = f"{line['silent_share']:.0%} of the random images leave it silent"
    if line["status"] == oip.DEAD:
        return [Fact("Starts", tried), Fact("OIP", "none: nothing that was tried excites the map")]
    facts = [
        *_rescue(line, "", "Rescued by"),
        *_rescue(line, "_in_range", "In range by"),
        Fact("Pixels free", _strength(line["activation"], line["ratio"])),
        Fact("Pixels in range", _strength(line["activation_in_range"], line["ratio_in_range"])),
        Fact("Course", f"free: {_end(line, '')}; in range: {_end(line, '_in_range')}"),
        Fact("Starts", f"{tried}; the best one: {line['winning_start']}"),
        Fact("Out of range", f"{line['out_of_range_share']:.0%} of the free pixels"),
    ]
    if np.isfinite(line["seed_gap"]):
        num_loud = int((found.oips.free.activations[position] > 0).sum())
        words = f"the worst of {num_loud} random starts ends at {line['seed_gap']:.0%} of the best"
        facts.append(Fact("Spread", words))
    if np.isfinite(line["path_correlation"]):
        facts.append(Fact("Path", _path(line)))
    return facts


def _rescue(line: pd.Series, suffix: str, name: str) -> list[Fact]:
    rescued_by = line[f"rescued_by{suffix}"]
    return [Fact(name, f"{_RESCUES[rescued_by]} ({rescued_by})")] if rescued_by else []


def _strength(activation: float, ratio: float) -> str:
    if activation <= 0:
        return "silent"
    if not np.isfinite(ratio):
        return f"activation {activation:.3g}; no test digit excites the map"
    return f"{ratio:.2f} times the strongest digit (activation {activation:.3g})"


def _end(line: pd.Series, suffix: str) -> str:
    steps = line[f"num_steps{suffix}"]
    if line[f"converged{suffix}"]:
        return f"converged after {steps} steps"
    state = "still improving" if line[f"improving{suffix}"] else "not converged"
    return f"{state} after {steps} steps"


def _path(line: pd.Series) -> str:
    return (
        f"rank correlation {line['path_correlation']:.2f} free, "
        f"{number(line['path_correlation_in_range'])} in range (second digit "
        f"{number(line['path_second_digit'])}, random digits {line['path_random_digit']:.2f})"
    )


def _course(found: Found, position: int, line: pd.Series) -> list[Picture]:
    if line["status"] == oip.DEAD:
        return []
    free = found.oips.free
    steps = found.settings.ascent.snapshot_steps[1:-1]
    taken = [step for step in steps if step < free.num_steps[position]]
    pictures = [free.starts[position], *free.snapshots[position, 1 : 1 + len(taken)]]
    words = [f"start: {line['winning_start']}", *(f"step {step}" for step in taken)]
    return [
        _picture(found.scale.free(image), text, f"{text}", found.scale)
        for image, text in zip(pictures, words, strict=True)
    ]


def _ends(found: Found, position: int, line: pd.Series) -> list[Picture]:
    scale, oips = found.scale, found.oips
    pictures = []
    if line["activation"] > 0:
        alt = f"OIP with free pixels, {_strength(line['activation'], line['ratio'])}"
        image = scale.free(oips.free.images[position])
        pictures.append(_picture(image, _times("free", line["ratio"]), alt, scale))
    if line["activation_in_range"] > 0:
        alt = (
            "OIP with pixels in range, "
            f"{_strength(line['activation_in_range'], line['ratio_in_range'])}"
        )
        image = scale.in_range(oips.in_range.images[position])
        pictures.append(_picture(image, _times("in range", line["ratio_in_range"]), alt, scale))
    return pictures


def _times(word: str, ratio: float) -> str:
    return f"{word} {ratio:.2f}\u00d7" if np.isfinite(ratio) else word


def _digits(found: Found, position: int) -> list[Picture]:
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
            found.scale.crop(image),
            f"{label}: {activation:.3g}",
            f"test digit number {index}, a {label}, activation {activation:.3g}",
            found.scale,
        )
        for image, label, activation, index in places
        if activation > 0
    ]


def _curve(found: Found, position: int, line: pd.Series) -> str:
    if line["status"] == oip.DEAD:
        return ""
    free, in_range = found.oips.free, found.oips.in_range
    strongest = float(line["strongest_digit_activation"])
    return oip_curve.draw(
        {"free": free.curves[position], "in range": in_range.curves[position]},
        strongest if strongest > 0 else None,
        title=f"Activation of map {line['map_index']} over the steps",
    )


def _picture(image: npt.NDArray[np.uint8], words: str, alt: str, scale: Scale) -> Picture:
    """Gives a picture in which the pixels that the layer cannot see are transparent."""
    seen = np.zeros_like(image)
    seen[: scale.reachable_size, : scale.reachable_size] = 255
    buffer = io.BytesIO()
    picture = Image.fromarray(np.stack([image, seen], axis=2))
    if seen.all():
        picture = Image.fromarray(image)
    picture.save(buffer, format="PNG", compress_level=9)
    return Picture(
        f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}", words, alt
    )
