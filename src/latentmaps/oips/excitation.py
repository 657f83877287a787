"""How strongly images excite the units of a layer, and which way leads up.

By default the excitation of a feature map is its mean over all positions, as in the source: a
pattern that occurs in many places excites it more than one that occurs once.
"""

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips

# Every batch has this many images, the last one is filled up: kernels differ between batch sizes,
# and so does the rounding. Of large images fewer: with 256 of 224x224 pixels, the first maps of a
# network alone would be gigabytes.
_BATCH_SIZE, _MOST_VALUES = 256, 2**22

# far below any RMS that matters; keeps a zero gradient zero
_TINY = 1e-12


def measure(network: keras.Model, images: Floats) -> Floats:
    """Return the outputs of a network, (n, num_outputs), float32.

    An image gives the same bytes alone and among others.

    Args:
        network: of ``Networks``.
        images: (n, h, w, c), as the network reads them.
    """
    outputs = np.zeros((len(images), network.output.shape[1]), np.float32)
    batch_size = min(_BATCH_SIZE, max(1, _MOST_VALUES // int(np.prod(images.shape[1:]))))
    for first in range(0, len(images), batch_size):
        batch = images[first : first + batch_size]
        filled = np.pad(batch, ((0, batch_size - len(batch)), (0, 0), (0, 0), (0, 0)))
        results = network.predict_on_batch(tf.constant(filled))
        outputs[first : first + len(batch)] = results[: len(batch)]
    return outputs


def penalized(
    objective: Objective, params: DrawOips, images: tf.Tensor, units: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what the ascent climbs, (n,), and the activations, (n,): equal without smoothness."""
    activations = objective(images, units)
    if not params.smoothness:
        return activations, activations
    # a factor, not a term: activations of different units differ by orders of magnitude
    penalty = params.smoothness * _roughness(images)
    return activations * tf.exp(-tf.sign(activations) * penalty), activations


def objective_and_gradient(
    objective: Objective,
    params: DrawOips,
    images: tf.Tensor,
    units: tf.Tensor,
    shifts: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return objectives (n,), activations (n,), and the gradients of the objectives.

    Images are independent of one another: the gradient of the sum of their objectives is the
    gradient of each.

    Args:
        objective: of one unit.
        params: smoothness and jitter.
        images: (n, h, w, c), as the network reads them.
        units: (n,), the unit that each image is to excite.
        shifts: (n, 2), rows and columns by which the gradient sees the images shifted; for jitter.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        seen = shift(images, shifts) if params.jitter else images
        objectives, activations = penalized(objective, params, seen, units)
    gradients = tape.gradient(objectives, images)
    if params.jitter:  # judged is the image itself, not what the gradient saw
        objectives, activations = penalized(objective, params, images, units)
    return objectives, activations, gradients


def coarsen(gradients: tf.Tensor, coarseners: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return what coarseners (h, h) and (w, w) leave of columns and rows of gradients."""
    down, across = coarseners
    return tf.einsum("ij,njkc,kl->nilc", down, gradients, across)


def direction(gradients: tf.Tensor) -> tf.Tensor:
    """Return gradients divided by their RMS, so that a step changes every image by the same amount.

    Args:
        gradients: (n, h, w, c); one that is zero stays zero.
    """
    rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(1, 2, 3), keepdims=True))
    return gradients / (rms + _TINY)


def sample_shifts(
    units: npt.NDArray[np.int64], num_starts: int, params: DrawOips, seed: int
) -> npt.NDArray[np.int32]:
    """Return rows and columns by which each step sees an image shifted, int32.

    Returns:
        (n, num_steps + 1, 2), n = num_units * num_starts; (n, 1, 2), zeros, without jitter.
    """
    if not params.jitter:
        return np.zeros((len(units) * num_starts, 1, 2), np.int32)
    streams = [
        seeds.jitter(seed, unit, start) for unit in units.tolist() for start in range(num_starts)
    ]
    size = (params.num_steps + 1, 2)
    bounds = -params.jitter, params.jitter + 1
    return np.array([stream.integers(*bounds, size) for stream in streams], np.int32)


def shift(images: tf.Tensor, shifts: tf.Tensor) -> tf.Tensor:
    """Return images moved down and right; what leaves on one side comes back on the other.

    Args:
        images: (n, h, w, c).
        shifts: (n, 2), rows and columns.
    """
    height, width = images.shape[1:3]
    rows = (tf.range(height) - shifts[:, :1]) % height  # (n, h)
    columns = (tf.range(width) - shifts[:, 1:]) % width
    moved_down = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(moved_down, columns, axis=2, batch_dims=1)


def _roughness(images: tf.Tensor) -> tf.Tensor:
    """Return the mean squared difference of neighbors, down and across, (n,)."""
    down = images[:, 1:] - images[:, :-1]
    across = images[:, :, 1:] - images[:, :, :-1]
    return tf.reduce_mean(down**2, (1, 2, 3)) + tf.reduce_mean(across**2, (1, 2, 3))
