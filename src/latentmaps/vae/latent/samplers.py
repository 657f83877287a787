"""Samplers of the latent space: the prior, and distributions fitted to q(z).

q(z), the aggregate posterior, is the mixture of the posteriors of all training images. The decoder
has learned to decode points of q(z). To the extent that q(z) differs from the prior N(0, I), points
of the prior are in regions where the decoder has learned little. Ghosh et al. 2020, "From
Variational to Deterministic Autoencoders", section 4, therefore fit a density to the z-points after
training.

All samplers transform the same noise, so face i of the Gaussian resembles face i of the prior to
the extent that the two distributions agree. Windows around training faces are an exception: for a
given set of faces and a given seed, face i always comes from the window of the same training face,
regardless of the network. It has only the noise within the window in common with face i of the
other samplers.

To add a sampler, write a class below, list it in ``SAMPLERS``, and list its pictures in dvc.yaml.
The pipeline then fits, saves, measures and draws it.
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
        name: its name in result files and file names.
        words: a description of its points, for titles.
        axes: name of each array that is fitted and saved -> its axes, one letter each. ``d`` is
            latent_dim; other letters are other sizes. Each array is an attribute of the sampler,
            and at least one has ``d`` as its last axis. A ``covariance`` must be positive definite.
            If `axes` is empty, nothing is fitted, and there is no file.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    axes: ClassVar[Mapping[str, str]]

    @classmethod
    @abc.abstractmethod
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
        """Fit the sampler to the posteriors of n images.

        Args:
            encodings: the posteriors.
            seed: seed of the random parts of the fit.
        """

    @abc.abstractmethod
    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Transform noise into points of the distribution, (n, latent_dim).

        Args:
            noise: (n, latent_dim), points of N(0, I).
            choices: (n,), uniform in 0..1, to choose a component of a mixture.
            temperature: multiplies the distance of each point from the mean; below 1, faces are
                plainer, and fewer are malformed.
        """

    def note(self) -> str:
        """Return a sentence for the captions of this sampler's faces, or an empty string."""
        return ""


@dataclass(frozen=True)
class Prior(Sampler):
    """N(0, I), the distribution that the KL term pulls the posteriors toward."""

    name = "prior"
    words = "z ~ N(0, I)"
    axes: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
        """Return N(0, I), regardless of the posteriors."""
        return cls()

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Return ``noise`` times ``temperature``, (n, latent_dim); see ``Sampler``."""
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
        """Fit the Gaussian to the posteriors, without using the seed."""
        return cls(*encodings.moments())

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Transform the noise with the lower Cholesky factor; see ``Sampler``.

        Unlike other square roots of the covariance, this factor keeps face i similar to face i of
        the prior.

        Args:
            noise: (n, latent_dim), points of N(0, I).
            choices: (n,), uniform in 0..1; ignored.
            temperature: multiplies the distance of each point from the mean.

        Returns:
            (n, latent_dim).
        """
        return self.mean + temperature * noise @ np.linalg.cholesky(self.covariance).T


@dataclass(frozen=True)
class Parzen(parzen_windows.Windows, Sampler):
    """Gaussian windows around the encodings of training faces, with the moments of q(z)."""

    name = "parzen"
    words = "z ~ Gaussian windows around the encodings of training faces"
    axes: ClassVar[Mapping[str, str]] = {"centers": "nd", "covariance": "dd"}

    @classmethod
    def fit(cls, encodings: Encodings, *, seed: int) -> Self:
        """Fit the windows under which held-out faces are most likely; see ``parzen_windows``.

        Args:
            encodings: the posteriors of n images.
            seed: seed for sampling z from the posteriors and for choosing the held-out images.
        """
        return cls(**vars(parzen_windows.fit(encodings, seed=seed)))

    def place(self, noise: Array, choices: Array, *, temperature: float = 1.0) -> Array:
        """Choose a window for each point and add noise to its center; see ``Sampler``.

        A temperature below 1 also moves the windows toward their mean, because narrower windows
        alone would produce copies of training faces.

        Args:
            noise: (n, latent_dim), points of N(0, I).
            choices: (n,), uniform in 0..1; selects the window.
            temperature: multiplies the distance of each point from the mean.

        Returns:
            (n, latent_dim).
        """
        num_windows = len(self.centers)
        chosen = np.minimum((choices * num_windows).astype(int), num_windows - 1)
        mean = self.centers.mean(axis=0, dtype=np.float64)
        offsets = self.centers[chosen] - mean + noise @ np.linalg.cholesky(self.covariance).T
        return mean + temperature * offsets

    def note(self) -> str:
        """Return a note that explains why there is only one window; empty if there are several."""
        if len(self.centers) > 1:
            return ""
        return (
            "Windows around training faces would fit unseen faces no better than the Gaussian, so "
            "there is one window: these are the faces of the Gaussian."
        )


SAMPLERS: Mapping[str, type[Sampler]] = {kind.name: kind for kind in (Prior, Gaussian, Parzen)}

# The VAE's own sampler, for which nothing is fitted. The sheet of temperatures shows its faces, and
# the warnings about random faces refer to it.
NOT_FITTED = Prior.name


def sample(
    sampler: Sampler,
    num_points: int,
    latent_dim: int,
    *,
    seed: int,
    first: int = 0,
    temperature: float = 1.0,
) -> Array:
    """Sample random points, (num_points, latent_dim); point i depends only on (seed, i).

    Args:
        sampler: the distribution.
        num_points: number of points.
        latent_dim: number of latent dimensions.
        seed: seed of the noise, which is the same for all samplers.
        first: index i of the first point.
        temperature: see ``Sampler.place``.
    """
    noise = encodings_module.sample_prior(num_points, latent_dim, seed=seed, first=first)
    choices = encodings_module.sample_choices(num_points, seed=seed, first=first)
    return sampler.place(noise, choices, temperature=temperature)


def fit_all(encodings: Encodings, *, seed: int) -> dict[str, Sampler]:
    """Fit every sampler in ``SAMPLERS`` and return the fitted samplers by name.

    Args:
        encodings: the posteriors of training images.
        seed: see ``Sampler.fit``.
    """
    return {name: kind.fit(encodings, seed=seed) for name, kind in SAMPLERS.items()}
