"""Length scales: what a grid of few points can show, and when which patterns may grow.

A strategy divides the ascent into phases. In each only patterns grow that a grid of so many points
along an edge can show; the start images are left with what the grid of the first phase can show.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.digits.dataset.digits import IMAGE_SIZE
from latentmaps.params.draw_oips import DrawOips

Matrix = npt.NDArray[np.float64]


class Phase(NamedTuple):
    """A part of the ascent.

    Attributes:
        number: from 0 on.
        first: number of its first step.
        end: one behind the number of its last step.
        num_points: along an edge of the grid; 28: every pattern grows.
        fluctuation: how many standard deviations of random fluctuations on this grid are added to
            each image before the first step.
    """

    number: int
    first: int
    end: int
    num_points: int
    fluctuation: float


def _superposition(params: DrawOips) -> list[Phase]:
    """Return the one phase of superposition: patterns of all length scales grow at once."""
    return [Phase(0, 0, params.num_steps, IMAGE_SIZE, fluctuation=0.0)]


def _enrich(params: DrawOips) -> list[Phase]:
    """Return a phase for each length scale: the coarsest grows first, others enrich its picture.

    Each of these begins with random fluctuations of its scale, as in the source.
    """
    ends = [*np.cumsum(params.scale_steps, dtype=int).tolist(), params.num_steps]
    edges = zip([0, *ends[:-1]], ends, params.length_scales, strict=True)
    return [
        Phase(number, *edge, fluctuation=params.enrich_strength if number else 0.0)
        for number, edge in enumerate(edges)
    ]


# name in params.yaml -> the phases of the ascent
STRATEGIES: dict[str, Callable[[DrawOips], list[Phase]]] = {
    "superposition": _superposition,
    "enrich": _enrich,
}


def phases(params: DrawOips) -> list[Phase]:
    """Return the phases of the strategy that the section names, one after the other."""
    return STRATEGIES[params.strategy](params)


def enlarging_matrix(num_points: int) -> Matrix:
    """Return the matrix (28, num_points) that enlarges a column by bicubic interpolation."""
    unit = Image.fromarray(np.eye(num_points, dtype=np.float32))
    return np.asarray(unit.resize((num_points, IMAGE_SIZE), Image.Resampling.BICUBIC), np.float64)


@functools.cache
def coarsener(num_points: int) -> Matrix:
    """Return the projection (28, 28) of a column onto what a grid of so many points can show."""
    if num_points == IMAGE_SIZE:
        return np.eye(IMAGE_SIZE)
    enlarger = enlarging_matrix(num_points)
    projection: Matrix = enlarger @ np.linalg.pinv(enlarger)
    return projection
