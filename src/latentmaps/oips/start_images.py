"""Start images of the ascent: noise of several kinds, and real digits.

Fine noise alone leaves many maps of the deeper layers silent, and a silent map has no gradient to
climb. The source adds up fluctuations on four length scales; so does the kind ``scales``.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.digits.dataset.digits import IMAGE_SIZE

Pattern = npt.NDArray[np.float64]

# stands where a map index stands in the streams of starts; no layer has so many maps
_CANDIDATES = 2**32 - 1


@dataclass(frozen=True)
class Recipe:
    """What start images are made of.

    Attributes:
        kinds: they take turns. scales: grids of noise of all length scales, added up; coarse: the
            coarsest grid alone; fourier: noise with a spectrum of 1 / frequency; noise: every
            pixel for itself; digits: a random real digit.
        length_scales: k for a grid of k x k values, uniform in -1..1, enlarged to the whole image
            (bicubic).
        length_weights: of the grids of the kind scales, one each.
        digits: (n, 28, 28), uint8, for the kind digits.
        grid: of every kind only what a grid of so many points along an edge can show is left.
    """

    kinds: Sequence[str]
    length_scales: Sequence[int]
    length_weights: Sequence[float]
    digits: npt.NDArray[np.uint8]
    grid: int = IMAGE_SIZE

    def kind(self, number: int) -> str:
        """Gives the kind of a start image."""
        return self.kinds[number % len(self.kinds)]


def draw(
    recipe: Recipe, seed: int, *, map_indices: Sequence[int], num_starts: int
) -> npt.NDArray[np.float32]:
    """Gives start images, each with mean 0 and standard deviation 1.

    Start j of map i is a function of (seed, i, j), whatever the other maps and starts.

    Args:
        recipe: what they are made of.
        seed: of all of them.
        map_indices: feature maps of the layer.
        num_starts: per map.

    Returns:
        (num_maps, num_starts, 28, 28), float32.
    """
    images = [
        _draw_one(recipe, start, np.random.default_rng([seed, map_index, start]))
        for map_index in map_indices
        for start in range(num_starts)
    ]
    return np.reshape(images, (-1, num_starts, IMAGE_SIZE, IMAGE_SIZE)).astype(np.float32)


def draw_candidates(recipe: Recipe, seed: int, num_candidates: int) -> npt.NDArray[np.float32]:
    """Gives start images for all maps to choose from, (num_candidates, 28, 28), float32.

    Candidate c is a function of (seed, c).
    """
    images = [
        _draw_one(recipe, number, np.random.default_rng([seed, _CANDIDATES, number]))
        for number in range(num_candidates)
    ]
    return np.array(images, np.float32)


def _draw_one(recipe: Recipe, number: int, generator: np.random.Generator) -> Pattern:
    image = _KINDS[recipe.kind(number)](recipe, generator)
    if recipe.grid < IMAGE_SIZE:
        image = coarsener(recipe.grid) @ image @ coarsener(recipe.grid).T
    return _standardise(image)


def _scales(recipe: Recipe, generator: np.random.Generator) -> Pattern:
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE))
    for num_points, weight in zip(recipe.length_scales, recipe.length_weights, strict=True):
        image += weight * _grid(num_points, generator)
    return image


def _coarse(recipe: Recipe, generator: np.random.Generator) -> Pattern:
    return _grid(min(recipe.length_scales), generator)


def _noise(_: Recipe, generator: np.random.Generator) -> Pattern:
    return _grid(IMAGE_SIZE, generator)


def _grid(num_points: int, generator: np.random.Generator) -> Pattern:
    enlarger = enlarging_matrix(num_points)
    grid: Pattern = generator.uniform(-1, 1, (num_points, num_points))
    return enlarger @ grid @ enlarger.T


def _fourier(_: Recipe, generator: np.random.Generator) -> Pattern:
    rows, columns = np.fft.fftfreq(IMAGE_SIZE), np.fft.rfftfreq(IMAGE_SIZE)
    frequencies = np.hypot(rows[:, None], columns)
    frequencies[0, 0] = np.inf  # the mean, which standardising takes away anyway
    spectrum = np.fft.rfft2(generator.standard_normal((IMAGE_SIZE, IMAGE_SIZE)))
    return np.fft.irfft2(spectrum / frequencies, s=(IMAGE_SIZE, IMAGE_SIZE))


def _digits(recipe: Recipe, generator: np.random.Generator) -> Pattern:
    return recipe.digits[generator.integers(len(recipe.digits))].astype(np.float64)


_KINDS: dict[str, Callable[[Recipe, np.random.Generator], Pattern]] = {
    "scales": _scales,
    "coarse": _coarse,
    "fourier": _fourier,
    "noise": _noise,
    "digits": _digits,
}


def enlarging_matrix(num_points: int) -> Pattern:
    """Gives the matrix (28, num_points) that enlarges a column by bicubic interpolation."""
    unit = Image.fromarray(np.eye(num_points, dtype=np.float32))
    return np.asarray(unit.resize((num_points, IMAGE_SIZE), Image.Resampling.BICUBIC), np.float64)


@functools.cache
def coarsener(num_points: int) -> Pattern:
    """Gives the projection (28, 28) of a column onto what a grid of so many points can show."""
    if num_points == IMAGE_SIZE:
        return np.eye(IMAGE_SIZE)
    enlarger = enlarging_matrix(num_points)
    projection: Pattern = enlarger @ np.linalg.pinv(enlarger)
    return projection


def _standardise(image: Pattern) -> Pattern:
    # one single value, from the length scale 1 alone, has no spread: it stays 0
    standardised: Pattern = image - image.mean()
    standardised /= max(float(image.std()), 1 / IMAGE_SIZE)
    return standardised
