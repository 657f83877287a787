"""Near neighbors among features: are generated images like real ones, all of them, or copies?

All functions take features (n, d), in float64 or float32, and compute in float64.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from latentmaps.errors import DataError

Features = npt.NDArray[np.floating]

_NEAREST_K = 5
_ROWS_A_BLOCK = 500


@dataclass(frozen=True)
class Neighborhoods:
    """How two sets cover each other; all are 0..1 but density, which can exceed 1.

    Attributes:
        precision: share of generated images that lie among the real ones.
        recall: share of real images that lie among the generated ones.
        density: how many real neighborhoods a generated image lies in, over `nearest_k`; about 1
            for equal distributions.
        coverage: share of real images with a generated one in their neighborhood.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def precision_recall_density_coverage(
    real: Features, generated: Features, *, nearest_k: int = _NEAREST_K
) -> Neighborhoods:
    """Return how well generated features cover real ones, and the other way round.

    A neighborhood is the open ball up to the k-th nearest of the same set, the point itself not
    counted. Precision and recall: Kynkäänniemi et al. 2019, equations 1 and 2; density and
    coverage: Naeem et al. 2020, equations 3 and 4. As in the code of Naeem et al., what lies on the
    rim lies outside.

    Distances are computed for a few rows at a time: memory does not grow with the product of the
    numbers of images.

    Args:
        real: (n, d), n larger than nearest_k + 1.
        generated: (m, d), m likewise.
        nearest_k: the k.

    Raises:
        DataError: a set is too small.
    """
    for features in (real, generated):
        require_enough(len(features), nearest_k=nearest_k)
    # distances by |x|^2 + |y|^2 - 2 x.y keep more digits when the points lie around the origin
    center = real.mean(axis=0, dtype=np.float64)
    real, generated = real - center, generated - center
    real_radii, generated_radii = (_radii(points, nearest_k) for points in (real, generated))
    num_around = np.zeros(len(generated), np.int64)  # real neighborhoods around each
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
    """Return the distance of each point, (n, d), to the k-th nearest of the others, (n,)."""
    radii = np.empty(len(points))
    for rows, distances in _distances(points, points):
        np.fill_diagonal(distances[:, rows], np.inf)  # of each to itself
        radii[rows] = np.partition(distances, nearest_k - 1, axis=1)[:, nearest_k - 1]
    return radii


def _distances(x: Features, y: Features) -> Iterator[tuple[slice, Features]]:
    """Yield some rows of x, (n, d), and their distances to all of y, (rows, m), until all came."""
    for first in range(0, len(x), _ROWS_A_BLOCK):
        rows = slice(first, first + _ROWS_A_BLOCK)
        yield rows, metrics.euclidean_distances(x[rows], y)


def require_enough(num_images: int, *, nearest_k: int = _NEAREST_K) -> None:
    """Refuse a set that is too small to look for neighbors.

    Raises:
        DataError: there are no more than nearest_k + 1 images.
    """
    if num_images <= nearest_k + 1:
        raise DataError(
            f"evaluate_vae: found {num_images} images in a set to compare, expected at least "
            f"{nearest_k + 2} to look for {nearest_k} neighbors of each; fetch more faces, "
            "or raise num_compared, or num_train and num_test of split_faces"
        )


class Nearest:
    """The distance from some points to the nearest of others, which come block by block.

    Memory does not grow with the number of the others.

    Attributes:
        distances: (n,), to the nearest of all that have come so far; infinite before the first.
    """

    def __init__(self, points: Features) -> None:
        self._points = points
        self.distances = np.full(len(points), np.inf)

    def look_among(self, others: Features) -> None:
        """Shorten the distances of points to which any of `others`, (m, d), are nearer.

        Which one is the nearest comes from |x|^2 + |y|^2 - 2 x.y, which scikit-learn computes in
        float64 a few rows at a time; its distance then from the difference itself: 0 for a copy,
        where the former leaves the root of a rounding error.
        """
        nearest, about = metrics.pairwise_distances_argmin_min(self._points, others)
        closer = np.flatnonzero(about < self.distances)
        points = self._points[closer].astype(np.float64)
        found = np.linalg.norm(points - others[nearest[closer]], axis=1)
        self.distances[closer] = np.minimum(found, self.distances[closer])
