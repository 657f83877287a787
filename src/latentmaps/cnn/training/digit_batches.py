"""Batches of digits with their labels, as tf.data sets.

Pixels stay uint8 until they are in the graph; what the model reads is made there by `prepare`.
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
    """Return the shuffled batches of all epochs, one after the other.

    Args:
        images: (n, 28, 28), uint8.
        labels: (n,), uint8.
        prepare: images of a batch -> what the model reads.
        batch_size: every batch has this many images; what does not fill one is left out, another
            remainder in each epoch.
        epochs: passes through `images`.
        seed: the order of an epoch is a function of (seed, epoch).
    """
    num_used = len(labels) // batch_size * batch_size
    order = [
        seeds.digit_order(seed, epoch).permutation(len(labels))[:num_used]
        for epoch in range(epochs)
    ]
    rows = tf.data.Dataset.from_tensor_slices(np.concatenate(order)).batch(batch_size)
    # on the CPU and once: captured as constants they would be copied into the graph
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
    """Return every image once, in order; the last batch may be smaller."""
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch_size)
    return batches.map(lambda image, label: (prepare(image), label)).prefetch(_PREFETCH)
