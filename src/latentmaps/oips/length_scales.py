"""Length scales: what a coarse grid can represent, and when patterns of each scale may grow.

A strategy divides the ascent into phases. Each phase is limited to patterns that a grid of a given
size can represent. Start images are reduced to what the grid of the first phase can represent.
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

# pixels per grid point: for 28 pixels, grids of 3, 7, 14 and 28 points, as in R. Moenchmeyer's
# posts
_PIXELS_PER_POINT = (9, 4, 2, 1)


class Phase(NamedTuple):
    """A part of the ascent.

    Attributes:
        number: number of the phase, counted from 0.
        first: number of its first step.
        end: number of its last step plus 1.
        grid: grid that limits which patterns grow; None if all patterns grow.
        fluctuation: standard deviation of the random fluctuations on this grid that are added to
            each image before the first step.
    """

    number: int
    first: int
    end: int
    grid: Grid | None
    fluctuation: float


def _superposition(params: DrawOips) -> list[Phase]:
    """Return the single phase in which patterns of all length scales grow at once."""
    return [Phase(0, 0, params.num_steps, None, fluctuation=0.0)]


def _enrich(params: DrawOips) -> list[Phase]:
    """Return one phase for each length scale, from coarse to fine.

    The coarsest patterns grow first, and finer ones enrich the image. Each finer phase begins with
    random fluctuations of its scale, as described in R. Moenchmeyer's posts.
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
    """Return the phases of the strategy ``params.strategy``, in order."""
    return STRATEGIES[params.strategy](params)


def for_shape(params: DrawOips, shape: Shape) -> DrawOips:
    """Replace the length scales if they are too fine for images of a given shape.

    Args:
        params: section of params.yaml that contains the length scales.
        shape: height, width and channels of an image.
    """
    grids = [grid_of(scale) for scale in params.length_scales]
    fits = all(rows <= shape[0] and columns <= shape[1] for rows, columns in grids)
    return params if fits else fit(params, shape)


def fit(params: DrawOips, shape: Shape) -> DrawOips:
    """Replace the length scales with the default ones for a given shape, from coarse to fine.

    Args:
        params: section of params.yaml that contains the length scales.
        shape: height, width and channels of an image.
    """
    grids = [
        (max(1, shape[0] // pixels), max(1, shape[1] // pixels)) for pixels in _PIXELS_PER_POINT
    ]
    scales = tuple(dict.fromkeys(grids))
    return dataclasses.replace(
        params,
        length_scales=scales,
        length_weights=(0.5,) * len(scales),
        scale_steps=params.scale_steps[: max(1, len(scales) - 1)],
    )


def grid_of(scale: LengthScale) -> Grid:
    """Return the rows and columns of a length scale; a single number applies to both."""
    return (scale, scale) if isinstance(scale, int) else scale


def enlarge(values: Matrix, size: Sequence[int]) -> Matrix:
    """Enlarge a grid of values (rows, columns) to (height, width) by bicubic interpolation."""
    height, width = size
    rows, columns = values.shape
    return make_enlarging_matrix(rows, height) @ values @ make_enlarging_matrix(columns, width).T


def coarsen(image: Matrix, grid: Grid | None) -> Matrix:
    """Project an image (height, width, channels) onto what a grid can represent.

    Args:
        image: (height, width, channels), float64.
        grid: rows and columns of the grid; None to return the image unchanged.
    """
    if grid is None:
        return image
    down, across = coarseners(grid, image.shape)
    coarse: Matrix = np.einsum("ij,jkc,lk->ilc", down, image, across)
    return coarse


def coarseners(grid: Grid | None, size: Sequence[int]) -> tuple[Matrix, Matrix]:
    """Return the projections of columns, (h, h), and of rows, (w, w), onto a grid.

    Args:
        grid: rows and columns of the grid; None for identity projections.
        size: height and width of an image; further values are ignored.
    """
    rows, columns = grid or (size[0], size[1])
    return _coarsener(rows, size[0]), _coarsener(columns, size[1])


@functools.cache
def make_enlarging_matrix(num_points: int, size: int) -> Matrix:
    """Return the matrix (size, num_points) that enlarges a column by bicubic interpolation."""
    unit = Image.fromarray(np.eye(num_points, dtype=np.float32))
    return np.asarray(unit.resize((num_points, size), Image.Resampling.BICUBIC), np.float64)


@functools.cache
def _coarsener(num_points: int, size: int) -> Matrix:
    """Return the projection (size, size) of a column onto what a grid of points can represent."""
    if num_points >= size:
        return np.eye(size)
    enlarger = make_enlarging_matrix(num_points, size)
    projection: Matrix = enlarger @ np.linalg.pinv(enlarger)
    return projection
