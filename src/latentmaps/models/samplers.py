"""Where random points of the latent space come from: the prior, or what was fitted to q(z).

q(z), the aggregate posterior, is the mixture of the posteriors of all training images. The decoder
has learnt to answer to points of q(z); as far as q(z) differs from the prior N(0, I), points of the
prior lie where it has learnt little. Ghosh et al. 2020, "From Variational to Deterministic
Autoencoders", section 4, fit a density to the z-points after the training for that reason.

All samplers move the same noise to their points: face number i of one resembles face number i of
another, as far as the distributions agree.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import threadpoolctl
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from latentmaps.errors import DataError
from latentmaps.models import encodings as encodings_module
from latentmaps.models import latent_geometry
from latentmaps.models.encodings import Encodings

Array = npt.NDArray[np.floating]

# of the variance of the posterior means: the directions that hold it get a mixture. Of 5 to 80
# directions of 2,400 avatars, with 10 components, the first 20 (97 %) made test faces likeliest,
# 2.1 nats more than one Gaussian; with 80 they were 7 nats less likely than under one Gaussian.
_MIXED_VARIANCE = 0.95
_SMALLEST_VARIANCE = 1e-3


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
        """Gives the Gaussian for the posteriors; its covariance by the law of total covariance."""
        z_mean = encodings.z_mean.astype(np.float64)
        between = np.atleast_2d(np.cov(z_mean, rowvar=False, bias=True))
        return cls(z_mean.mean(axis=0), between + np.diag(encodings.variances_within()))

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """See ``Sampler``. The lower Cholesky factor keeps which face is which."""
        return self.mean + temperature * noise @ np.linalg.cholesky(self.covariance).T


@dataclass(frozen=True)
class Mixture:
    """A mixture of Gaussians fitted to z-points.

    Attributes:
        weights: (num_components,), the components' shares.
        means: (num_components, latent_dim).
        covariances: (num_components, latent_dim, latent_dim).
    """

    weights: Array
    means: Array
    covariances: Array

    @classmethod
    def fit(cls, encodings: Encodings, *, num_components: int, seed: int) -> "Mixture":
        """Gives the mixture for one z of each posterior.

        In the leading principal directions of the posterior means, those that hold 95 % of their
        variance, the components are fitted by expectation maximisation, each with a covariance of
        its own; in all others the components are the same Gaussian, that of q(z). A full mixture in
        256 dimensions would learn a few thousand faces by heart. Own choice, see
        ``_MIXED_VARIANCE``.

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
        gaussian = Gaussian.fit(encodings)
        mixed, rest = _split_axes(encodings)
        fitted = _fit(
            (encodings.draw_z(seed=seed) - gaussian.mean) @ mixed, num_components, seed=seed
        )
        shared = rest @ (rest.T @ gaussian.covariance @ rest) @ rest.T
        return cls(
            weights=fitted.weights_,
            means=gaussian.mean + fitted.means_ @ mixed.T,
            covariances=mixed @ fitted.covariances_ @ mixed.T + shared,
        )

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


def _split_axes(encodings: Encodings) -> tuple[Array, Array]:
    """Gives the principal axes of the means that hold the variance, and the others, as columns."""
    axes, shares = latent_geometry.principal_axes(encodings.z_mean)
    num_mixed = min(int(np.searchsorted(np.cumsum(shares), _MIXED_VARIANCE)) + 1, len(shares))
    return axes[:, :num_mixed], axes[:, num_mixed:]


def _fit(points: Array, num_components: int, *, seed: int) -> GaussianMixture:
    mixture = GaussianMixture(
        num_components, reg_covar=_SMALLEST_VARIANCE, max_iter=300, random_state=seed
    )
    # several threads of k-means add up in any order: the same seed would give other bytes
    with threadpoolctl.threadpool_limits(1), warnings.catch_warnings():
        # where the likelihood still creeps upwards the mixture is as good a sampler
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(points)
