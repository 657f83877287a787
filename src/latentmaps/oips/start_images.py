"""Random start images of the ascent: noise of several kinds, and real digits.

Fine noise alone leaves many maps of the deeper layers silent, and a silent map has no gradient. The
kind ``scales`` sums noise on several length scales, as in R. Moenchmeyer's posts.
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

StartImage = npt.NDArray[np.float64]


class StartImageSpec(NamedTuple):
    """A specification of random start images.

    Attributes:
        shape: height, width and channels of an image.
        params: settings of the kinds, the length scales and the strategy.
        digits: (n, h, w), uint8, images for the kind ``digits``; None if not available.
    """

    shape: Shape
    params: DrawOips
    digits: npt.NDArray[np.uint8] | None


def sample(image_spec: StartImageSpec, *, map_indices: npt.NDArray[np.int64], seed: int) -> Floats:
    """Sample the start images of each map, with mean 0 and standard deviation 1.

    Start image j of map i depends only on (seed, i, j).

    Args:
        image_spec: specification of the images, whose kinds alternate.
        map_indices: (num_maps,), int, feature maps of the layer.
        seed: seed for the images.

    Returns:
        (num_maps, num_starts, h, w, c), float32.

    Raises:
        DataError: a kind or a length scale is not available for these images.
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
    """Sample candidates that all maps share, (num_candidates, h, w, c), float32.

    Candidate c depends only on (seed, c).

    Raises:
        DataError: a kind or a length scale is not available for these images.
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
    """Sample the noise that is added to each image before a phase, (n, h, w, c), float32.

    The noise for start j of unit i depends only on (seed, i, j) and the number of the phase.

    Args:
        phase: grid and standard deviation of the noise.
        shape: height, width and channels of an image.
        units: (n,), int, the unit that each image should excite.
        start_indices: (n,), int, index of each image among the starts of its unit.
        seed: seed for the noise.
    """
    noise = [
        sample_noise(
            phase.grid or shape[:2], shape, seeds.fluctuation(seed, unit, start, phase.number)
        )
        for unit, start in zip(units.tolist(), start_indices.tolist(), strict=True)
    ]
    return (phase.fluctuation * np.array(noise)).astype(np.float32)


def kind_of(kinds: Sequence[str], number: int) -> str:
    """Return the kind of the start image with index `number`; the kinds take turns."""
    return kinds[number % len(kinds)]


def sample_one(kind: str, image_spec: StartImageSpec, generator: np.random.Generator) -> StartImage:
    """Sample one start image, (h, w, c), float64, with mean 0 and standard deviation 1.

    The image contains only what the grid of the first phase can represent.

    Args:
        kind: name in ``START_KINDS``.
        image_spec: specification of the image.
        generator: source of random numbers.

    Raises:
        DataError: the kind or a length scale is not available for these images.
    """
    *_, num_channels = image_spec.shape
    channels = [START_KINDS[kind](image_spec, generator) for _ in range(num_channels)]
    first = length_scales.phases(image_spec.params)[0]
    return _standardize(length_scales.coarsen(np.stack(channels, axis=-1), first.grid))


def sample_noise(
    grid: length_scales.Grid, shape: Shape, generator: np.random.Generator
) -> StartImage:
    """Sample noise on one grid, (h, w, c), float64, with mean 0 and standard deviation 1.

    Args:
        grid: rows and columns of the grid.
        shape: height, width and channels of the image.
        generator: source of random numbers.

    Raises:
        DataError: the image has fewer rows or columns than the grid.
    """
    channels = [sample_grid(grid, shape, generator) for _ in range(shape[2])]
    return _standardize(np.stack(channels, axis=-1))


def _scales(image_spec: StartImageSpec, generator: np.random.Generator) -> StartImage:
    """Sample the weighted sum of noise on the grids of all length scales."""
    params = image_spec.params
    image = np.zeros(image_spec.shape[:2])
    for scale, weight in zip(params.length_scales, params.length_weights, strict=True):
        image += weight * sample_grid(length_scales.grid_of(scale), image_spec.shape, generator)
    return image


def _coarse(image_spec: StartImageSpec, generator: np.random.Generator) -> StartImage:
    """Sample noise on the grid of the coarsest length scale."""
    grids = [length_scales.grid_of(scale) for scale in image_spec.params.length_scales]
    return sample_grid(min(grids, key=np.prod), image_spec.shape, generator)


def _fourier(image_spec: StartImageSpec, generator: np.random.Generator) -> StartImage:
    """Sample noise with a spectrum of 1 / frequency."""
    height, width, _ = image_spec.shape
    rows, columns = np.fft.fftfreq(height), np.fft.rfftfreq(width)
    frequencies = np.hypot(rows[:, None], columns)
    frequencies[0, 0] = np.inf  # the mean, which standardization removes anyway
    spectrum = np.fft.rfft2(generator.standard_normal((height, width)))
    return np.fft.irfft2(spectrum / frequencies, s=(height, width))


def _noise(image_spec: StartImageSpec, generator: np.random.Generator) -> StartImage:
    """Sample fine noise, with independent pixels."""
    height, width, _ = image_spec.shape
    return sample_grid((height, width), image_spec.shape, generator)


def _digits(image_spec: StartImageSpec, generator: np.random.Generator) -> StartImage:
    """Sample one of the digits."""
    if image_spec.digits is None:
        raise DataError(
            "start kind digits: found a model that does not read digits; use "
            f"{', '.join(kinds_for(image_spec))}"
        )
    return image_spec.digits[generator.integers(len(image_spec.digits))].astype(np.float64)


# name in params.yaml, in the table and on the page -> sampler of one channel (h, w), not yet
# standardized
START_KINDS: dict[str, Callable[[StartImageSpec, np.random.Generator], StartImage]] = {
    "scales": _scales,
    "coarse": _coarse,
    "fourier": _fourier,
    "noise": _noise,
    "digits": _digits,
}


def kinds_for(image_spec: StartImageSpec) -> list[str]:
    """Return the available kinds of start images; the kind ``digits`` requires digits."""
    return [
        kind
        for kind, sample_channel in START_KINDS.items()
        if sample_channel is not _digits or image_spec.digits is not None
    ]


def sample_grid(
    grid: length_scales.Grid, size: Sequence[int], generator: np.random.Generator
) -> StartImage:
    """Sample a grid of values, uniform in -1..1, and enlarge it to one channel (h, w).

    Args:
        grid: rows and columns of the grid.
        size: height and width of the image; further values are ignored.
        generator: source of random numbers.

    Raises:
        DataError: the image has fewer rows or columns than the grid.
    """
    if grid[0] > size[0] or grid[1] > size[1]:
        raise DataError(
            f"length scales: found a grid of {grid[0]}x{grid[1]} points, expected at most "
            f"{size[0]}x{size[1]}, the number of pixels of an image; remove this length scale"
        )
    return length_scales.enlarge(generator.uniform(-1, 1, grid), size[:2])


def _standardize(image: StartImage) -> StartImage:
    # a constant image, from length scale 1 alone, has a standard deviation of 0 and becomes 0
    standardized: StartImage = image - image.mean()
    standardized /= max(float(image.std()), 1 / np.sqrt(image.size))
    return standardized
