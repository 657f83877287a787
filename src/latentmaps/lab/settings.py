"""The default settings of a search, and how to change them."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pydantic

from latentmaps.errors import DataError, shorten
from latentmaps.oips import length_scales
from latentmaps.oips.oip import Shape
from latentmaps.oips.settings import DEFAULTS
from latentmaps.params.draw_oips import DrawOips

# Share of all steps spent on the coarse length scales. Each scale gets twice as many steps as the
# next coarser one: 20, 40 and 80 of 400.
_SHARE_OF_COARSE = 0.35


def defaults(shape: Shape) -> DrawOips:
    """Return the built-in settings, with length scales that fit images of a given shape."""
    return length_scales.fit(DEFAULTS, shape)


def change(
    params: DrawOips, changes: Mapping[str, Any], *, options: Mapping[str, str] | None = None
) -> DrawOips:
    """Return settings with some values replaced.

    Args:
        params: the current settings.
        changes: field of ``DrawOips`` -> new value. If the steps per length scale no longer fit,
            they are redistributed.
        options: field -> its name in messages; a field that is missing here keeps its own name.

    Raises:
        DataError: a field does not exist, or a value is out of range.
    """
    names = {field.name for field in dataclasses.fields(params)}
    for name in changes:
        if name not in names:
            raise DataError(f"{name}: no such setting, expected {', '.join(sorted(names))}")
    try:
        return dataclasses.replace(params, **_fitting_steps(params, changes))
    except pydantic.ValidationError as error:
        message = "\n".join(dict.fromkeys(map(_describe, error.errors())))
        for name, option in (options or {}).items():
            message = re.sub(rf"\b{name}\b", option, message)
        raise DataError(message) from None


def _fitting_steps(params: DrawOips, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes, with new steps per coarse length scale if the current ones do not fit."""
    scales = changes.get("length_scales", params.length_scales)
    num_steps = changes.get("num_steps", params.num_steps)
    if not isinstance(scales, list | tuple) or not isinstance(num_steps, int):
        return dict(changes)  # validation rejects them later
    num_coarse = len(scales) - 1
    is_fit = len(params.scale_steps) == num_coarse and sum(params.scale_steps) < num_steps
    if "scale_steps" in changes or is_fit or num_coarse < 1:
        return dict(changes)
    shares = 2.0 ** np.arange(num_coarse)
    shares *= _SHARE_OF_COARSE / shares.sum()
    return {**changes, "scale_steps": tuple(max(1, round(num_steps * share)) for share in shares)}


def _describe(problem: Any) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    place = str(problem["loc"][0]) if problem["loc"] else ""
    if not place:
        return f"{message}; change one of them"
    expected = message.removeprefix("Input should be ")
    return f"{place}: found {shorten(problem['input'])}, expected {expected}; change it"
