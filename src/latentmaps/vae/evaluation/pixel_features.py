"""The feature net that is always used: principal components of small versions of the images.

It needs no weights. It captures pose, light, colors and coarse shapes, but no detail finer than a
pixel of the small images, so a loss of sharpness has to be measured elsewhere.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.images import pixels as pixel_values

Pixels = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]
# mean, (d,); variances, (rank,), the largest first; unit vectors, (d, rank)
Directions = tuple[Array, Array, Array]

NAME = "pixels-pca"
NUM_COMPONENTS = 64

_LARGEST_SIDE = 32
_ROWS_PER_CHUNK = 250
# below this share of the largest variance, a variance is rounding error and its direction arbitrary
_SMALLEST_SHARE = 1e-9


@dataclass(frozen=True)
class PixelsPca:
    """Principal components of small images.

    Definition 1: Downsample the image by area averaging to at most 32x32 pixels, gray or color,
    0..1. Subtract the mean over the training images. Project onto the 64 directions of largest
    variance of the training images, or fewer if their rank is lower. Divide all values by one
    number, the square root of the mean variance along these directions.

    Numbers are therefore comparable only between experiments with the same training images. Any
    change to this definition must increase the definition number.

    The directions keep their relative weights. When each one was divided by its own standard
    deviation, the many directions in which blurred faces do not vary dominated the distances, so
    samplers whose faces look very different had equal distances.

    Attributes:
        mean: (height * width * channels,), mean of the small images.
        directions: (height * width * channels, d), one per column, already divided by
            the square root of the mean variance.
        name: the name of the net in metrics.
    """

    mean: Array
    directions: Array
    name: str = NAME

    def features(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the features, (n, d), of a batch of pixels, (n, h, w, c), 0..1."""
        return ((_flat(pixels) - self.mean) @ self.directions).astype(np.float32)


def fit(
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    *,
    num_components: int = NUM_COMPONENTS,
) -> PixelsPca:
    """Fit the feature net to training images.

    The covariance is summed in chunks, exactly and in constant memory (75 MB at 32x32x3), and then
    decomposed once. For 10,000 images of 96x96x3, this takes 7 s on two cores. Incremental PCA
    takes longer, and its result depends on the batch size.

    Args:
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
        rows: (n,), rows of the training images.
        num_components: maximum number of features.

    Raises:
        DataError: all training images are identical.
    """
    # a point close to the data, so that the sums lose no digits; exact if all images are identical
    origin = _small_pictures(images, rows[:1])[0]
    chunks = (rows[i : i + _ROWS_PER_CHUNK] for i in range(0, len(rows), _ROWS_PER_CHUNK))
    pictures = (_small_pictures(images, chunk) - origin for chunk in chunks)
    is_few = len(rows) <= len(origin)
    offset, values, vectors = (_directions_of_few if is_few else _directions_of_many)(pictures)
    if not len(values):
        raise DataError(
            f"split_faces.num_train: {len(rows)} training image(s), all identical, expected "
            "2 or more that differ; use other faces, or more of them"
        )
    # the sign of an eigenvector is arbitrary: make its largest entry positive
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))]
    unit = np.sqrt(values[:num_components].mean())
    return PixelsPca(origin + offset, (vectors * np.sign(largest) / unit)[:, :num_components])


def _directions_of_few(chunks: Iterator[Array]) -> Directions:
    """Return the mean, variances and directions of n small images with d values each, n <= d.

    They are computed from the products of all pairs of images, (n, n), because decomposing a
    (d, d) matrix of low rank is slow.
    """
    pictures = np.concatenate(list(chunks))
    mean = pictures.mean(axis=0)
    basis = (pictures - mean).T / math.sqrt(len(pictures))  # the covariance is basis basis'
    values, vectors = _largest_first(basis.T @ basis)
    return mean, values, basis @ vectors / np.sqrt(values)


def _directions_of_many(chunks: Iterator[Array]) -> Directions:
    """Return the mean, variances and directions of n small images with d values each."""
    num_pictures, total, products = 0, np.zeros(()), np.zeros(())
    for pictures in chunks:
        num_pictures += len(pictures)
        total = total + pictures.sum(axis=0)
        products = products + pictures.T @ pictures
    mean = total / num_pictures
    return mean, *_largest_first(products / num_pictures - np.outer(mean, mean))


def _largest_first(matrix: Array) -> tuple[Array, Array]:
    """Return the nonzero eigenvalues, (rank,), largest first, and the eigenvectors as columns."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > _SMALLEST_SHARE * values[-1]
    return values[kept][::-1], vectors[:, kept][:, ::-1]


def _small_pictures(images: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64]) -> Array:
    return _flat(pixel_values.to_pixels(np.asarray(images[rows])))


def _flat(pixels: Pixels) -> Array:
    small = area_averages(pixels, _LARGEST_SIDE)
    return small.reshape(len(small), -1)


def area_averages(pixels: Pixels, largest_side: int) -> Array:
    """Downsample images by area averaging so that no side is longer than `largest_side`.

    Each output pixel is the mean of the rectangle it covers, with partly covered pixels weighted by
    the covered share. A side that is already short enough keeps its length.

    Args:
        pixels: (n, h, w, c).
        largest_side: maximum length of a side, in pixels.

    Returns:
        (n, min(h, largest_side), min(w, largest_side), c).
    """
    num_images, height, width, channels = pixels.shape
    rows = _overlaps(height, min(height, largest_side))
    columns = _overlaps(width, min(width, largest_side))
    lower = rows @ pixels.reshape(num_images, height, width * channels).astype(np.float64)
    return columns @ lower.reshape(num_images, len(rows), width, channels)


def _overlaps(num_pixels: int, num_cells: int) -> Array:
    """Return the share of each cell that each pixel covers, (num_cells, num_pixels)."""
    cells = np.arange(num_cells + 1) * (num_pixels / num_cells)
    begins, ends = cells[:-1, None], cells[1:, None]
    pixels = np.arange(num_pixels)
    overlap = np.minimum(ends, pixels + 1) - np.maximum(begins, pixels)
    return np.maximum(overlap, 0.0) * (num_cells / num_pixels)
