"""Where random points of the latent space come from: the prior, or what was fitted to q(z).

q(z), the aggregate posterior, is the mixture of the posteriors of all training images. The decoder
has learnt to answer to points of q(z); as far as q(z) differs from the prior N(0, I), points of the
prior lie where it has learnt little. Ghosh et al. 2020, "From Variational to Deterministic
Autoencoders", section 4, fit a density to the z-points after the training for that reason.

All samplers move the same noise to their points: face number i of one resembles face number i of
another, as far as the distributions agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.vae.latent import latent_mixture
from latentmaps.vae.network import encodings as encodings_module
from latentmaps.vae.network.encodings import Encodings

Array = npt.NDArray[np.floating]


class Sampler(Protocol):
    """A distribution over the latent space."""

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Gives points of the distribution.

        Args:
            noise: (n, latent_dim), points of N(0, I).
            choices: (n,), uniform in 0..1, for what has to choose between parts.
            temperature: the spread around the mean, or around the mean of the part, is multiplied
                by this; below 1 faces are plainer and fewer of them fail.

        Returns:
            (n, latent_dim).
        """
        ...


@dataclass(frozen=True)
class Prior:
    """N(0, I), from which the KL term keeps the posteriors from straying."""

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """See ``Sampler``."""
        return temperature * noise


@dataclass(frozen=True)
class Gaussian:
    """The Gaussian with the moments of q(z).

    Attributes:
        mean: (latent_dim,).
        covariance: (latent_dim, latent_dim).
    """

    mean: Array
    covariance: Array

    @classmethod
    def fit(cls, encodings: Encodings) -> "Gaussian":
        """Gives the Gaussian for the posteriors."""
        return cls(*encodings.moments())

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """See ``Sampler``. The lower Cholesky factor keeps which face is which."""
        return self.mean + temperature * noise @ np.linalg.cholesky(self.covariance).T


@dataclass(frozen=True)
class Mixture(latent_mixture.Components):
    """A mixture of Gaussians fitted to z-points."""

    @classmethod
    def fit(cls, encodings: Encodings, *, num_components: int, seed: int) -> "Mixture":
        """Gives the mixture for one z of each posterior.

        In the directions in which the means vary most it has so many components, as far as that
        makes unseen faces likelier; elsewhere it is the Gaussian of q(z). See ``latent_mixture``.

        Args:
            encodings: the posteriors of n images.
            num_components: at most n.
            seed: for the z of the posteriors, and for the start of the fit.

        Raises:
            DataError: there are fewer images than components.
        """
        if len(encodings.z_mean) < num_components:
            raise DataError(
                f"evaluate_vae.mixture_components: found {num_components}, expected at most "
                f"{len(encodings.z_mean)}, the number of encoded training faces"
            )
        fitted = latent_mixture.fit(encodings, num_components=num_components, seed=seed)
        return cls(**vars(fitted))

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """See ``Sampler``."""
        ends = np.cumsum(self.weights)
        chosen = np.minimum(np.searchsorted(ends, choices), len(ends) - 1)
        factors = np.linalg.cholesky(self.covariances)
        z = np.empty_like(noise)
        for component in np.unique(chosen):
            here = chosen == component
            z[here] = self.means[component] + temperature * noise[here] @ factors[component].T
        return z


def draw(
    sampler: Sampler,
    num_points: int,
    latent_dim: int,
    *,
    seed: int,
    first: int = 0,
    temperature: float = 1.0,
) -> Array:
    """Gives random points, (num_points, latent_dim); point i depends on (seed, i) alone.

    Args:
        sampler: the distribution.
        num_points: how many.
        latent_dim: dimensions of the latent space.
        seed: of the noise, the same for all samplers.
        first: the number i of the first point.
        temperature: see ``Sampler.place``.
    """
    noise = encodings_module.draw_prior(num_points, latent_dim, seed=seed, first=first)
    choices = encodings_module.draw_choices(num_points, seed=seed, first=first)
    return sampler.place(noise, choices, temperature=temperature)


def fit_all(encodings: Encodings, *, num_components: int, seed: int) -> Mapping[str, Sampler]:
    """Gives the samplers by name: prior, gaussian and mixture.

    Args:
        encodings: the posteriors of training images.
        num_components: of the mixture.
        seed: of the mixture.

    Raises:
        DataError: there are fewer images than components.
    """
    return {
        "prior": Prior(),
        "gaussian": Gaussian.fit(encodings),
        "mixture": Mixture.fit(encodings, num_components=num_components, seed=seed),
    }
