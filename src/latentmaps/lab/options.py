"""Read the options of ``latentmaps oip``: each is one text, and a wrong one is one message.

No tensors here, so that a slip is found before TensorFlow is imported.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError, shorten
from latentmaps.lab import settings, start_specs
from latentmaps.lab.start_specs import Start
from latentmaps.oips.length_scales import STRATEGIES
from latentmaps.oips.oip import PixelRange
from latentmaps.oips.start_images import START_KINDS
from latentmaps.params.draw_oips import DrawOips

# of each grid where none is named and those of params.yaml are of another number
_WEIGHT = 0.5
# of the kind scales, where scales are named and no starts: few enough to compare by eye
_NUM_STARTS = 4
_WORDS_OF_RANGE = ("free", "data")
# the names of ``objectives.OBJECTIVES``, which needs tensors
_OBJECTIVES = ("mean", "max", "position", "unit")


def units(words: Sequence[str]) -> list[int]:
    """Return the numbers of units, each once.

    Raises:
        DataError: a word is no whole number.
    """
    return list(dict.fromkeys(_whole(word, "unit") for word in words))


def pixel_range(text: str | None) -> str | PixelRange | None:
    """Return free, data, or darkest and brightest pixel.

    Raises:
        DataError: the text is something else.
    """
    if text is None or text in _WORDS_OF_RANGE:
        return text
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        low, high = math.nan, math.nan
    if not -math.inf < low < high < math.inf:
        raise DataError(
            f"--range: found {shorten(text)}, expected free, data, or the darkest and the "
            "brightest pixel, such as 0,1 or (with an equals sign before a minus) --range=-1,3"
        )
    return low, high


def objective(text: str | None) -> str | None:
    """Return the name of an objective.

    Raises:
        DataError: there is no such objective.
    """
    if text not in (None, *_OBJECTIVES):
        raise DataError(
            f"--objective: found {shorten(text)}, expected {', '.join(_OBJECTIVES[:-1])}, or unit "
            "of a dense layer; choose one of them"
        )
    return text


def require_color_map(text: str | None, num_channels: int) -> None:
    """Refuse a color map for pictures that have colors of their own.

    Args:
        text: of --color-map; None: it was not given.
        num_channels: of a picture.

    Raises:
        DataError: the pictures have three channels.
    """
    if num_channels == 3 and text not in (None, "gray"):
        raise DataError(
            f"--color-map: found {shorten(text)}, expected none: the network reads pictures with 3 "
            "colors, which are shown as they are; leave it out"
        )


def change(defaults: DrawOips, given: Mapping[str, Any]) -> DrawOips:
    """Return settings with what the options change.

    Args:
        defaults: those of params.yaml, or the usual ones.
        given: name of an option, as argparse has it -> its text, of a flag whether it was given;
            None: it was not given.

    Raises:
        DataError: a value is of the wrong kind, or out of range.
    """
    changes = {
        field: read(text, f"--{name.replace('_', '-')}")
        for name, (field, read) in _FIELDS.items()
        if (text := given.get(name)) is not None
    }
    changes |= {field: value for name, (field, value) in _FLAGS.items() if given.get(name)}
    scales, weights = changes.get("length_scales", ()), changes.get("length_weights")
    if scales and weights is None and len(scales) != len(defaults.length_weights):
        changes["length_weights"] = (_WEIGHT,) * len(scales)
    strategy = changes.get("strategy", defaults.strategy)
    if len(scales) == 1 and strategy != "superposition":
        raise DataError(
            f"--scales: found one length scale, expected at least two with --strategy {strategy}, "
            "from coarse to fine; add one, or leave the strategy out"
        )
    return settings.change(defaults, changes, options=_OPTIONS)


def starts(
    words: Sequence[str], digits: Digits | None, params: DrawOips, given: Mapping[str, Any]
) -> list[Start] | None:
    """Return the starts to climb from; None: those of the stage draw_oips.

    Args:
        words: of --start. Of a random kind so many starts are made as --starts says.
        digits: real ones; None: there are none.
        params: of ``change``.
        given: as for ``change``. Scales or weights without a start mean random starts of the kind
            scales.

    Raises:
        DataError: there is no such kind, digit or picture.
    """
    number = None if given.get("starts") is None else params.num_starts
    if not words:
        is_about_scales = given.get("scales") is not None or given.get("weights") is not None
        return ["scales"] * (number or _NUM_STARTS) if is_about_scales else None
    return [
        start_specs.parse(word, digits)
        for word in words
        for _ in range(number or 1 if word in START_KINDS else 1)
    ]


def _whole(text: str, place: str) -> int:
    # `int` would also take 1_000 and a text of any length
    if not text.removeprefix("-").isdecimal() or len(text) > 18:
        raise DataError(f"{place}: found {shorten(text)}, expected a whole number; correct it")
    return int(text)


def _number(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{place}: found {shorten(text)}, expected a number; correct it")
    return value


def _grids(text: str, place: str) -> tuple[int | tuple[int, int], ...]:
    """Return the length scales that a text such as 3,7x14,28 names: 7 rows of 14 points."""
    grids = [word.split("x") for word in text.split(",")]
    if any(not 1 <= len(numbers) <= 2 or not all(map(str.isdecimal, numbers)) for numbers in grids):
        raise DataError(
            f"{place}: found {shorten(text)}, expected points of grids, such as 3,7,14 or "
            "3,7x14,28 (7 rows of 14 points); correct it"
        )
    sizes = [[_whole(number, place) for number in numbers] for numbers in grids]
    return tuple(size[0] if len(size) == 1 else (size[0], size[1]) for size in sizes)


def _numbers(text: str, place: str) -> tuple[float, ...]:
    return tuple(_number(word, place) for word in text.split(","))


def _strategy(text: str, place: str) -> str:
    if text not in STRATEGIES:
        names = " or ".join(STRATEGIES)
        raise DataError(f"{place}: found {shorten(text)}, expected {names}; choose one of them")
    return text


# option -> field of ``DrawOips``, and how its text is read
_FIELDS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "starts": ("num_starts", _whole),
    "scales": ("length_scales", _grids),
    "weights": ("length_weights", _numbers),
    "strategy": ("strategy", _strategy),
    "steps": ("num_steps", _whole),
    "step_size": ("step_size", _number),
    "smoothness": ("smoothness", _number),
    "jitter": ("jitter", _whole),
    "color_map": ("color_map", lambda text, _: text),
    "seed": ("seed", _whole),
}
# flag -> field, and the value that it stands for
_FLAGS: dict[str, tuple[str, Any]] = {
    "no_precursor": ("precursor", False),
    "no_head_start": ("head_start", False),
    "no_race": ("num_finalists", 64),
    "never_stop": ("convergence_threshold", 0.0),
}
_OPTIONS = {field: f"--{name.replace('_', '-')}" for name, (field, _) in _FIELDS.items()}
