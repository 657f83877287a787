"""Near neighbours among features: are generated images like real ones, all of them, or copies?

All functions take features (n, d), in float64 or float32, and compute in float64.
"""

import contextlib
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import prdc
from sklearn import metrics

from latentmaps.errors import DataError

Features = npt.NDArray[np.floating]

_NEAREST_K = 5


@dataclass(frozen=True)
class Neighbourhoods:
    """How two sets cover each other; all are 0..1 but density, which can exceed 1.

    Attributes:
        precision: share of generated images that lie among the real ones.
        recall: share of real images that lie among the generated ones.
        density: how many real neighbourhoods a generated image lies in, over `nearest_k`; about 1
            for equal distributions.
        coverage: share of real images with a generated one in their neighbourhood.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def precision_recall_density_coverage(
    real: Features, generated: Features, *, nearest_k: int = _NEAREST_K
) -> Neighbourhoods:
    """Gives how well generated features cover real ones, and the other way round.

    A neighbourhood is the ball up to the k-th nearest of the same set. Precision and recall:
    Kynkäänniemi et al. 2019, equations 1 and 2; density and coverage: Naeem et al. 2020, equations
    3 and 4, in the code of these authors.

    Memory is 8 n^2 bytes, three times over: 2.4 GB for 10,000 images a set.

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
    centre = real.mean(axis=0, dtype=np.float64)
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints the sizes of the sets
        numbers = prdc.compute_prdc(real - centre, generated - centre, nearest_k)
    return Neighbourhoods(**{name: float(number) for name, number in numbers.items()})


def require_enough(num_images: int, *, nearest_k: int = _NEAREST_K) -> None:
    """Refuses a set that is too small to look for neighbours.

    Raises:
        DataError: there are no more than nearest_k + 1 images.
    """
    if num_images <= nearest_k + 1:
        raise DataError(
            f"evaluate_vae: found {num_images} images in a set to compare, expected at least "
            f"{nearest_k + 2} to look for {nearest_k} neighbours of each; fetch more faces, "
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
        """Looks whether any of `others`, (m, d), are nearer.

        Which one is the nearest comes from |x|^2 + |y|^2 - 2 x.y, which scikit-learn computes in
        float64 a few rows at a time; its distance then from the difference itself: 0 for a copy,
        where the former leaves the root of a rounding error.
        """
        nearest, about = metrics.pairwise_distances_argmin_min(self._points, others)
        closer = np.flatnonzero(about < self.distances)
        points = self._points[closer].astype(np.float64)
        found = np.linalg.norm(points - others[nearest[closer]], axis=1)
        self.distances[closer] = np.minimum(found, self.distances[closer])
