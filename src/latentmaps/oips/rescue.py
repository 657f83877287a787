"""Make silent maps respond by gradient ascent on their values before the ReLU.

Where a map is 0 everywhere, so is its gradient. Before the ReLU, the map is negative but not flat.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.oips import excitation
from latentmaps.oips.constraints import Constraint
from latentmaps.oips.oip import Floats

Push = Callable[[Any, Any], tuple[Any, Any]]


def activate_silent_maps(
    max_pre_activations: keras.Model,
    images: Floats,
    map_indices: npt.NDArray[np.int64],
    *,
    num_steps: int,
    step_size: float,
    constraint: Constraint,
    chunk_size: int,
) -> Floats:
    """Change each image until its map is positive in at least one position.

    An image no longer changes once its map responds. After `num_steps` steps, some maps may still
    be silent.

    Args:
        max_pre_activations: standardized images -> maximum of each map before its ReLU.
        images: (n, h, w, c), float32, images that meet the constraint.
        map_indices: (n,), int, the map that each image should excite.
        num_steps: maximum number of steps.
        step_size: RMS change of a pixel per step, in units of ``constraint.spread``.
        constraint: constraint onto which the images are projected after each step.
        chunk_size: number of images per chunk.

    Returns:
        (n, h, w, c), float32.
    """
    push = _make_push(max_pre_activations, step_size * constraint.spread, constraint)
    pushed = np.empty_like(images)
    for first in range(0, len(images), chunk_size):
        rows = slice(first, min(first + chunk_size, len(images)))
        missing = chunk_size - (rows.stop - rows.start)
        chunk = tf.constant(np.pad(images[rows], ((0, missing), (0, 0), (0, 0), (0, 0))))
        indices = tf.constant(np.pad(map_indices[rows], (0, missing)), tf.int32)
        for _ in range(num_steps):
            chunk, is_active = push(chunk, indices)
            if np.asarray(is_active)[: rows.stop - rows.start].all():
                break
        pushed[rows] = np.asarray(chunk)[: rows.stop - rows.start]
    return pushed


def _make_push(max_pre_activations: keras.Model, step_size: float, constraint: Constraint) -> Push:
    """Return the function that changes images by one step and reports whether each map responds.

    An image whose map already responds is returned unchanged.
    """

    def push(images: tf.Tensor, map_indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            peaks = max_pre_activations(images, training=False)
            largest = tf.gather(peaks, map_indices, axis=1, batch_dims=1)
        directions = excitation.direction(tape.gradient(largest, images))
        is_active = largest > 0
        pushed = constraint(images + step_size * directions)
        return tf.where(is_active[:, None, None, None], images, pushed), is_active

    compiled: Push = tf.function(push, autograph=False)
    return compiled
