"""Length scales: what a grid of few points can show, and when which patterns may grow.

A strategy divides the ascent into phases. In each only patterns grow that a grid of so many points
can show; the start images are left with what the grid of the first phase can show.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.oips.oip import Shape
from latentmaps.params.draw_oips import DrawOips, LengthScale

Matrix = npt.NDArray[np.float64]
# rows and columns of points
Grid = tuple[int, int]

# Pixels for a point of a grid: 3, 7, 14 and 28 points for 28 pixels, as in the source.
_PIXELS_A_POINT = (9, 4, 2, 1)


class Phase(NamedTuple):
    """A part of the ascent.

    Attributes:
        number: from 0 on.
        first: number of its first step.
        end: one behind the number of its last step.
        grid: patterns grow that this grid can show; None: every pattern grows.
        fluctuation: how many standard deviations of random fluctuations on this grid are added to
            each image before the first step.
    """

    number: int
    first: int
    end: int
    grid: Grid | None
    fluctuation: float


def _superposition(params: DrawOips) -> list[Phase]:
    """Return the one phase of superposition: patterns of all length scales grow at once."""
    return [Phase(0, 0, params.num_steps, None, fluctuation=0.0)]


def _enrich(params: DrawOips) -> list[Phase]:
    """Return a phase for each length scale: the coarsest grows first, others enrich its picture.

    Each of these begins with random fluctuations of its scale, as in the source.
    """
    ends = [*np.cumsum(params.scale_steps, dtype=int).tolist(), params.num_steps]
    edges = zip([0, *ends[:-1]], ends, params.length_scales, strict=True)
    return [
        Phase(
            number,
            first,
            end,
            grid_of(scale),
            fluctuation=params.enrich_strength if number else 0.0,
        )
        for number, (first, end, scale) in enumerate(edges)
    ]


# name in params.yaml -> the phases of the ascent
STRATEGIES: dict[str, Callable[[DrawOips], list[Phase]]] = {
    "superposition": _superposition,
    "enrich": _enrich,
}


def phases(params: DrawOips) -> list[Phase]:
    """Return the phases of the strategy that the section names, one after the other."""
    return STRATEGIES[params.strategy](params)


def for_shape(params: DrawOips, shape: Shape) -> DrawOips:
    """Return a section whose length scales images of a shape can show; others give way.

    Args:
        params: the section.
        shape: height, width and channels of an image.
    """
    grids = [grid_of(scale) for scale in params.length_scales]
    is_shown = all(rows <= shape[0] and columns <= shape[1] for rows, columns in grids)
    return params if is_shown else fit(params, shape)


def fit(params: DrawOips, shape: Shape) -> DrawOips:
    """Return a section with the usual length scales of images of a shape, from coarse to fine.

    Args:
        params: the section.
        shape: height, width and channels of an image.
    """
    fitting = [
        (max(1, shape[0] // pixels), max(1, shape[1] // pixels)) for pixels in _PIXELS_A_POINT
    ]
    scales = tuple(dict.fromkeys(fitting))
    return dataclasses.replace(
        params,
        length_scales=scales,
        length_weights=(0.5,) * len(scales),
        scale_steps=params.scale_steps[: max(1, len(scales) - 1)],
    )


def grid_of(scale: LengthScale) -> Grid:
    """Return rows and columns of a length scale: one number stands for both."""
    return (scale, scale) if isinstance(scale, int) else scale


def enlarge(values: Matrix, size: Sequence[int]) -> Matrix:
    """Return a grid of values (rows, columns), enlarged to (height, width) by bicubic pieces."""
    height, width = size
    rows, columns = values.shape
    return _enlarging_matrix(rows, height) @ values @ _enlarging_matrix(columns, width).T


def coarsen(image: Matrix, grid: Grid | None) -> Matrix:
    """Return what a grid can show of an image (height, width, channels); None: all of it."""
    if grid is None:
        return image
    down, across = coarseners(grid, image.shape)
    coarse: Matrix = np.einsum("ij,jkc,lk->ilc", down, image, across)
    return coarse


def coarseners(grid: Grid | None, size: Sequence[int]) -> tuple[Matrix, Matrix]:
    """Return projections onto what a grid can show: of columns (h, h) and of rows (w, w)."""
    rows, columns = grid or (size[0], size[1])
    return _coarsener(rows, size[0]), _coarsener(columns, size[1])


@functools.cache
def _enlarging_matrix(num_points: int, size: int) -> Matrix:
    """Return the matrix (size, num_points) that enlarges a column by bicubic interpolation."""
    unit = Image.fromarray(np.eye(num_points, dtype=np.float32))
    return np.asarray(unit.resize((num_points, size), Image.Resampling.BICUBIC), np.float64)


@functools.cache
def _coarsener(num_points: int, size: int) -> Matrix:
    """Return the projection (size, size) of a column onto what so many points can show."""
    if num_points >= size:
        return np.eye(size)
    enlarger = _enlarging_matrix(num_points, size)
    projection: Matrix = enlarger @ np.linalg.pinv(enlarger)
    return projection
