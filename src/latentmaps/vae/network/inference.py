"""Encode images and decode latent points with a trained VAE, in batches to limit memory use."""

import functools
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import arguments
from latentmaps.vae.network import inputs, vae_files
from latentmaps.vae.network.encodings import Encodings, sample_prior

BATCH_SIZE = 128


class TrainedVae:
    """The encoder and the decoder of a trained VAE, in float32."""

    def __init__(self, saved: vae_files.SavedVae) -> None:
        self.architecture = saved.architecture
        self.origin = saved.origin
        self._saved = saved
        self._encode = tf.function(
            lambda images: saved.encoder(inputs.to_pixels(images)), autograph=False
        )
        self._decode = tf.function(lambda z: tf.sigmoid(saved.decoder(z)), autograph=False)

    @classmethod
    def load(cls, folder: Path) -> "TrainedVae":
        """Load the VAE that ``vae_files.save`` wrote into `folder`.

        Raises:
            DataError: a file is missing or damaged, or does not match the others.
        """
        return cls(vae_files.load(folder))

    @property
    def encoder(self) -> keras.Model:
        """The encoder: pixels (n, h, w, c), 0..1 -> [z_mean, z_log_var], (n, latent_dim) each."""
        return self._saved.encoder

    @functools.cached_property
    def decoder(self) -> keras.Model:
        """The decoder: z (n, latent_dim) -> pixels (n, h, w, c), 0..1.

        The trained network outputs logits. This model applies a sigmoid to them in its last layer.
        """
        logits = self._saved.decoder.output
        pixels = keras.layers.Activation("sigmoid", dtype="float32", name="pixels")(logits)
        return keras.Model(self._saved.decoder.inputs[0], pixels, name="decoder")

    def encode(
        self, images: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64] | None = None
    ) -> Encodings:
        """Return the posteriors of images.

        Args:
            images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
            rows: (n,), rows of `images` to encode; None encodes all.

        Raises:
            DataError: `images` is empty, not uint8, or of a different size than the training
                images, or a row is out of range.
        """
        shape = self.architecture
        arguments.require_images(images, (shape.image_size, shape.image_size, shape.num_channels))
        rows = np.arange(len(images)) if rows is None else rows
        arguments.require_rows(rows, len(images))
        parts = [self._encode(np.asarray(images[chunk])) for chunk in chunks(rows)]
        means, log_vars = zip(*parts, strict=True)
        return Encodings(np.concatenate(means), np.concatenate(log_vars))

    def decode(self, z: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Decode latent points to pixels, (n, h, w, c), float32, 0..1.

        Args:
            z: (n, latent_dim), float32 or float64.

        Raises:
            DataError: `z` is empty, has the wrong dtype or width, or is not finite in float32.
        """
        points = arguments.to_points(z, self.architecture.latent_dim)
        parts = [self._decode(chunk) for chunk in chunks(points)]
        return np.concatenate(parts)

    def sample(self, num_faces: int, *, seed: int) -> npt.NDArray[np.float32]:
        """Decode random latent points z ~ N(0, I); face i depends only on (seed, i).

        Args:
            num_faces: number of faces, 1 or more.
            seed: seed of the points, 0 or more.

        Returns:
            (num_faces, h, w, c), float32, 0..1.

        Raises:
            DataError: an argument is out of range or not an integer.
        """
        arguments.require_integer("num_faces", num_faces, least=1)
        arguments.require_integer("seed", seed, least=0)
        return self.decode(sample_prior(num_faces, self.architecture.latent_dim, seed=seed))


def chunks(array: npt.NDArray) -> Iterator[npt.NDArray]:
    """Yield `array`, (n, ...), in chunks (up to 128, ...) along its first axis."""
    for start in range(0, len(array), BATCH_SIZE):
        yield array[start : start + BATCH_SIZE]
