"""Batches of images from the memory-mapped array, as ``tf.data`` datasets.

Each batch is a pair of inputs and targets: ``({"pixels", "epsilon"}, clean images)``. Only the
images of the current batches are copied into memory. Images are sent to the device as uint8, a
quarter of the size of float32, and become pixels inside the step (``as_pixels``). Corrupted inputs
are the exception: they are float32 from the start.

The choice of images, their noise and their corruption are functions of the seed and the step. They
are the same for any number of devices, whether or not the run is interrupted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds
from latentmaps.errors import TrainingError
from latentmaps.vae.network import corruption
from latentmaps.vae.network import inputs as network_inputs

Batch = tuple[dict[str, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class FacePart:
    """The images of one split part, with everything that determines its batches.

    Attributes:
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
        rows: (num_rows,), rows of `images` that belong to the part.
        latent_dim: number of latent dimensions, the width of the noise.
        seed: seed of the order, the noise and the corruption.
        corruption: a name in ``corruption.CORRUPTIONS``.
        corruption_level: strength of the corruption; see ``corruption.corrupt``.
    """

    images: npt.NDArray[np.uint8]
    rows: npt.NDArray[np.int64]
    latent_dim: int
    seed: int
    corruption: str = "none"
    corruption_level: float = 0.0


def training_batches(
    part: FacePart, *, batch_size: int, epochs: int, first_epoch: int = 0
) -> tf.data.Dataset:
    """Return the shuffled batches of the epochs from `first_epoch` to `epochs` - 1.

    Args:
        part: the training part.
        batch_size: images per batch. Every batch is full, so the step is compiled only once.
            Leftover images are skipped; they differ from epoch to epoch.
        epochs: passes through the part, counted from the start of training.
        first_epoch: number of completed epochs to skip.

    Raises:
        TrainingError: the part has fewer rows than a batch.
    """
    steps = steps_per_epoch(len(part.rows), batch_size)

    def read(step: tf.Tensor) -> Batch:
        positions = tf.random_index_shuffle(
            step % steps * batch_size + tf.range(batch_size, dtype=tf.int64),
            seed=seeds.face_order(part.seed, tf.cast(step // steps, tf.int32)),
            max_index=tf.constant(len(part.rows) - 1, tf.int64),
        )
        return _batch(part, positions, step, stream=0, batch_size=batch_size)

    return tf.data.Dataset.range(first_epoch * steps, epochs * steps).map(read).prefetch(2)


def steps_per_epoch(num_rows: int, batch_size: int) -> int:
    """Return the number of full batches in `num_rows` rows.

    Raises:
        TrainingError: the rows do not fill one batch.
    """
    if num_rows < batch_size:
        raise TrainingError(
            f"train_vae.batch_size: found {batch_size}, expected at most the {num_rows} faces "
            "of the training part; lower it"
        )
    return num_rows // batch_size


def ordered_batches(part: FacePart, *, batch_size: int, filled: bool = False) -> tf.data.Dataset:
    """Return batches of all rows, in order, with a weight for each image, (n,), float32.

    The noise is the same in every pass, so differences between epochs come from the model alone.

    Args:
        part: the part to read.
        batch_size: images per batch; the last batch may be smaller.
        filled: whether to pad the last batch with images of weight 0. Every device then gets a
            share. Some operations, such as oneDNN's bfloat16 convolutions, fail on an empty share.
    """
    num_rows = len(part.rows)
    num_batches = -(-num_rows // batch_size)
    num_positions = num_batches * batch_size if filled else num_rows

    def read(index: tf.Tensor, positions: tf.Tensor) -> tuple[dict[str, tf.Tensor], Any, tf.Tensor]:
        weights = tf.cast(positions < num_rows, tf.float32)
        existing = tf.minimum(positions, num_rows - 1)
        size = batch_size if filled else None
        return *_batch(part, existing, index, stream=seeds.VALIDATION, batch_size=size), weights

    positions = tf.data.Dataset.range(num_positions).batch(batch_size, drop_remainder=filled)
    return positions.enumerate().map(read).prefetch(2)


def _batch(
    part: FacePart,
    positions: tf.Tensor,
    step: tf.Tensor,
    *,
    stream: int,
    batch_size: int | None,
) -> Batch:
    images = _read_images(part, positions, batch_size)  # (n, h, w, c)

    def seed(kind: int) -> tf.Tensor:
        return tf.random.fold_in(tf.constant([part.seed, stream + kind]), tf.cast(step, tf.int32))

    inputs = images
    if part.corruption != "none":
        inputs = corruption.corrupt(
            network_inputs.to_pixels(images),
            part.corruption,
            level=part.corruption_level,
            seed=seed(seeds.CORRUPTION),
        )
    shape = (tf.shape(images)[0], part.latent_dim)
    epsilon = tf.random.stateless_normal(shape, seed(seeds.NOISE))  # (n, latent_dim)
    epsilon.set_shape((batch_size, part.latent_dim))
    return {"pixels": inputs, "epsilon": epsilon}, images


def _read_images(part: FacePart, positions: tf.Tensor, batch_size: int | None) -> Any:
    def gather(batch_positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        return np.asarray(part.images[part.rows[batch_positions]])

    images = tf.numpy_function(gather, [positions], tf.uint8, stateful=False)
    images.set_shape((batch_size, *part.images.shape[1:]))
    return images


def as_pixels(batch: Any) -> Any:
    """Return a batch with its uint8 images converted to float32 pixels, 0..1, on the device.

    The divisor is a placeholder because TensorFlow would replace division by a constant with a
    multiplication, and the last digit would differ from that of ``to_pixels``. XLA does so anyway.
    """
    highest = tf.raw_ops.PlaceholderWithDefault(input=255.0, shape=())
    return tf.nest.map_structure(
        lambda tensor: (
            tf.cast(tensor, tf.float32) / highest if tensor.dtype == tf.uint8 else tensor
        ),
        batch,
    )
