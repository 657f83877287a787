"""Random start images of the ascent: noise of several kinds, and real digits.

Fine noise alone leaves many maps of the deeper layers silent, and a silent map has no gradient to
climb. The source adds up fluctuations on four length scales; so does the kind ``scales``.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentmaps import seeds
from latentmaps.errors import DataError
from latentmaps.oips import length_scales
from latentmaps.oips.length_scales import Phase
from latentmaps.oips.oip import Floats, Shape
from latentmaps.params.draw_oips import DrawOips

Pattern = npt.NDArray[np.float64]


class StartImageSpec(NamedTuple):
    """What random start images are made of.

    Attributes:
        shape: of an image.
        params: kinds, length scales, strategy.
        digits: (n, h, w), uint8, for the kind digits; None: there are none.
    """

    shape: Shape
    params: DrawOips
    digits: npt.NDArray[np.uint8] | None


def sample(image_spec: StartImageSpec, *, map_indices: npt.NDArray[np.int64], seed: int) -> Floats:
    """Return the start images of each map, with mean 0 and standard deviation 1.

    Start j of map i is a function of (seed, i, j), whatever the other maps and starts.

    Args:
        image_spec: what they are made of; the kinds take turns.
        map_indices: (num_maps,), feature maps of the layer.
        seed: of all of them.

    Returns:
        (num_maps, num_starts, h, w, c), float32.

    Raises:
        DataError: a kind or a length scale does not suit the images.
    """
    params = image_spec.params
    images = [
        sample_one(
            kind_of(params.start_kinds, start), image_spec, seeds.oip_start(seed, map_index, start)
        )
        for map_index in map_indices.tolist()
        for start in range(params.num_starts)
    ]
    return np.reshape(images, (-1, params.num_starts, *image_spec.shape)).astype(np.float32)


def sample_candidates(image_spec: StartImageSpec, *, seed: int) -> Floats:
    """Return start images for all maps to choose from, (num_candidates, h, w, c), float32.

    Candidate c is a function of (seed, c).

    Raises:
        DataError: a kind or a length scale does not suit the images.
    """
    images = [
        sample_one(
            kind_of(image_spec.params.candidate_kinds, number),
            image_spec,
            seeds.start_candidate(seed, number),
        )
        for number in range(image_spec.params.num_candidates)
    ]
    return np.array(images, np.float32)


def fluctuations(
    phase: Phase,
    shape: Shape,
    units: npt.NDArray[np.int64],
    start_indices: npt.NDArray[np.int64],
    *,
    seed: int,
) -> Floats:
    """Return the noise that is added to each image before a phase, (n, h, w, c), float32.

    That of start j of unit i is a function of (seed, i, j) and of the number of the phase.

    Args:
        phase: with the grid of the noise, and its standard deviation.
        shape: height, width and channels of an image.
        units: (n,), the unit of each image.
        start_indices: (n,), index of each image among the starts of its unit.
        seed: of all of them.
    """
    noise = [
        sample_noise(
            phase.grid or shape[:2], shape, seeds.fluctuation(seed, unit, start, phase.number)
        )
        for unit, start in zip(units.tolist(), start_indices.tolist(), strict=True)
    ]
    return (phase.fluctuation * np.array(noise)).astype(np.float32)


def kind_of(kinds: Sequence[str], number: int) -> str:
    """Return the kind of a start image: they take turns."""
    return kinds[number % len(kinds)]


def sample_one(kind: str, image_spec: StartImageSpec, generator: np.random.Generator) -> Pattern:
    """Return one start image of a kind, (h, w, c), with mean 0 and standard deviation 1.

    Raises:
        DataError: a kind or a length scale does not suit the images.
    """
    *_, num_channels = image_spec.shape
    channels = [START_KINDS[kind](image_spec, generator) for _ in range(num_channels)]
    first = length_scales.phases(image_spec.params)[0]
    return _standardize(length_scales.coarsen(np.stack(channels, axis=-1), first.grid))


def sample_noise(grid: length_scales.Grid, shape: Shape, generator: np.random.Generator) -> Pattern:
    """Return noise on one grid, (h, w, c), with mean 0 and standard deviation 1.

    Raises:
        DataError: the image has fewer rows or columns than the grid.
    """
    channels = [sample_grid(grid, shape, generator) for _ in range(shape[2])]
    return _standardize(np.stack(channels, axis=-1))


def _scales(image_spec: StartImageSpec, generator: np.random.Generator) -> Pattern:
    """Return the weighted sum of noise on grids of all length scales, as the source does."""
    params = image_spec.params
    image = np.zeros(image_spec.shape[:2])
    for scale, weight in zip(params.length_scales, params.length_weights, strict=True):
        image += weight * sample_grid(length_scales.grid_of(scale), image_spec.shape, generator)
    return image


def _coarse(image_spec: StartImageSpec, generator: np.random.Generator) -> Pattern:
    """Return noise on the grid of the coarsest length scale alone."""
    grids = [length_scales.grid_of(scale) for scale in image_spec.params.length_scales]
    return sample_grid(min(grids, key=np.prod), image_spec.shape, generator)


def _fourier(image_spec: StartImageSpec, generator: np.random.Generator) -> Pattern:
    """Return noise with a spectrum of 1 / frequency."""
    height, width, _ = image_spec.shape
    rows, columns = np.fft.fftfreq(height), np.fft.rfftfreq(width)
    frequencies = np.hypot(rows[:, None], columns)
    frequencies[0, 0] = np.inf  # the mean, which standardizing takes away anyway
    spectrum = np.fft.rfft2(generator.standard_normal((height, width)))
    return np.fft.irfft2(spectrum / frequencies, s=(height, width))


def _noise(image_spec: StartImageSpec, generator: np.random.Generator) -> Pattern:
    """Return fine noise: every pixel for itself."""
    height, width, _ = image_spec.shape
    return sample_grid((height, width), image_spec.shape, generator)


def _digits(image_spec: StartImageSpec, generator: np.random.Generator) -> Pattern:
    """Return a random one of the digits."""
    if image_spec.digits is None:
        raise DataError(
            "the kind of start digits: found a model that reads none; use "
            f"{', '.join(kinds_for(image_spec))}"
        )
    return image_spec.digits[generator.integers(len(image_spec.digits))].astype(np.float64)


# name in params.yaml, in the table and on the page -> a pattern (h, w), not yet standardized
START_KINDS: dict[str, Callable[[StartImageSpec, np.random.Generator], Pattern]] = {
    "scales": _scales,
    "coarse": _coarse,
    "fourier": _fourier,
    "noise": _noise,
    "digits": _digits,
}


def kinds_for(image_spec: StartImageSpec) -> list[str]:
    """Return the kinds of which there can be start images: without digits none of them."""
    return [
        kind
        for kind, sample_pattern in START_KINDS.items()
        if sample_pattern is not _digits or image_spec.digits is not None
    ]


def sample_grid(
    grid: length_scales.Grid, size: Sequence[int], generator: np.random.Generator
) -> Pattern:
    """Return a grid of values, uniform in -1..1, enlarged to an image of height and width.

    Raises:
        DataError: the image has fewer rows or columns than the grid.
    """
    if grid[0] > size[0] or grid[1] > size[1]:
        raise DataError(
            f"length scales: found a grid of {grid[0]}x{grid[1]} points, expected at most "
            f"{size[0]}x{size[1]}, the pixels of an image; leave it out"
        )
    return length_scales.enlarge(generator.uniform(-1, 1, grid), size[:2])


def _standardize(image: Pattern) -> Pattern:
    # one single value, from the length scale 1 alone, has no spread: it stays 0
    standardized: Pattern = image - image.mean()
    standardized /= max(float(image.std()), 1 / np.sqrt(image.size))
    return standardized
