"""Points of the latent space: the posteriors of images, draws from the prior. No tensors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]

# Behind the seed: a stream of its own, far from the indices of points drawn from the prior.
_POSTERIORS = 2**31


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

    def draw_z(self, *, seed: int, first: int = 0) -> Array:
        """Gives one z for each posterior, (n, latent_dim); that of image i depends on (seed, i).

        Args:
            seed: of the draws.
            first: the number i of the first image.
        """
        num_images, latent_dim = self.z_mean.shape
        streams = (
            np.random.default_rng([seed, _POSTERIORS, first + index]) for index in range(num_images)
        )
        epsilon = np.stack([stream.standard_normal(latent_dim) for stream in streams])
        return self.z_mean + np.exp(0.5 * self.z_log_var) * epsilon


def draw_prior(num_points: int, latent_dim: int, *, seed: int) -> Array:
    """Gives z ~ N(0, I), (num_points, latent_dim); point i depends on (seed, i) alone."""
    streams = (np.random.default_rng([seed, index]) for index in range(num_points))
    return np.stack([stream.standard_normal(latent_dim) for stream in streams])
