"""Gradient ascent on many images at once, each for a feature map of its own.

The gradient is divided by its RMS, so a step changes every image by the same amount, and the image
is standardised after each step, because the CNN has seen nothing else. Images are independent of
one another: the gradient of the sum of their activations is the gradient of each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tqdm.auto import tqdm

from latentmaps.data.digits import IMAGE_SIZE

# Every chunk has this many images, the last one is filled up, so that the step is traced once.
# 32, 64, 128 and 256 gave equal bytes on a CPU and, within the noise of the clock, equal times.
_CHUNK_SIZE = 64

# far below any RMS that matters; keeps a zero gradient zero
_TINY = 1e-12

_IMAGES = tf.TensorSpec((_CHUNK_SIZE, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)
_MAP_INDICES = tf.TensorSpec((_CHUNK_SIZE,), tf.int32)

Step = Callable[[Any, Any], tuple[Any, Any]]


@dataclass(frozen=True)
class Climb:
    """Where the ascent ended.

    Attributes:
        images: (n, 28, 28), float32, mean 0 and standard deviation 1.
        activations: (n, num_steps + 1), float32, before the first step and after each.
    """

    images: npt.NDArray[np.float32]
    activations: npt.NDArray[np.float32]


def climb(
    excitation: keras.Model,
    starts: npt.NDArray[np.float32],
    map_indices: npt.NDArray[np.int64],
    *,
    num_steps: int,
    step_size: float,
    jit_compile: bool = False,
) -> Climb:
    """Gives the images that ascent from `starts` ends with.

    A start that leaves its map silent stays as it is: where the activation is 0, so is the
    gradient, for ever.

    Args:
        excitation: standardised images (n, 28, 28, 1) -> activations (n, num_maps).
        starts: (n, 28, 28), float32, standardised.
        map_indices: (n,), the map that each image is to excite.
        num_steps: steps of ascent.
        step_size: change of a pixel in a step (RMS), in standard deviations of the image.
        jit_compile: whether XLA compiles a step; slower on a CPU.
    """
    step = _make_step(excitation, step_size, jit_compile)
    images = starts.copy()
    activations = np.zeros((len(starts), num_steps + 1), np.float32)
    for rows in _chunks(np.arange(len(starts))):
        activations[rows] = step(*_filled(starts[rows], map_indices[rows]))[1][: len(rows), None]
    loud = np.flatnonzero(activations[:, 0] > 0)
    bar = tqdm(_chunks(loud), desc="Climbing", unit="chunk", disable=None, leave=False)
    for rows in bar:
        ends, curve = _climb_chunk(step, *_filled(starts[rows], map_indices[rows]), num_steps)
        images[rows], activations[rows] = ends[: len(rows)], curve[: len(rows)]
    return Climb(images, activations)


def _make_step(excitation: keras.Model, step_size: float, jit_compile: bool) -> Step:
    """Gives the function (images, map_indices) -> (images one step on, activations before it)."""

    def step(images: tf.Tensor, map_indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            all_maps = excitation(images, training=False)  # (n, num_maps)
            activations = tf.gather(all_maps, map_indices, axis=1, batch_dims=1)  # (n,)
        gradient = tape.gradient(activations, images)
        rms = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True))
        moved = images + step_size * gradient / (rms + _TINY)
        return tf.image.per_image_standardization(moved), activations

    compiled: Step = tf.function(
        step, input_signature=(_IMAGES, _MAP_INDICES), jit_compile=jit_compile
    )
    return compiled


def _climb_chunk(
    step: Step, images: tf.Tensor, map_indices: tf.Tensor, num_steps: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    curve = []
    for _ in range(num_steps):
        images, activations = step(images, map_indices)
        curve.append(activations)
    curve.append(step(images, map_indices)[1])
    return np.asarray(images)[..., 0], np.stack(curve, axis=1)


def _chunks(rows: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    return [rows[i : i + _CHUNK_SIZE] for i in range(0, len(rows), _CHUNK_SIZE)]


def _filled(
    images: npt.NDArray[np.float32], map_indices: npt.NDArray[np.int64]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives a whole chunk: what is missing is black images for map 0."""
    missing = _CHUNK_SIZE - len(images)
    return (
        tf.constant(np.pad(images, ((0, missing), (0, 0), (0, 0)))[..., np.newaxis]),
        tf.constant(np.pad(map_indices, (0, missing)), tf.int32),
    )
