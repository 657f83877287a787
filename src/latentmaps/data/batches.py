"""Batches of images from the memory-mapped array, as tf.data sets.

Nothing but the batch is ever copied, and pixels stay uint8 until they are in the graph. Which image
comes when is a function of (seed, epoch, position) alone.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.errors import TrainingError


def training_batches(
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    *,
    batch_size: int,
    epochs: int,
    seed: int,
) -> tf.data.Dataset:
    """Gives the shuffled batches of all epochs, one epoch after the other.

    Args:
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        rows: (num_rows,), the rows of `images` to learn from.
        batch_size: every batch has this many images, so that a compiled step is compiled once; what
            does not fill a batch is left out, another remainder in each epoch.
        epochs: passes through `rows`.
        seed: decides the order.

    Raises:
        TrainingError: there are fewer rows than a batch holds.
    """
    steps = steps_per_epoch(len(rows), batch_size)

    def epoch_positions(epoch: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.range(steps).map(
            lambda step: tf.random_index_shuffle(
                step * batch_size + tf.range(batch_size, dtype=tf.int64),
                seed=[seed, tf.cast(epoch, tf.int32), 0],
                max_index=tf.constant(len(rows) - 1, tf.int64),
            )
        )

    positions = tf.data.Dataset.range(epochs).flat_map(epoch_positions)
    return _read(positions, images, rows, batch_size).prefetch(2)


def steps_per_epoch(num_rows: int, batch_size: int) -> int:
    """Gives the number of full batches in `num_rows` rows.

    Raises:
        TrainingError: there is not one.
    """
    if num_rows < batch_size:
        raise TrainingError(
            f"train_vae.batch_size: found {batch_size}, expected at most the {num_rows} faces "
            "of the training part"
        )
    return num_rows // batch_size


def ordered_batches(
    images: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64], *, batch_size: int
) -> tf.data.Dataset:
    """Gives every row once, in order; the last batch may be smaller."""
    positions = tf.data.Dataset.range(len(rows)).batch(batch_size)
    return _read(positions, images, rows, None).prefetch(2)


def _read(
    positions: tf.data.Dataset,
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    batch_size: int | None,
) -> tf.data.Dataset:
    def gather(batch_positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        return np.asarray(images[rows[batch_positions]])

    def read(batch_positions: tf.Tensor) -> Any:
        batch = tf.numpy_function(gather, [batch_positions], tf.uint8, stateful=False)
        batch.set_shape((batch_size, *images.shape[1:]))
        return batch

    return positions.map(read)
