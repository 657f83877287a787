"""Activations of the units of a layer, and their gradients with respect to the images.

By default, the activation of a feature map is its mean over all positions, as in R. Moenchmeyer's
posts. A pattern that occurs in many places therefore excites the map more than one that occurs
once.
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

# Every batch has the same number of images, and the last one is padded: kernels, and therefore
# rounding errors, differ between batch sizes. Batches of large images are smaller: with 256 images
# of 224x224 pixels, the first maps of a network alone would take up gigabytes.
_BATCH_SIZE, _MOST_VALUES = 256, 2**22

# far below any RMS that matters; keeps a zero gradient at zero
_TINY = 1e-12


def measure(network: keras.Model, images: Floats) -> Floats:
    """Return the outputs of a network, (n, num_outputs), float32.

    The outputs for an image are the same, down to the last bit, whatever the other images are.
    There is one exception: on a processor with AVX2 but without AVX-512, the rounding of a dense
    layer's outputs depends on the position in the batch.

    Args:
        network: one of the models in ``Networks``.
        images: (n, h, w, c), float32, in the format the network expects.
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
    """Return the objectives of the ascent, (n,), and the activations, (n,).

    The objective is the activation, reduced by a penalty on roughness if ``params.smoothness`` is
    above 0.

    Args:
        objective: callable that returns the activation of one unit per image.
        params: parameters of the ascent, including the weight of the penalty.
        images: (n, h, w, c), float32, in the format the network expects.
        units: (n,), int, the unit that each image should excite.
    """
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
    """Return the objectives (n,), the activations (n,) and the objectives' gradients (n, h, w, c).

    Args:
        objective: callable that returns the activation of one unit per image.
        params: parameters of the ascent, including smoothness and jitter.
        images: (n, h, w, c), float32, in the format the network expects.
        units: (n,), int, the unit that each image should excite.
        shifts: (n, 2), int, rows and columns by which the images are shifted before the gradient is
            computed; used only with jitter.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        seen = shift(images, shifts) if params.jitter else images
        objectives, activations = penalized(objective, params, seen, units)
    # images are independent, so the gradient of the sum contains the gradient of each
    gradients = tape.gradient(objectives, images)
    if params.jitter:  # evaluate the image itself, not the shifted one
        objectives, activations = penalized(objective, params, images, units)
    return objectives, activations, gradients


def coarsen(gradients: tf.Tensor, coarseners: Sequence[tf.Tensor]) -> tf.Tensor:
    """Project gradients (n, h, w, c) onto a coarse grid.

    Args:
        gradients: (n, h, w, c), float32.
        coarseners: projections of the columns, (h, h), and of the rows, (w, w).
    """
    down, across = coarseners
    return tf.einsum("ij,njkc,kl->nilc", down, gradients, across)


def direction(gradients: tf.Tensor) -> tf.Tensor:
    """Divide each gradient by its RMS, so that a step changes every image by the same amount.

    Args:
        gradients: (n, h, w, c), float32; a gradient of zero stays zero.
    """
    rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(1, 2, 3), keepdims=True))
    return gradients / (rms + _TINY)


def sample_shifts(
    units: npt.NDArray[np.int64], num_starts: int, params: DrawOips, seed: int
) -> npt.NDArray[np.int32]:
    """Sample the rows and columns by which jitter shifts each image in each step.

    Args:
        units: (num_units,), int, units of the layer.
        num_starts: number of starts per unit.
        params: parameters of the ascent, including the largest shift and the number of steps.
        seed: seed for the shifts.

    Returns:
        (n, num_steps + 1, 2), int32, n = num_units * num_starts; zeros of shape (n, 1, 2) without
        jitter.
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
    """Shift images down and right, cyclically.

    Args:
        images: (n, h, w, c).
        shifts: (n, 2), int, rows and columns.
    """
    height, width = images.shape[1:3]
    rows = (tf.range(height) - shifts[:, :1]) % height  # (n, h)
    columns = (tf.range(width) - shifts[:, 1:]) % width
    moved_down = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(moved_down, columns, axis=2, batch_dims=1)


def _roughness(images: tf.Tensor) -> tf.Tensor:
    """Return the mean squared difference between neighboring pixels, down and across, (n,)."""
    down = images[:, 1:] - images[:, :-1]
    across = images[:, :, 1:] - images[:, :, :-1]
    return tf.reduce_mean(down**2, (1, 2, 3)) + tf.reduce_mean(across**2, (1, 2, 3))
