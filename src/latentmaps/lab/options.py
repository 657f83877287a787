"""Parse the options of ``latentmaps oip``; a wrong value results in a single error message.

This module does not import TensorFlow, so a typo is reported at once.
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

# weight of each grid if --weights is absent and the weights in params.yaml differ in number
_WEIGHT = 0.5
# random starts if --scales is given without --start; few enough to compare by eye
_NUM_STARTS = 4
_WORDS_OF_RANGE = ("free", "data")
# the names in ``objectives.OBJECTIVES``; importing that module would import TensorFlow
_OBJECTIVES = ("mean", "max", "position", "unit")


def units(words: Sequence[str]) -> list[int]:
    """Parse unit indices and drop duplicates.

    Raises:
        DataError: a word is not a whole number.
    """
    return list(dict.fromkeys(_whole(word, "unit") for word in words))


def pixel_range(text: str | None) -> str | PixelRange | None:
    """Parse the value of --range: ``free``, ``data``, or the darkest and the brightest pixel.

    Raises:
        DataError: the text is none of these.
    """
    if text is None or text in _WORDS_OF_RANGE:
        return text
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        low, high = math.nan, math.nan
    if not -math.inf < low < high < math.inf:
        raise DataError(
            f"--range: found {shorten(text)}, expected free, data, or the values of the darkest "
            "and the brightest pixel, such as 0,1; write a negative value as --range=-1,3"
        )
    return low, high


def objective(text: str | None) -> str | None:
    """Check the name of an objective and return it.

    Raises:
        DataError: no objective has this name.
    """
    if text not in (None, *_OBJECTIVES):
        raise DataError(
            f"--objective: found {shorten(text)}, expected {', '.join(_OBJECTIVES[:-1])}, or unit "
            "for a dense layer; choose one of them"
        )
    return text


def require_color_map(text: str | None, num_channels: int) -> None:
    """Reject a color map for color images.

    Args:
        text: value of --color-map; None if the option was not given.
        num_channels: number of channels of an image.

    Raises:
        DataError: the images have three channels.
    """
    if num_channels == 3 and text not in (None, "gray"):
        raise DataError(
            f"--color-map: found {shorten(text)}, expected none, because the network reads color "
            "images, which are shown as they are; leave the option out"
        )


def change(defaults: DrawOips, given: Mapping[str, Any]) -> DrawOips:
    """Return the settings after the options have been applied.

    Args:
        defaults: settings from params.yaml, or the built-in ones.
        given: name of an option or flag, as argparse spells it -> the text of the option, or None
            if it was not given; for a flag, whether it was given.

    Raises:
        DataError: a value has the wrong type or is out of range.
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
            f"--scales: found one length scale, expected at least two for --strategy {strategy}, "
            "from coarse to fine; add one, or leave --strategy out"
        )
    return settings.change(defaults, changes, options=_OPTIONS)


def starts(
    words: Sequence[str], digits: Digits | None, params: DrawOips, given: Mapping[str, Any]
) -> list[Start] | None:
    """Return the starts of the ascent, or None for those of the stage draw_oips.

    Args:
        words: values of --start. A random kind yields the number of starts given by --starts.
        digits: real digits, or None if none are available.
        params: settings, as returned by ``change``.
        given: as in ``change``. Scales or weights without a start imply random starts of the kind
            ``scales``.

    Raises:
        DataError: a kind, digit or picture does not exist.
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
    # `int` would also accept 1_000 and a string of any length
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
    """Parse length scales such as 3,7x14,28, where 7x14 means 7 rows of 14 points."""
    grids = [word.split("x") for word in text.split(",")]
    if any(not 1 <= len(numbers) <= 2 or not all(map(str.isdecimal, numbers)) for numbers in grids):
        raise DataError(
            f"{place}: found {shorten(text)}, expected grid sizes in points, such as 3,7,14 or "
            "3,7x14,28 (7x14: 7 rows of 14 points); correct it"
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


# option -> field of ``DrawOips`` and the function that parses its text
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
# flag -> field of ``DrawOips`` and the value that the flag sets
_FLAGS: dict[str, tuple[str, Any]] = {
    "no_precursor": ("precursor", False),
    "no_head_start": ("head_start", False),
    "no_race": ("num_finalists", 64),
    "never_stop": ("convergence_threshold", 0.0),
}
_OPTIONS = {field: f"--{name.replace('_', '-')}" for name, (field, _) in _FIELDS.items()}
