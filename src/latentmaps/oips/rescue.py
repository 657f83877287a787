"""Make silent maps respond: ascent on what a map is before its ReLU.

Where a map is 0 everywhere, so is its gradient. Before the ReLU it is negative, but not flat.
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


def wake(
    max_pre_activations: keras.Model,
    images: Floats,
    map_indices: npt.NDArray[np.int64],
    *,
    num_steps: int,
    step_size: float,
    constraint: Constraint,
    chunk_size: int,
) -> Floats:
    """Return images that excite their maps at one place at least, where so many steps suffice.

    An image stays as it is from the step on that wakes its map.

    Args:
        max_pre_activations: standardized images -> the largest value of each map before its ReLU.
        images: (n, h, w, c), float32, as `constraint` leaves them.
        map_indices: (n,), the map that each is to excite.
        num_steps: at most so many.
        step_size: change of a pixel in a step (RMS), in the spread of `constraint`.
        constraint: makes images such as the network may read, after each step.
        chunk_size: images that are pushed together.
    """
    push = _make_push(max_pre_activations, step_size * constraint.spread, constraint)
    woken = np.empty_like(images)
    for first in range(0, len(images), chunk_size):
        rows = slice(first, min(first + chunk_size, len(images)))
        missing = chunk_size - (rows.stop - rows.start)
        chunk = tf.constant(np.pad(images[rows], ((0, missing), (0, 0), (0, 0), (0, 0))))
        indices = tf.constant(np.pad(map_indices[rows], (0, missing)), tf.int32)
        for _ in range(num_steps):
            chunk, is_awake = push(chunk, indices)
            if np.asarray(is_awake)[: rows.stop - rows.start].all():
                break
        woken[rows] = np.asarray(chunk)[: rows.stop - rows.start]
    return woken


def _make_push(max_pre_activations: keras.Model, step_size: float, constraint: Constraint) -> Push:
    """Return the function (images, map_indices) -> (images one step on, which are awake)."""

    def push(images: tf.Tensor, map_indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            peaks = max_pre_activations(images, training=False)
            largest = tf.gather(peaks, map_indices, axis=1, batch_dims=1)
        directions = excitation.direction(tape.gradient(largest, images))
        is_awake = largest > 0
        pushed = constraint(images + step_size * directions)
        return tf.where(is_awake[:, None, None, None], images, pushed), is_awake

    compiled: Push = tf.function(push)
    return compiled
