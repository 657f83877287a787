"""Where random points of the latent space come from: the prior, or what was fitted to q(z).

q(z), the aggregate posterior, is the mixture of the posteriors of all training images. The decoder
has learned to answer to points of q(z); as far as q(z) differs from the prior N(0, I), points of
the prior lie where it has learned little. Ghosh et al. 2020, "From Variational to Deterministic
Autoencoders", section 4, fit a density to the z-points after the training for that reason.

All samplers move the same noise to their points. So face number i of the Gaussian resembles face
number i of the prior, as far as these distributions agree. Of windows around training faces, face
number i is drawn from the same training face in every experiment with these faces and this seed,
whatever the network is; with the other samplers it shares only the noise in its window.

A further sampler is a class below and its place in ``SAMPLERS``: it is then fitted, saved,
measured and drawn. dvc.yaml lists the pictures of each.
"""

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from latentmaps.vae.latent import parzen_windows
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
            the last axis of one at least is d. A ``covariance`` has to be positive definite. Empty:
            nothing is fitted, and there is no file.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    axes: ClassVar[Mapping[str, str]]

    @classmethod
    @abc.abstractmethod
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
        """Return the sampler for the posteriors of n images.

        Args:
            encodings: the posteriors.
            seed: for what is random about the fit.
        """

    @abc.abstractmethod
    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Return points of the distribution, (n, latent_dim).

        Args:
            noise: (n, latent_dim), points of N(0, I).
            choices: (n,), uniform in 0..1, for what has to choose between parts.
            temperature: the distance of each point from the mean is multiplied by this; below 1
                faces are plainer and fewer of them fail.
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
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
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
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
        """Return the Gaussian for the posteriors; nothing in it is random."""
        return cls(*encodings.moments())

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Move the noise by the lower Cholesky factor, which keeps which face is which."""
        return self.mean + temperature * noise @ np.linalg.cholesky(self.covariance).T


@dataclass(frozen=True)
class Parzen(parzen_windows.Windows, Sampler):
    """Gaussian windows around the encodings of training faces, with the moments of q(z)."""

    name = "parzen"
    words = "z ~ Gaussian windows around the encodings of training faces"
    axes: ClassVar[Mapping[str, str]] = {"centers": "nd", "covariance": "dd"}

    @classmethod
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
        """Return the windows that make unseen faces likeliest; see ``parzen_windows``.

        Args:
            encodings: the posteriors of n images.
            seed: for the z of the posteriors, and for who is unseen.
        """
        return cls(**vars(parzen_windows.fit(encodings, seed=seed)))

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Choose a window for each point and move its noise there; see ``Sampler``.

        The temperature also moves the windows towards their mean: narrower windows alone would
        make copies of training faces.
        """
        num_windows = len(self.centers)
        chosen = np.minimum((choices * num_windows).astype(int), num_windows - 1)
        mean = self.centers.mean(axis=0, dtype=np.float64)
        offsets = self.centers[chosen] - mean + noise @ np.linalg.cholesky(self.covariance).T
        return mean + temperature * offsets

    def note(self) -> str:
        """Return what one window means."""
        if len(self.centers) > 1:
            return ""
        return (
            "Windows around training faces would fit unseen faces no better than the Gaussian, so "
            "there is one window: these are the faces of the Gaussian."
        )


SAMPLERS: Mapping[str, type[Sampler]] = {one.name: one for one in (Prior, Gaussian, Parzen)}

# The sampler of the VAE itself, to which nothing is fitted afterwards: the sheet of temperatures
# shows its faces, and doubts about random faces are about them.
OF_THE_VAE = Prior.name


def sample(
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
    noise = encodings_module.sample_prior(num_points, latent_dim, seed=seed, first=first)
    choices = encodings_module.sample_choices(num_points, seed=seed, first=first)
    return sampler.place(noise, choices, temperature=temperature)


def fit_all(encodings: Encodings, *, seed: int) -> dict[str, Sampler]:
    """Return every sampler of ``SAMPLERS``, fitted, by name.

    Args:
        encodings: the posteriors of training images.
        seed: see ``Sampler.fit``.
    """
    return {name: kind.fit(encodings, seed=seed) for name, kind in SAMPLERS.items()}
