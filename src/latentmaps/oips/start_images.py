"""Random start images of the ascent: noise of several kinds, and real digits.

Fine noise alone leaves many maps of the deeper layers silent, and a silent map has no gradient to
climb. The source adds up fluctuations on four length scales; so does the kind ``scales``.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from latentmaps import seeds
from latentmaps.digits.dataset.digits import IMAGE_SIZE, Digits
from latentmaps.oips import length_scales
from latentmaps.oips.length_scales import Phase
from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips

Pattern = npt.NDArray[np.float64]


def sample(
    digits: Digits, params: DrawOips, *, map_indices: npt.NDArray[np.int64], seed: int
) -> Floats:
    """Return the start images of each map, with mean 0 and standard deviation 1.

    Start j of map i is a function of (seed, i, j), whatever the other maps and starts.

    Args:
        digits: their training part is for the kind digits.
        params: how many, and of what kinds; the kinds take turns.
        map_indices: (num_maps,), feature maps of the layer.
        seed: of all of them.

    Returns:
        (num_maps, num_starts, 28, 28), float32.
    """
    images = [
        _sample_one(
            kind_of(params.start_kinds, start),
            digits,
            params,
            seeds.oip_start(seed, map_index, start),
        )
        for map_index in map_indices.tolist()
        for start in range(params.num_starts)
    ]
    return np.reshape(images, (-1, params.num_starts, IMAGE_SIZE, IMAGE_SIZE)).astype(np.float32)


def sample_candidates(digits: Digits, params: DrawOips, *, seed: int) -> Floats:
    """Return start images for all maps to choose from, (num_candidates, 28, 28), float32.

    Candidate c is a function of (seed, c).
    """
    images = [
        _sample_one(
            kind_of(params.candidate_kinds, number),
            digits,
            params,
            seeds.start_candidate(seed, number),
        )
        for number in range(params.num_candidates)
    ]
    return np.array(images, np.float32)


def fluctuations(
    phase: Phase, owners: npt.NDArray[np.int64], num_starts: int, *, seed: int
) -> Floats:
    """Return the noise that is added to each image before a phase, (n, 28, 28), float32.

    That of start j of map i is a function of (seed, i, j) and of the number of the phase.

    Args:
        phase: with the grid of the noise, and its standard deviation.
        owners: (n,), the map of each image; `num_starts` in a row have the same.
        num_starts: of each map.
        seed: of all of them.
    """
    noise = [
        _standardize(
            _sample_grid(
                phase.num_points,
                seeds.fluctuation(seed, map_index, row % num_starts, phase.number),
            )
        )
        for row, map_index in enumerate(owners.tolist())
    ]
    return (phase.fluctuation * np.array(noise)).astype(np.float32)


def kind_of(kinds: Sequence[str], number: int) -> str:
    """Return the kind of a start image: they take turns."""
    return kinds[number % len(kinds)]


def _sample_one(
    kind: str, digits: Digits, params: DrawOips, generator: np.random.Generator
) -> Pattern:
    image = START_KINDS[kind](digits, params, generator)
    num_points = length_scales.phases(params)[0].num_points
    if num_points < IMAGE_SIZE:
        coarsener = length_scales.coarsener(num_points)
        image = coarsener @ image @ coarsener.T
    return _standardize(image)


def _scales(_: Digits, params: DrawOips, generator: np.random.Generator) -> Pattern:
    """Return the weighted sum of noise on grids of all length scales, as the source does."""
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE))
    for num_points, weight in zip(params.length_scales, params.length_weights, strict=True):
        image += weight * _sample_grid(num_points, generator)
    return image


def _coarse(_: Digits, params: DrawOips, generator: np.random.Generator) -> Pattern:
    """Return noise on the grid of the coarsest length scale alone."""
    return _sample_grid(min(params.length_scales), generator)


def _fourier(_: Digits, __: DrawOips, generator: np.random.Generator) -> Pattern:
    """Return noise with a spectrum of 1 / frequency."""
    rows, columns = np.fft.fftfreq(IMAGE_SIZE), np.fft.rfftfreq(IMAGE_SIZE)
    frequencies = np.hypot(rows[:, None], columns)
    frequencies[0, 0] = np.inf  # the mean, which standardizing takes away anyway
    spectrum = np.fft.rfft2(generator.standard_normal((IMAGE_SIZE, IMAGE_SIZE)))
    return np.fft.irfft2(spectrum / frequencies, s=(IMAGE_SIZE, IMAGE_SIZE))


def _noise(_: Digits, __: DrawOips, generator: np.random.Generator) -> Pattern:
    """Return fine noise: every pixel for itself."""
    return _sample_grid(IMAGE_SIZE, generator)


def _digits(digits: Digits, _: DrawOips, generator: np.random.Generator) -> Pattern:
    """Return a random training digit."""
    images = digits.train_images
    return images[generator.integers(len(images))].astype(np.float64)


# name in params.yaml, in the table and on the page -> a pattern, not yet standardized
START_KINDS: dict[str, Callable[[Digits, DrawOips, np.random.Generator], Pattern]] = {
    "scales": _scales,
    "coarse": _coarse,
    "fourier": _fourier,
    "noise": _noise,
    "digits": _digits,
}


def _sample_grid(num_points: int, generator: np.random.Generator) -> Pattern:
    """Return a grid of values, uniform in -1..1, enlarged to the whole image."""
    enlarger = length_scales.enlarging_matrix(num_points)
    grid: Pattern = generator.uniform(-1, 1, (num_points, num_points))
    return enlarger @ grid @ enlarger.T


def _standardize(image: Pattern) -> Pattern:
    # one single value, from the length scale 1 alone, has no spread: it stays 0
    standardized: Pattern = image - image.mean()
    standardized /= max(float(image.std()), 1 / IMAGE_SIZE)
    return standardized
