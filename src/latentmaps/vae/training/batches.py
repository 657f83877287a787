"""Batches of images from the memory-mapped array, as tf.data sets.

A batch is what a VAE reads and what it is to give back: ``({"pixels", "epsilon"}, clean pixels)``.
Nothing but the batch is ever copied. Pixels go to the device as the bytes of the images, a quarter
of their size, and become numbers in the step (``as_pixels``); spoilt ones are numbers already.
Which image comes when, the noise of its latent point, and how it is spoilt are functions of the
seed and of the step alone: the same for one device and for many, in one go and after a break.
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
class Faces:
    """The images of one part, and what is drawn for them.

    Attributes:
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        rows: (num_rows,), the rows of `images` that belong to the part.
        latent_dim: of the noise.
        seed: of order, noise and corruption.
        corruption: a name of ``corruption.CORRUPTIONS``.
        corruption_level: see ``corruption.corrupt``.
    """

    images: npt.NDArray[np.uint8]
    rows: npt.NDArray[np.int64]
    latent_dim: int
    seed: int
    corruption: str = "none"
    corruption_level: float = 0.0


def training_batches(
    faces: Faces, *, batch_size: int, epochs: int, first_epoch: int = 0
) -> tf.data.Dataset:
    """Gives the shuffled batches of the epochs `first_epoch` to `epochs`, one after the other.

    Args:
        faces: the training part.
        batch_size: every batch has this many images, so that a compiled step is compiled once; what
            does not fill a batch is left out, another remainder in each epoch.
        epochs: passes through the part, those before `first_epoch` included.
        first_epoch: so many are left out.

    Raises:
        TrainingError: there are fewer rows than a batch holds.
    """
    steps = steps_per_epoch(len(faces.rows), batch_size)

    def read(step: tf.Tensor) -> Batch:
        positions = tf.random_index_shuffle(
            step % steps * batch_size + tf.range(batch_size, dtype=tf.int64),
            seed=seeds.face_order(faces.seed, tf.cast(step // steps, tf.int32)),
            max_index=tf.constant(len(faces.rows) - 1, tf.int64),
        )
        return _batch(faces, positions, step, stream=0, batch_size=batch_size)

    return tf.data.Dataset.range(first_epoch * steps, epochs * steps).map(read).prefetch(2)


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


def ordered_batches(faces: Faces, *, batch_size: int, filled: bool = False) -> tf.data.Dataset:
    """Gives every row once, in order, with a weight for each image, (n,), float32.

    The noise is the same each time: what changes from epoch to epoch is the model.

    Args:
        faces: the part.
        batch_size: images a batch; the last one may be smaller.
        filled: fill the last batch up with images of weight 0, so that each of several devices gets
            its piece: an operation may fail on an empty one (oneDNN's convolutions in bfloat16 do).
    """
    num_rows = len(faces.rows)
    num_batches = -(-num_rows // batch_size)
    num_positions = num_batches * batch_size if filled else num_rows

    def read(index: tf.Tensor, positions: tf.Tensor) -> tuple[dict[str, tf.Tensor], Any, tf.Tensor]:
        weights = tf.cast(positions < num_rows, tf.float32)
        existing = tf.minimum(positions, num_rows - 1)
        size = batch_size if filled else None
        return *_batch(faces, existing, index, stream=seeds.VALIDATION, batch_size=size), weights

    positions = tf.data.Dataset.range(num_positions).batch(batch_size, drop_remainder=filled)
    return positions.enumerate().map(read).prefetch(2)


def _batch(
    faces: Faces,
    positions: tf.Tensor,
    step: tf.Tensor,
    *,
    stream: int,
    batch_size: int | None,
) -> Batch:
    images = _read_images(faces, positions, batch_size)

    def seed(kind: int) -> tf.Tensor:
        return tf.random.fold_in(tf.constant([faces.seed, stream + kind]), tf.cast(step, tf.int32))

    inputs = images
    if faces.corruption != "none":
        inputs = corruption.corrupt(
            network_inputs.to_pixels(images),
            faces.corruption,
            level=faces.corruption_level,
            seed=seed(seeds.CORRUPTION),
        )
    shape = (tf.shape(images)[0], faces.latent_dim)
    epsilon = tf.random.stateless_normal(shape, seed(seeds.NOISE))
    epsilon.set_shape((batch_size, faces.latent_dim))
    return {"pixels": inputs, "epsilon": epsilon}, images


def _read_images(faces: Faces, positions: tf.Tensor, batch_size: int | None) -> Any:
    def gather(batch_positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        return np.asarray(faces.images[faces.rows[batch_positions]])

    images = tf.numpy_function(gather, [positions], tf.uint8, stateful=False)
    images.set_shape((batch_size, *faces.images.shape[1:]))
    return images


def as_pixels(batch: Any) -> Any:
    """Return a batch whose images, uint8, have become pixels, float32, 0..1; for the device.

    The divisor is no constant: TensorFlow would replace the division by one with a product, whose
    last digit differs from that of ``to_pixels``. XLA does so all the same.
    """
    highest = tf.raw_ops.PlaceholderWithDefault(input=255.0, shape=())
    return tf.nest.map_structure(
        lambda part: tf.cast(part, tf.float32) / highest if part.dtype == tf.uint8 else part, batch
    )
