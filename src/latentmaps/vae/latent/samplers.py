"""Where random points of the latent space come from: the prior, or what was fitted to q(z).

q(z), the aggregate posterior, is the mixture of the posteriors of all training images. The decoder
has learned to answer to points of q(z); as far as q(z) differs from the prior N(0, I), points of
the prior lie where it has learned little. Ghosh et al. 2020, "From Variational to Deterministic
Autoencoders", section 4, fit a density to the z-points after the training for that reason.

All samplers move the same noise to their points: face number i of one resembles face number i of
another, as far as the distributions agree.

A further sampler is a class below and its place in ``SAMPLERS``: it is then fitted, saved,
measured and drawn. dvc.yaml lists the pictures of each.
"""

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.vae.latent import latent_mixture
from latentmaps.vae.network import encodings as encodings_module
from latentmaps.vae.network.encodings import Encodings

Array = npt.NDArray[np.floating]


class Sampler(abc.ABC):
    """A distribution over the latent space.

    Attributes:
        name: in numbers and in names of files.
        words: what its points are, for titles.
        axes: of each array that is fitted and saved, its axes, a letter each: d is the latent
            space, any other letter a number of its own. The array is an attribute of the sampler;
            the last axis of one at least is d. ``weights`` have to sum to 1, a ``covariance`` or
            ``covariances`` to be positive definite. Empty: nothing is fitted, and there is no file.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    axes: ClassVar[Mapping[str, str]]

    @classmethod
    @abc.abstractmethod
    def fit(cls, encodings: Encodings, *, num_components: int, seed: int) -> Self:
        """Return the sampler for the posteriors of n images.

        Args:
            encodings: the posteriors.
            num_components: parts of a sampler that has parts.
            seed: for what is random about the fit.

        Raises:
            DataError: there are too few images.
        """

    @abc.abstractmethod
    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Return points of the distribution, (n, latent_dim).

        Args:
            noise: (n, latent_dim), points of N(0, I).
            choices: (n,), uniform in 0..1, for what has to choose between parts.
            temperature: the spread around the mean, or around the mean of the part, is multiplied
                by this; below 1 faces are plainer and fewer of them fail.
        """

    def note(self) -> str:
        """Return a sentence for the captions of its faces; empty: there is nothing to say."""
        return ""


@dataclass(frozen=True)
class Prior(Sampler):
    """N(0, I), from which the KL term keeps the posteriors from straying."""

    name = "prior"
    words = "z ~ N(0, I)"
    axes: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def fit(cls, encodings: Encodings, *, num_components: int, seed: int) -> Self:
        """Return N(0, I), whatever the posteriors are."""
        return cls()

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Return ``noise`` times ``temperature``; see ``Sampler``."""
        return temperature * noise


@dataclass(frozen=True)
class Gaussian(Sampler):
    """The Gaussian with the moments of q(z).

    Attributes:
        mean: (latent_dim,).
        covariance: (latent_dim, latent_dim).
    """

    name = "gaussian"
    words = "z ~ Gaussian fitted to the z-points of training faces"
    axes: ClassVar[Mapping[str, str]] = {"mean": "d", "covariance": "dd"}

    mean: Array
    covariance: Array

    @classmethod
    def fit(cls, encodings: Encodings, *, num_components: int, seed: int) -> Self:
        """Return the Gaussian for the posteriors; it has one part, and nothing in it is random."""
        return cls(*encodings.moments())

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Move the noise by the lower Cholesky factor, which keeps which face is which."""
        return self.mean + temperature * noise @ np.linalg.cholesky(self.covariance).T


@dataclass(frozen=True)
class Mixture(latent_mixture.Components, Sampler):
    """A mixture of Gaussians fitted to z-points."""

    name = "mixture"
    words = "z ~ mixture of Gaussians fitted to the z-points of training faces"
    axes: ClassVar[Mapping[str, str]] = {"weights": "k", "means": "kd", "covariances": "kdd"}

    @classmethod
    def fit(cls, encodings: Encodings, *, num_components: int, seed: int) -> Self:
        """Return the mixture for one z of each posterior.

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
        """Choose a component for each point and move its noise there; see ``Sampler``."""
        ends = np.cumsum(self.weights)
        chosen = np.minimum(np.searchsorted(ends, choices), len(ends) - 1)
        factors = np.linalg.cholesky(self.covariances)
        z = np.empty_like(noise)
        for component in np.unique(chosen):
            here = chosen == component
            z[here] = self.means[component] + temperature * noise[here] @ factors[component].T
        return z

    def note(self) -> str:
        """Return what a mixture of one part means."""
        if len(self.weights) > 1:
            return ""
        return (
            "Several Gaussians would fit unseen faces no better than one, so the mixture has one "
            "part: these are the faces of the Gaussian."
        )


SAMPLERS: Mapping[str, type[Sampler]] = {one.name: one for one in (Prior, Gaussian, Mixture)}

# The sampler of the VAE itself, to which nothing is fitted afterwards: the sheet of temperatures
# shows its faces, and doubts about random faces are about them.
OF_THE_VAE = Prior.name


def draw(
    sampler: Sampler,
    num_points: int,
    latent_dim: int,
    *,
    seed: int,
    first: int = 0,
    temperature: float = 1.0,
) -> Array:
    """Return random points, (num_points, latent_dim); point i depends on (seed, i) alone.

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


def fit_all(encodings: Encodings, *, num_components: int, seed: int) -> dict[str, Sampler]:
    """Return every sampler of ``SAMPLERS``, fitted, by name.

    Args:
        encodings: the posteriors of training images.
        num_components: see ``Sampler.fit``.
        seed: see ``Sampler.fit``.

    Raises:
        DataError: there are fewer images than components.
    """
    return {
        name: kind.fit(encodings, num_components=num_components, seed=seed)
        for name, kind in SAMPLERS.items()
    }
