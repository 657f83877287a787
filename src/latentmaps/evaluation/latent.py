"""Where the z-points of real images lie, against the prior N(0, I) from which faces are drawn."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.data import npz
from latentmaps.errors import DataError
from latentmaps.evaluation import distances
from latentmaps.models.encodings import Encodings, draw_prior

Array = npt.NDArray[np.floating]

_ADVICE = "run evaluate_vae again"

# Behind the seed: a stream of its own, far from the point indices of the prior.
_PAIRS = 2**31 + 1


def draw_pairs(num_images: int, num_pairs: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Gives pairs of different images, (num_pairs, 2); pair i depends on (seed, i) alone.

    Raises:
        DataError: there are fewer than 2 images.
    """
    if num_images < 2:
        raise DataError(f"split_faces.num_test: found {num_images}, expected 2 or more for a pair")
    streams = (np.random.default_rng([seed, _PAIRS, index]) for index in range(num_pairs))
    return np.stack([stream.choice(num_images, 2, replace=False) for stream in streams])


def radii(z: Array) -> Array:
    """Gives the distance of each z-point, (n, latent_dim), from the origin, (n,)."""
    return np.linalg.norm(z, axis=1)


def prior_radius(latent_dim: int) -> float:
    """Gives the mean radius of z ~ N(0, I) in d dimensions, about sqrt(d).

    sqrt(2) Gamma((d + 1) / 2) / Gamma(d / 2): the mean of the chi distribution.
    """
    log_ratio = math.lgamma((latent_dim + 1) / 2) - math.lgamma(latent_dim / 2)
    return math.sqrt(2.0) * math.exp(log_ratio)


def evaluate(encodings: Encodings, *, active_variance: float, seed: int) -> dict[str, float]:
    """Gives the numbers of the latent space.

    Args:
        encodings: the posteriors of some images.
        active_variance: a dimension is active when the variance of its mean over images is larger;
            Burda et al. 2016, section 5.2.
        seed: for one z of each posterior, and for the points of the prior.

    Returns:
        ``kl_nats``; ``active_units``; mean and spread of the radii, and ``radius_prior`` beside
        them; ``mmd_prior`` between the z of the images and as many points of the prior, and
        ``mmd_floor``, what two sets of the prior have between them.
    """
    z = encodings.draw_z(seed=seed)
    prior, other_prior = np.split(draw_prior(2 * len(z), z.shape[1], seed=seed), 2)
    z_radii = radii(z)
    return {
        "kl_nats": float(encodings.kl_per_dimension().sum()),
        "active_units": int((encodings.z_mean.var(axis=0) > active_variance).sum()),
        "radius_mean": float(z_radii.mean()),
        "radius_std": float(z_radii.std()),
        "radius_prior": prior_radius(z.shape[1]),
        "mmd_prior": distances.mmd_to_prior(z, prior),
        "mmd_floor": distances.mmd_to_prior(other_prior, prior),
    }


@dataclass(frozen=True)
class AggregatePosterior:
    """The Gaussian with the moments of q(z), the mixture of the posteriors of all images.

    Attributes:
        mean: (latent_dim,).
        covariance: (latent_dim, latent_dim).
    """

    mean: Array
    covariance: Array

    @classmethod
    def fit(cls, encodings: Encodings) -> "AggregatePosterior":
        """Gives the Gaussian for the posteriors; its covariance by the law of total covariance."""
        z_mean = encodings.z_mean.astype(np.float64)
        between = np.atleast_2d(np.cov(z_mean, rowvar=False, bias=True))
        within = np.exp(encodings.z_log_var).mean(axis=0, dtype=np.float64)
        return cls(z_mean.mean(axis=0), between + np.diag(within))

    def transform(self, prior_z: Array) -> Array:
        """Gives points of this Gaussian for points of the prior, (n, latent_dim) both.

        The lower Cholesky factor keeps which face is which: the same z of the prior gives the same
        face, as far as the two distributions agree.
        """
        return self.mean + prior_z @ np.linalg.cholesky(self.covariance).T


def save(folder: Path, *, train: Encodings, test: Encodings) -> None:
    """Writes train.npz, test.npz and, fitted to the former, aggregate_posterior.npz."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, encodings in (("train", train), ("test", test)):
        np.savez(folder / f"{part}.npz", **vars(encodings))
    np.savez(folder / "aggregate_posterior.npz", **vars(AggregatePosterior.fit(train)))


def load_encodings(folder: Path, part: str) -> Encodings:
    """Gives the posteriors of the part train or test as ``save`` wrote them.

    Raises:
        DataError: the file is missing or damaged.
    """
    return Encodings(**npz.load(folder / f"{part}.npz", ("z_mean", "z_log_var"), advice=_ADVICE))


def load_aggregate_posterior(folder: Path) -> AggregatePosterior:
    """Gives the Gaussian that ``save`` wrote.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = folder / "aggregate_posterior.npz"
    return AggregatePosterior(**npz.load(path, ("mean", "covariance"), advice=_ADVICE))
