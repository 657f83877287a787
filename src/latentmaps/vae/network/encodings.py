"""Posteriors of images, and random latent points, computed in NumPy without TensorFlow.

Every row of noise has its own random stream, so a row does not depend on the number of rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps import seeds

Array = npt.NDArray[np.floating]

# Our choice: 0.1 nat is a seventh of a bit. A dimension with less KL than that carries almost no
# information.
USED_KL_NATS = 0.1


@dataclass(frozen=True)
class Encodings:
    """The posteriors N(z_mean, exp(z_log_var)) of n images.

    Attributes:
        z_mean: (n, latent_dim), means.
        z_log_var: (n, latent_dim), logarithms of the variances.
    """

    z_mean: Array
    z_log_var: Array

    def kl_per_dimension(self) -> Array:
        """Return the mean KL divergence from the prior in each dimension, (latent_dim,), nats."""
        mean, log_var = self.z_mean.astype(np.float64), self.z_log_var.astype(np.float64)
        return (0.5 * (np.square(mean) + np.exp(log_var) - log_var - 1.0)).mean(axis=0)

    def kl_of_means(self) -> float:
        """Return the part of the mean KL divergence that is due to the means, mu^2 / 2, in nats."""
        return float(0.5 * np.square(self.z_mean.astype(np.float64)).sum(axis=1).mean())

    def variances_within(self) -> Array:
        """Return the mean variance of the posteriors in each dimension, (latent_dim,)."""
        return np.exp(self.z_log_var.astype(np.float64)).mean(axis=0)

    def moments(self) -> tuple[Array, Array]:
        """Return the mean and the covariance of the aggregate posterior q(z).

        q(z) is the mixture of the posteriors. Its covariance follows from the law of total
        covariance.

        Returns:
            (latent_dim,) and (latent_dim, latent_dim), float64.
        """
        z_mean = self.z_mean.astype(np.float64)
        between = np.atleast_2d(np.cov(z_mean, rowvar=False, bias=True))
        return z_mean.mean(axis=0), between + np.diag(self.variances_within())

    def select(self, indices: npt.NDArray[np.int64]) -> "Encodings":
        """Return the posteriors of the images at `indices`, (num_selected,)."""
        return Encodings(self.z_mean[indices], self.z_log_var[indices])

    def sample_z(self, *, seed: int, first: int = 0) -> Array:
        """Sample one z from each posterior, (n, latent_dim).

        The noise for image i depends only on (seed, i).

        Args:
            seed: seed of the noise.
            first: index i of the first image.
        """
        epsilon = _normal_rows(self.z_mean.shape, seeds.posterior_point, seed=seed, first=first)
        return self.z_mean + np.exp(0.5 * self.z_log_var) * epsilon


def count_used(kl_nats: Array) -> int:
    """Count the dimensions with more than 0.1 nat of KL.

    Args:
        kl_nats: (latent_dim,), KL divergence of each dimension, nats.
    """
    return int((kl_nats > USED_KL_NATS).sum())


def count_for_share(kl_nats: Array, share: float) -> int:
    """Return the smallest number of dimensions that account for a share of the KL.

    Args:
        kl_nats: (latent_dim,), KL divergence of each dimension, nats.
        share: share of the sum of `kl_nats`, 0..1.

    Returns:
        The number of dimensions; 0 if the sum is 0.
    """
    held = np.cumsum(np.sort(kl_nats)[::-1])
    return int(np.searchsorted(held, share * held[-1]) + 1) if held[-1] > 0.0 else 0


def sample_prior(num_points: int, latent_dim: int, *, seed: int, first: int = 0) -> Array:
    """Sample z ~ N(0, I); point i depends only on (seed, i).

    Args:
        num_points: number of points.
        latent_dim: number of latent dimensions.
        seed: seed of the points.
        first: index i of the first point.

    Returns:
        (num_points, latent_dim), float64.
    """
    return _normal_rows((num_points, latent_dim), seeds.prior_point, seed=seed, first=first)


def sample_choices(num_points: int, *, seed: int, first: int = 0) -> Array:
    """Sample uniform numbers, 0..1, that select the components of a mixture.

    Number i depends only on (seed, i) and is independent of point i of ``sample_prior``.

    Args:
        num_points: number of points.
        seed: seed of the numbers.
        first: index i of the first point.

    Returns:
        (num_points,), float64.
    """
    return np.array([seeds.component(seed, first + index).random() for index in range(num_points)])


def _normal_rows(
    shape: tuple[int, ...],
    stream: Callable[[int, int], np.random.Generator],
    *,
    seed: int,
    first: int,
) -> Array:
    noise = np.empty(shape)
    for index, row in enumerate(noise, start=first):
        stream(seed, index).standard_normal(out=row)
    return noise
