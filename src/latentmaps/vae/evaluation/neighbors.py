"""Precision, recall, density and coverage of generated images, and nearest neighbors.

All functions take features (n, d), float64 or float32, and compute in float64.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from latentmaps.errors import DataError

Features = npt.NDArray[np.floating]

_NEAREST_K = 5
_ROWS_PER_BLOCK = 500


@dataclass(frozen=True)
class Neighborhoods:
    """How well two sets cover each other; all values are 0..1 except density, which can exceed 1.

    Attributes:
        precision: share of generated images in the neighborhood of a real one.
        recall: share of real images in the neighborhood of a generated one.
        density: mean number of real neighborhoods that contain a generated image, divided by
            `nearest_k`; about 1 for equal distributions.
        coverage: share of real images whose neighborhood contains a generated one.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def precision_recall_density_coverage(
    real: Features, generated: Features, *, nearest_k: int = _NEAREST_K
) -> Neighborhoods:
    """Return how well generated features cover real ones, and vice versa.

    The neighborhood of a point is the open ball around it whose radius is the distance to the k-th
    nearest other point of the same set. As in the code of Naeem et al., points on the boundary are
    outside.

    Sources: Kynkäänniemi et al. 2019, equations 1 and 2, for precision and recall; Naeem et al.
    2020, equations 3 and 4, for density and coverage.

    Distances are computed for a few rows at a time, so memory use does not grow with the product of
    the numbers of images.

    Args:
        real: (n, d), n larger than nearest_k + 1.
        generated: (m, d), m larger than nearest_k + 1.
        nearest_k: k.

    Raises:
        DataError: a set is too small.
    """
    for features in (real, generated):
        require_enough(len(features), nearest_k=nearest_k)
    # |x|^2 + |y|^2 - 2 x.y loses fewer digits if the points are centered on the origin
    center = real.mean(axis=0, dtype=np.float64)
    real, generated = real - center, generated - center
    real_radii, generated_radii = (_radii(points, nearest_k) for points in (real, generated))
    # for each generated point, the number of real neighborhoods that contain it
    num_around = np.zeros(len(generated), np.int64)
    num_recalled = num_covered = 0
    for rows, distances in _distances(real, generated):
        is_near = distances < real_radii[rows, None]  # (rows, m)
        num_around += is_near.sum(axis=0)
        num_covered += int(is_near.any(axis=1).sum())
        num_recalled += int((distances < generated_radii).any(axis=1).sum())
    return Neighborhoods(
        precision=float((num_around > 0).mean()),
        recall=num_recalled / len(real),
        density=1.0 / nearest_k * float(num_around.mean()),
        coverage=num_covered / len(real),
    )


def _radii(points: Features, nearest_k: int) -> Features:
    """Return the distance, (n,), from each point, (n, d), to its k-th nearest other point."""
    radii = np.empty(len(points))
    for rows, distances in _distances(points, points):
        np.fill_diagonal(distances[:, rows], np.inf)  # a point is not its own neighbor
        radii[rows] = np.partition(distances, nearest_k - 1, axis=1)[:, nearest_k - 1]
    return radii


def _distances(x: Features, y: Features) -> Iterator[tuple[slice, Features]]:
    """Yield slices of rows of x, (n, d), and their distances to all of y, (rows, m)."""
    for first in range(0, len(x), _ROWS_PER_BLOCK):
        rows = slice(first, first + _ROWS_PER_BLOCK)
        yield rows, metrics.euclidean_distances(x[rows], y)


def require_enough(num_images: int, *, nearest_k: int = _NEAREST_K) -> None:
    """Check that a set is large enough to find nearest neighbors.

    Raises:
        DataError: the set has fewer than nearest_k + 2 images.
    """
    if num_images <= nearest_k + 1:
        raise DataError(
            f"evaluate_vae: found {num_images} images in a set to compare, expected at least "
            f"{nearest_k + 2} to find {nearest_k} neighbors of each; fetch more faces, or raise "
            "evaluate_vae.num_compared, split_faces.num_train or split_faces.num_test"
        )


class Nearest:
    """The distance from each point to its nearest neighbor among points that arrive in blocks.

    Memory use does not grow with the number of those points.

    Attributes:
        distances: (n,), distances to the nearest point so far; infinite before the first block.
    """

    def __init__(self, points: Features) -> None:
        self._points = points
        self.distances = np.full(len(points), np.inf)

    def update(self, others: Features) -> None:
        """Update the distances with another block of points, `others`, (m, d).

        The nearest point is found with |x|^2 + |y|^2 - 2 x.y, which scikit-learn computes in
        float64, a few rows at a time. Its distance is then computed as |x - y|, which is exactly 0
        for a copy; the first formula would leave the square root of a rounding error.
        """
        nearest, approximate = metrics.pairwise_distances_argmin_min(self._points, others)
        closer = np.flatnonzero(approximate < self.distances)
        points = self._points[closer].astype(np.float64)
        exact = np.linalg.norm(points - others[nearest[closer]], axis=1)
        self.distances[closer] = np.minimum(exact, self.distances[closer])
