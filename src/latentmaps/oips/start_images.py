"""Start images of the ascent: noise on several length scales at once.

Fine noise alone leaves many maps of the deeper layers silent, and a silent map has no gradient to
climb. The source adds up fluctuations on four scales; so do we.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.data.digits import IMAGE_SIZE


def draw(
    seed: int, *, num_maps: int, num_starts: int, length_scales: Sequence[int]
) -> npt.NDArray[np.float32]:
    """Gives start images, each with mean 0 and standard deviation 1.

    Start j of map i is a function of (seed, i, j), whatever the numbers of both.

    Args:
        seed: of all of them.
        num_maps: feature maps of the layer.
        num_starts: per map.
        length_scales: k for a grid of k x k values, uniform in -1..1, enlarged to the whole image
            (bicubic); the grids of one image are added up with equal weights.

    Returns:
        (num_maps, num_starts, 28, 28), float32.
    """
    enlargers = [_enlarger(k) for k in length_scales]
    images = [
        _standardise(_add_noise(np.random.default_rng([seed, map_index, start]), enlargers))
        for map_index in range(num_maps)
        for start in range(num_starts)
    ]
    return np.reshape(images, (num_maps, num_starts, IMAGE_SIZE, IMAGE_SIZE)).astype(np.float32)


def _enlarger(num_points: int) -> npt.NDArray[np.float64]:
    """Gives the matrix (28, num_points) that enlarges a column by bicubic interpolation."""
    unit = Image.fromarray(np.eye(num_points, dtype=np.float32))
    return np.asarray(unit.resize((num_points, IMAGE_SIZE), Image.Resampling.BICUBIC), np.float64)


def _add_noise(
    generator: np.random.Generator, enlargers: Sequence[npt.NDArray[np.float64]]
) -> npt.NDArray[np.float64]:
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE))
    for enlarger in enlargers:
        num_points = enlarger.shape[1]
        image += enlarger @ generator.uniform(-1, 1, (num_points, num_points)) @ enlarger.T
    return image


def _standardise(image: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # one single value, from the length scale 1 alone, has no spread: it stays 0
    standardised: npt.NDArray[np.float64] = image - image.mean()
    standardised /= max(float(image.std()), 1 / IMAGE_SIZE)
    return standardised
