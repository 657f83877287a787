"""Ascents for the tests: start images and parameters."""

import dataclasses
import functools
from typing import NamedTuple
from unittest import mock

import numpy as np
import numpy.typing as npt
from tests.oips.example_results import PARAMS, image_spec

from latentmaps.oips import ascent, start_images, steps
from latentmaps.oips.constraints import Constraint, standardized
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import AscentResult, Floats
from latentmaps.params.draw_oips import DrawOips

# a step depends only on these arguments, and tracing it takes longer than an ascent
_make_step = functools.cache(steps.make_step)

ASCENT = dataclasses.replace(PARAMS, num_steps=20)


class AscentInputs(NamedTuple):
    """Start images (n, h, w, c), and the maps that they should excite (n,)."""

    starts: Floats
    map_indices: npt.NDArray[np.int64]


def ascent_inputs(num_images: int, *, num_maps: int = 8) -> AscentInputs:
    """Return random start images, assigned to the maps in turn."""
    numbers = np.arange(num_images)
    one_each = dataclasses.replace(PARAMS, num_starts=1)
    starts = start_images.sample(image_spec(one_each), map_indices=numbers, seed=3)[:, 0]
    return AscentInputs(starts, numbers % num_maps)


def part(whole: AscentInputs, row: int) -> AscentInputs:
    """Return one row of the inputs."""
    return AscentInputs(whole.starts[row : row + 1], whole.map_indices[row : row + 1])


def ascend(
    objective: Objective,
    images: AscentInputs,
    params: DrawOips,
    *,
    constraint: Constraint = standardized,
    seed: int = 0,
    jit_compile: bool = False,
    chunk_size: int = 8,
) -> AscentResult:
    """Run the ascent with one start per map, and return the result without the axis of starts."""
    with mock.patch.object(steps, "make_step", _make_step):
        result = ascent.ascend(
            objective,
            images.starts[:, np.newaxis],
            images.map_indices,
            params,
            constraint=constraint,
            seed=seed,
            jit_compile=jit_compile,
            chunk_size=chunk_size,
        )
    names = [field.name for field in dataclasses.fields(result)]
    return AscentResult(**{name: getattr(result, name)[:, 0] for name in names})
