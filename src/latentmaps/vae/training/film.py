"""Record the training film: the same faces and random points, decoded after each epoch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds, workers
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.vae.network import corruption, film_file, inputs
from latentmaps.vae.network.film_file import Film, Images
from latentmaps.vae.training import batches
from latentmaps.vae.training.vae_task import Task

# number of faces, and number of random points
NUM_TILES = 8


class FilmRecorder(keras.callbacks.Callback):
    """Decode a frame after each epoch, with the weights and compute dtype used in validation.

    The frame of an epoch is saved next to its checkpoint, so a resumed run has the same film as
    an uninterrupted one. With several machines, only the first one records.

    Attributes:
        rows: (num_faces,), the first rows of the validation part, at most 8.
        faces: (num_faces, h, w, c), uint8, 0..255, the images in these rows.
    """

    def __init__(self, task: Task, checkpoints: Checkpoints | None = None) -> None:
        """Choose the faces and the random points.

        Args:
            task: the training task.
            checkpoints: where to store the frames; None keeps them in memory.
        """
        super().__init__()
        self._checkpoints = checkpoints
        self._in_memory: dict[int, Images] = {}
        self._num_known = 0
        self.rows: npt.NDArray[np.int64] = task.validation.rows[:NUM_TILES]
        self.faces: Images = np.asarray(task.validation.images[self.rows])
        self._pixels = _read(task.validation, self.faces)
        points = [
            seeds.film_point(task.validation.seed, index).standard_normal(task.params.latent_dim)
            for index in range(NUM_TILES)
        ]
        self._points = tf.constant(np.array(points), tf.float32)
        # there is no Python control flow to convert; the search for it takes half the tracing time
        self.draw = tf.function(self._draw_tiles, autograph=False)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Check the frames of all earlier epochs, before any training time is lost.

        Raises:
            DataError: a frame is missing or damaged.
        """
        while workers.is_writer() and self._num_known < epoch:
            self._num_known += 1
            self.frame(self._num_known)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the frame of the epoch."""
        if not workers.is_writer():
            return
        tiles = self.draw().numpy()
        if self._checkpoints is None:
            self._in_memory[epoch + 1] = tiles
        else:
            self._checkpoints.save_frame(epoch + 1, tiles)
        self._num_known = epoch + 1

    def _draw_tiles(self) -> tf.Tensor:
        """Return the reconstructions, then the random faces, (num_faces + 8, h, w, c), uint8."""
        z_mean, _ = self.model.encoder(self._pixels, training=False)
        logits = self.model.decoder(tf.concat([z_mean, self._points], axis=0), training=False)
        return inputs.to_uint8(tf.sigmoid(logits))

    def frame(self, epoch: int) -> Images:
        """Return the frame of an epoch, (num_faces + 8, h, w, c), uint8, reconstructions first.

        Raises:
            DataError: the frame is missing or damaged.
        """
        if self._checkpoints is None:
            return self._in_memory[epoch]
        num_faces, *tile = self.faces.shape
        return self._checkpoints.load_frame(epoch, (num_faces + NUM_TILES, *tile))

    def film(self, num_epochs: int) -> Film:
        """Return the film of a run of `num_epochs` epochs.

        Raises:
            DataError: a frame is missing or damaged.
        """
        epochs = film_file.choose_epochs(num_epochs)
        frames = np.stack([self.frame(epoch) for epoch in epochs])
        num_faces = len(self.faces)
        return Film(
            epochs=np.array(epochs, np.int64),
            rows=np.asarray(self.rows, np.int64),
            faces=self.faces,
            reconstructions=frames[:, :num_faces],
            random=frames[:, num_faces:],
        )

    def save(self, path: Path, num_epochs: int) -> None:
        """Write the film of a run of `num_epochs` epochs.

        Raises:
            DataError: a frame is missing or damaged.
        """
        if workers.is_writer():
            self.film(num_epochs).save(path)


def _read(part: batches.FacePart, faces: Images) -> tf.Tensor:
    """Return the pixels that the encoder reads, corrupted as in training."""
    pixels = inputs.to_pixels(tf.constant(faces))
    if part.corruption == "none":
        return pixels
    return corruption.corrupt(
        pixels,
        part.corruption,
        level=part.corruption_level,
        seed=[part.seed, seeds.VALIDATION + seeds.CORRUPTION],
    )
