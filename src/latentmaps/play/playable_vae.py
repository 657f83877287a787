"""A trained VAE that also offers attributes, samplers and interpolation."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps import arguments
from latentmaps.errors import DataError, shorten
from latentmaps.vae.latent import latent_files, latent_geometry, samplers
from latentmaps.vae.latent.latent_files import Latents
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.vae_files import SavedVae

Pixels = npt.NDArray[np.float32]
Points = npt.NDArray[np.floating]

# our choice: beyond this, points are far from those of any face
_HIGHEST_TEMPERATURE = 10.0


class PlayableVae(TrainedVae):
    """A trained VAE, and what evaluate_vae found in its latent space.

    Attributes:
        latents: the folder data/latents; None if only the prior is available, without attributes.
    """

    def __init__(self, saved: SavedVae, latents: Latents | None = None) -> None:
        super().__init__(saved)
        self.latents = latents

    @classmethod
    def load(cls, folder: Path, latents: Path | None = None) -> "PlayableVae":
        """Load the VAE in a folder that train_vae wrote, optionally with its latents.

        Args:
            folder: folder of the model.
            latents: the folder that evaluate_vae wrote; None to load no latents.

        Raises:
            DataError: a file is missing or damaged, or does not match the other files.
        """
        saved = vae_files.load(folder)
        if latents is None:
            return cls(saved)
        return cls(saved, latent_files.load(latents, latent_dim=saved.architecture.latent_dim))

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        shape = self.architecture
        return shape.image_size, shape.image_size, shape.num_channels

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that enough training faces show; empty without latents."""
        return () if self.latents is None else self.latents.attributes.with_enough_faces().names

    def attribute_direction(self, name: str) -> Points:
        """Return the vector from faces without an attribute to faces with it, (latent_dim,).

        Args:
            name: a column of data/faces/index.csv, such as Eyeglasses.

        Raises:
            DataError: the latents are missing, the attribute does not exist, or fewer than 20
                training faces have it or lack it.
        """
        return self._latents(f"attribute {shorten(name)}").attributes.find(str(name)).vector

    def sample(
        self,
        num_faces: int,
        *,
        seed: int,
        sampler: str = samplers.NOT_FITTED,
        temperature: float = 1.0,
    ) -> Pixels:
        """Sample random points and decode them to pixels, (num_faces, h, w, c), float32, 0..1.

        Face i depends only on (seed, i), not on the number of faces.

        Args:
            num_faces: number of faces, 1 or more.
            seed: seed for the points, 0 or more.
            sampler: ``prior``, ``gaussian`` or ``parzen`` (docs/evaluation.md).
            temperature: factor on the distance of each point from the mean, 0 to 10; below 1, faces
                are plainer and fewer of them are malformed.

        Raises:
            DataError: an argument is invalid, or the sampler needs latents.
        """
        arguments.require_integer("num_faces", num_faces, least=1)
        arguments.require_integer("seed", seed, least=0)
        is_number = isinstance(temperature, int | float | np.number)
        if not is_number or not 0 <= temperature <= _HIGHEST_TEMPERATURE:
            raise DataError(
                f"temperature: found {shorten(temperature)}, expected a number from 0 to "
                f"{_HIGHEST_TEMPERATURE:g}; choose another one"
            )
        z = samplers.sample(
            self._sampler(sampler),
            num_faces,
            self.architecture.latent_dim,
            seed=seed,
            temperature=float(temperature),
        )
        return self.decode(z)

    def _sampler(self, name: Any) -> samplers.Sampler:
        if name not in tuple(samplers.SAMPLERS):
            raise DataError(
                f"sampler: found {shorten(name)}, expected one of {', '.join(samplers.SAMPLERS)}"
            )
        if name == samplers.NOT_FITTED:
            return samplers.Prior()
        return self._latents(f"sampler {name}").samplers[name]

    def _latents(self, what: str) -> Latents:
        if self.latents is None:
            raise DataError(
                f"{what}: found no latents, expected the folder that evaluate_vae wrote; load the "
                'VAE with load_vae("data/models/vae", latents="data/latents")'
            )
        return self.latents

    def reconstruct(self, images: npt.NDArray[np.uint8]) -> Pixels:
        """Decode the means of the posteriors of images to pixels, (n, h, w, c), float32, 0..1.

        Args:
            images: (n, h, w, c), uint8, 0..255.

        Raises:
            DataError: see ``encode``.
        """
        return self.decode(self.encode(images).z_mean)

    def interpolate(
        self,
        start: npt.NDArray,
        end: npt.NDArray,
        num_steps: int,
        *,
        spherical: bool = False,
    ) -> Pixels:
        """Decode points between two faces, both included, to (num_steps, h, w, c), float32, 0..1.

        Args:
            start: an image, (h, w, c), uint8, or a point, (latent_dim,), floating point.
            end: an image or a point, like `start`.
            num_steps: number of points, 2 or more.
            spherical: whether to move on an arc around the origin (White 2016) instead of a
                straight line.

        Raises:
            DataError: an argument is invalid.
        """
        arguments.require_integer("num_steps", num_steps, least=2)
        first, last = self._to_point(start), self._to_point(end)
        shares = np.linspace(0.0, 1.0, num_steps)
        if spherical:
            return self.decode(latent_geometry.interpolate_spherically(first, last, shares))
        return self.decode(first + shares[:, None] * (last - first))

    def _to_point(self, end: Any) -> Points:
        """Encode an image, or return a point unchanged; (latent_dim,), float64."""
        several = end[np.newaxis] if isinstance(end, np.ndarray) else end
        if isinstance(end, np.ndarray) and end.dtype.kind == "f":
            return arguments.to_points(several, self.architecture.latent_dim)[0].astype(np.float64)
        return self.encode(several).z_mean[0].astype(np.float64)
