"""Points of the latent space: the posteriors of images, and the noise of random draws. No tensors.

Every row of noise has a stream of its own, so it is the same however many rows are drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps import seeds

Array = npt.NDArray[np.floating]

# A dimension with less KL, nats, tells next to nothing; own choice: 0.1 nat is a seventh of a bit.
USED_KL_NATS = 0.1


@dataclass(frozen=True)
class Encodings:
    """The posteriors N(z_mean, exp(z_log_var)) of n images.

    Attributes:
        z_mean: (n, latent_dim).
        z_log_var: (n, latent_dim).
    """

    z_mean: Array
    z_log_var: Array

    def kl_per_dimension(self) -> Array:
        """Gives the mean KL divergence from the prior, nats, of each dimension, (latent_dim,)."""
        mean, log_var = self.z_mean.astype(np.float64), self.z_log_var.astype(np.float64)
        return (0.5 * (np.square(mean) + np.exp(log_var) - log_var - 1.0)).mean(axis=0)

    def kl_of_means(self) -> float:
        """Return the part of the mean KL divergence that the means cause, mu^2 / 2, nats."""
        return float(0.5 * np.square(self.z_mean.astype(np.float64)).sum(axis=1).mean())

    def variances_within(self) -> Array:
        """Gives the mean variance of the posteriors in each dimension, (latent_dim,)."""
        return np.exp(self.z_log_var.astype(np.float64)).mean(axis=0)

    def moments(self) -> tuple[Array, Array]:
        """Gives mean, (latent_dim,), and covariance, (latent_dim, latent_dim), of their mixture.

        That is q(z), the aggregate posterior; its covariance by the law of total covariance.
        """
        z_mean = self.z_mean.astype(np.float64)
        between = np.atleast_2d(np.cov(z_mean, rowvar=False, bias=True))
        return z_mean.mean(axis=0), between + np.diag(self.variances_within())

    def select(self, indices: npt.NDArray[np.int64]) -> "Encodings":
        """Gives the posteriors of some of the images."""
        return Encodings(self.z_mean[indices], self.z_log_var[indices])

    def sample_z(self, *, seed: int, first: int = 0) -> Array:
        """Gives one z for each posterior, (n, latent_dim); that of image i depends on (seed, i).

        Args:
            seed: of the draws.
            first: the number i of the first image.
        """
        epsilon = _normal_rows(self.z_mean.shape, seeds.posterior_point, seed=seed, first=first)
        return self.z_mean + np.exp(0.5 * self.z_log_var) * epsilon


def count_used(kl_nats: Array) -> int:
    """Return the number of dimensions with more than 0.1 nat of KL, of (latent_dim,)."""
    return int((kl_nats > USED_KL_NATS).sum())


def count_holding(kl_nats: Array, share: float) -> int:
    """Return the least number of dimensions that together hold a share of the KL.

    Args:
        kl_nats: (latent_dim,), KL divergence of each dimension.
        share: 0..1, of their sum; 0 dimensions hold it where the sum is 0.
    """
    held = np.cumsum(np.sort(kl_nats)[::-1])
    return int(np.searchsorted(held, share * held[-1]) + 1) if held[-1] > 0.0 else 0


def sample_prior(num_points: int, latent_dim: int, *, seed: int, first: int = 0) -> Array:
    """Gives z ~ N(0, I), (num_points, latent_dim); point i depends on (seed, i) alone.

    Args:
        num_points: how many.
        latent_dim: dimensions of the latent space.
        seed: of the draws.
        first: the number i of the first point.
    """
    return _normal_rows((num_points, latent_dim), seeds.prior_point, seed=seed, first=first)


def sample_choices(num_points: int, *, seed: int, first: int = 0) -> Array:
    """Gives uniform numbers 0..1, (num_points,), with which a mixture picks its component.

    Number i depends on (seed, i) alone and has nothing to do with point i of ``sample_prior``.
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
