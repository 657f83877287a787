"""What a search takes where nobody says anything else, and what a person changes of it."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pydantic

from latentmaps.errors import DataError, shorten
from latentmaps.oips.length_scales import grid_of
from latentmaps.oips.oip import Shape
from latentmaps.params.draw_oips import DrawOips

# Pixels for a point of a grid: 3, 7, 14 and 28 points for 28 pixels, as in the source.
_PIXELS_A_POINT = (9, 4, 2, 1)

# Of all steps so many are for the coarse length scales together, twice as many for each finer one:
# 20, 40 and 80 of 400.
_SHARE_OF_COARSE = 0.35

# the values of params.yaml that do not depend on the network
_USUAL: dict[str, Any] = {
    "layers": ("any",),
    "range": "free",
    "num_starts": 4,
    "start_kinds": ("scales",),
    "strategy": "superposition",
    "scale_steps": (20, 40, 80),
    "head_start": True,
    "precursor": True,
    "num_candidates": 1024,
    "candidate_kinds": ("scales", "coarse", "fourier", "noise"),
    "num_rescue_steps": 32,
    "num_steps": 400,
    "step_size": 0.1,
    "convergence_threshold": 0.0005,
    "jitter": 0,
    "smoothness": 0.0,
    "num_snapshots": 7,
    "color_map": "gray",
    "seed": None,
}


def usual(shape: Shape) -> DrawOips:
    """Return the settings of params.yaml, with length scales for images of a shape."""
    return fit_scales(DrawOips(**_USUAL, length_scales=(1,), length_weights=(1.0,)), shape)


def fit_scales(params: DrawOips, shape: Shape) -> DrawOips:
    """Return settings with the usual length scales of images of a shape, coarse to fine."""
    height, width, _ = shape
    grids = [(max(1, height // pixels), max(1, width // pixels)) for pixels in _PIXELS_A_POINT]
    grids = list(dict.fromkeys(grids))
    return dataclasses.replace(
        params,
        length_scales=tuple(grids),
        length_weights=(0.5,) * len(grids),
        scale_steps=params.scale_steps[: max(1, len(grids) - 1)],
    )


def for_shape(params: DrawOips, shape: Shape) -> DrawOips:
    """Return settings whose length scales images of a shape can show; others give way."""
    grids = [grid_of(scale) for scale in params.length_scales]
    is_fit = all(rows <= shape[0] and columns <= shape[1] for rows, columns in grids)
    return params if is_fit else fit_scales(params, shape)


def change(
    params: DrawOips, changes: Mapping[str, Any], *, options: Mapping[str, str] | None = None
) -> DrawOips:
    """Return settings with other values.

    Args:
        params: those so far.
        changes: name of a field of ``DrawOips`` -> value. Steps of length scales that no longer fit
            are shared out anew.
        options: name of a field -> how a message calls it; None: by its name.

    Raises:
        DataError: there is no such field, or a value is out of range.
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
    """Return the changes, with steps of each coarse length scale where those so far do not fit."""
    num_coarse = len(changes.get("length_scales", params.length_scales)) - 1
    num_steps = changes.get("num_steps", params.num_steps)
    is_fit = len(params.scale_steps) == num_coarse and sum(params.scale_steps) < num_steps
    if "scale_steps" in changes or is_fit or num_coarse < 1 or not isinstance(num_steps, int):
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
