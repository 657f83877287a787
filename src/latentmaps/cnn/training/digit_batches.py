"""Batches of digits with their labels, as tf.data datasets.

Pixels stay uint8 until they are in the graph, where `prepare` converts them to the input format of
the model.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds

_PREFETCH = 2


def training_batches(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    *,
    prepare: Callable[[tf.Tensor], tf.Tensor],
    batch_size: int,
    epochs: int,
    seed: int,
) -> tf.data.Dataset:
    """Return the shuffled batches of all epochs in sequence.

    Args:
        images: (n, 28, 28), uint8, 0..255.
        labels: (n,), uint8, 0..9.
        prepare: images of a batch -> inputs of the model.
        batch_size: size of every batch; the remainder, different in each epoch, is dropped.
        epochs: number of passes over the images.
        seed: seed for the order of the images; the order in an epoch depends only on (seed, epoch).
    """
    num_used = len(labels) // batch_size * batch_size
    order = [
        seeds.digit_order(seed, epoch).permutation(len(labels))[:num_used]
        for epoch in range(epochs)
    ]
    rows = tf.data.Dataset.from_tensor_slices(np.concatenate(order)).batch(batch_size)
    # created once, on the CPU: NumPy arrays would be copied into the graph as constants
    all_images, all_labels = tf.constant(images), tf.constant(labels)

    def read(batch_rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return prepare(tf.gather(all_images, batch_rows)), tf.gather(all_labels, batch_rows)

    return rows.map(read).prefetch(_PREFETCH)


def ordered_batches(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    *,
    prepare: Callable[[tf.Tensor], tf.Tensor],
    batch_size: int,
) -> tf.data.Dataset:
    """Return batches of all images in order; the last batch may be smaller.

    Args:
        images: (n, 28, 28), uint8, 0..255.
        labels: (n,), uint8, 0..9.
        prepare: images of a batch -> inputs of the model.
        batch_size: size of the batches.
    """
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch_size)
    return batches.map(lambda image, label: (prepare(image), label)).prefetch(_PREFETCH)
