"""Polish OIPs: remove fine patterns that hardly affect the activation.

Ascent keeps whatever raises the activation, however little, and whatever the gradient does not
reach, so the images of deep layers are grainy. Each polishing step weakens high frequencies and
moves the image a little along the gradient. Of all intermediate images that excite the map nearly
as much as before, the one with the smallest share of energy at high frequencies is kept.

Frequencies are those of the cosine transform (DCT-II) of the pixels that influence the layer. This
transform extends an image by its mirror image, so edges add no high frequencies and no window
function is needed. High frequencies are those above half the Nyquist frequency, 0.25 cycles per
pixel, in any direction.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.oips import excitation
from latentmaps.oips.constraints import Constraint
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import Floats, Polished

_HALF_NYQUIST = 0.25  # cycles per pixel

# an image with less energy is flat up to rounding
_FLAT = 1e-6

# An image with at most this share of its energy at high frequencies is clean and left unchanged.
_CLEAN_SHARE = 0.25

_NUM_STEPS = 60
# RMS change of a pixel per step along the gradient, in standard deviations; 0.1 left more grain
_STEP_SIZE = 0.05

# A step divides each amplitude by 1 + strength * weight. The strength grows while the activation is
# high enough, and falls otherwise until the gradient has restored the activation.
_FIRST_STRENGTH, _GROWTH, _DECLINE = 0.1, 1.2, 0.7

# Every chunk has this many images, and the last one is padded, so that rounding errors do not
# depend on the number of images.
_CHUNK_SIZE = 32
# number of steps after which clean images are dropped
_SEGMENT_STEPS = 10

Window = tuple[int, int]
_Step = Callable[["_State", Any, Any], "_State"]


class _State(NamedTuple):
    """The state of n images, as arrays or tensors.

    Attributes:
        images: (n, height, width, channels), the images to evaluate next.
        best_images: same shape, the cleanest images so far that excite their units enough.
        best_shares: (n,), shares of the best images' energy at high frequencies.
        best_activations: (n,), activations for the best images.
        strengths: (n,), strengths of the last step.
    """

    images: Any
    best_images: Any
    best_shares: Any
    best_activations: Any
    strengths: Any


def polish(
    objective: Objective,
    images: Floats,
    units: npt.NDArray[np.int64],
    activations: Floats,
    *,
    window: Window,
    constraint: Constraint,
    least_share: float,
) -> Polished:
    """Reduce the energy of images at high frequencies while preserving most of the activation.

    An image that is clean, or that leaves its unit silent, does not change. The result for an image
    does not depend on the other images.

    Args:
        objective: callable that returns the activation of one unit per image.
        images: (n, height, width) or (n, height, width, channels), float32, images that meet the
            constraint.
        units: (n,), int, the unit that each image excites.
        activations: (n,), float32, activations for these images.
        window: number of rows and columns, from the top left, that influence the activations.
        constraint: constraint onto which the images are projected.
        least_share: minimum share of the activation to keep; 1 means no polishing.
    """
    shares = high_frequency_share(images, window)
    state = _begin(images, shares, activations)
    least = (least_share * activations).astype(np.float32)
    step = _make_step(objective, window, constraint, images.shape[1:3])
    for _ in range(0, _NUM_STEPS if least_share < 1 else 0, _SEGMENT_STEPS):
        active = np.flatnonzero((activations > 0) & (state.best_shares > _CLEAN_SHARE))
        for rows in (active[i : i + _CHUNK_SIZE] for i in range(0, len(active), _CHUNK_SIZE)):
            chunk = _State(*(_pad_chunk(values[rows]) for values in state))
            chunk_units, chunk_least = (
                _pad_chunk(units[rows].astype(np.int32)),
                _pad_chunk(least[rows]),
            )
            for _ in range(_SEGMENT_STEPS):
                chunk = step(chunk, chunk_units, chunk_least)
            for kept, values in zip(state, chunk, strict=True):
                kept[rows] = np.asarray(values)[: len(rows)]
    polished = state.best_images.reshape(images.shape)
    return Polished(
        images=polished,
        activations=state.best_activations,
        high_frequency_shares=shares,
        high_frequency_shares_polished=high_frequency_share(polished, window),
    )


def high_frequency_share(images: Floats, window: Window) -> Floats:
    """Return the share of each image's energy at high frequencies, (n,), float32, 0..1.

    The mean of each channel is ignored. The share is about 0.8 for white noise and 0 for a flat
    image.

    Args:
        images: (n, height, width) or (n, height, width, channels), float.
        window: number of rows and columns, from the top left, to consider.
    """
    rows, columns = window
    seen = images[:, :rows, :columns].reshape(len(images), rows, columns, -1).astype(np.float64)
    energies = np.einsum("ij,njkc,lk->nilc", _cosines(rows), seen, _cosines(columns)) ** 2
    energies[:, 0, 0] = 0  # the mean
    total = energies.sum(axis=(1, 2, 3))
    high = energies[:, _frequencies(window) > _HALF_NYQUIST].sum(axis=(1, 2))
    shares = np.divide(high, total, out=np.zeros_like(high), where=total > _FLAT)
    return shares.astype(np.float32)


def _make_step(
    objective: Objective, window: Window, constraint: Constraint, shape: tuple[int, int]
) -> _Step:
    """Return the function that runs one step on a chunk of images.

    The step evaluates the images, keeps the cleanest ones, weakens high frequencies and follows the
    gradient.

    Args:
        objective: callable that returns the activation of one unit per image.
        window: number of rows and columns, from the top left, that influence the activations.
        constraint: constraint onto which the images are projected.
        shape: height and width of the images.
    """
    down, across = (tf.constant(_cosines(size), tf.float32) for size in window)
    frequencies = _frequencies(window)
    # a smooth cutoff, because a sharp one leaves ripples on the background
    powers = frequencies**4
    weights = tf.constant((powers / (powers + _HALF_NYQUIST**4))[..., np.newaxis], tf.float32)
    is_high = tf.constant((frequencies > _HALF_NYQUIST)[..., np.newaxis], tf.float32)
    is_pattern = tf.constant((frequencies > 0)[..., np.newaxis], tf.float32)
    margins = [
        (0, 0),
        *((0, whole - seen) for whole, seen in zip(shape, window, strict=True)),
        (0, 0),
    ]

    def transform(images: tf.Tensor) -> tf.Tensor:
        seen = images[:, : window[0], : window[1]]
        return tf.einsum("ij,njkc,lk->nilc", down, seen, across)

    def weaken(images: tf.Tensor, strengths: tf.Tensor) -> tf.Tensor:
        """Attenuate the high frequencies inside the window; pixels outside it stay unchanged."""
        removed = transform(images) * (1 - 1 / (1 + _per_image(strengths) * weights))
        return images - tf.pad(tf.einsum("ji,njkc,kl->nilc", down, removed, across), margins)

    def share(images: tf.Tensor) -> tf.Tensor:
        energies = transform(images) ** 2
        total = tf.reduce_sum(energies * is_pattern, axis=(1, 2, 3))
        return tf.reduce_sum(energies * is_high, axis=(1, 2, 3)) / tf.maximum(total, _FLAT)

    def step(state: _State, units: tf.Tensor, least: tf.Tensor) -> _State:
        with tf.GradientTape() as tape:
            tape.watch(state.images)
            activations = objective(state.images, units)
        directions = excitation.direction(tape.gradient(activations, state.images))
        shares, is_enough = share(state.images), activations >= least
        is_better = is_enough & (shares < state.best_shares) & (state.best_shares > _CLEAN_SHARE)
        # an image that has become silent has no gradient: return to its best version
        base = tf.where(_per_image(activations > 0), state.images, state.best_images)
        strengths = state.strengths * tf.where(is_enough, _GROWTH, _DECLINE)
        return _State(
            images=constraint(weaken(base + _STEP_SIZE * directions, strengths)),
            best_images=tf.where(_per_image(is_better), state.images, state.best_images),
            best_shares=tf.where(is_better, shares, state.best_shares),
            best_activations=tf.where(is_better, activations, state.best_activations),
            strengths=strengths,
        )

    compiled: _Step = tf.function(step, autograph=False)
    return compiled


def _begin(images: Floats, shares: Floats, activations: Floats) -> _State:
    with_channels = images.reshape(*images.shape[:3], -1)
    return _State(
        images=with_channels.copy(),
        best_images=with_channels.copy(),
        best_shares=shares.copy(),
        best_activations=activations.copy(),
        strengths=np.full(len(images), _FIRST_STRENGTH, np.float32),
    )


def _cosines(size: int) -> npt.NDArray[np.float64]:
    """Return the matrix (size, size) of the orthonormal DCT-II, one row per frequency."""
    indices = np.arange(size)
    matrix = np.sqrt(2 / size) * np.cos(np.pi / size * np.outer(indices, indices + 0.5))
    matrix[0] /= np.sqrt(2)
    return matrix


def _frequencies(window: Window) -> npt.NDArray[np.float64]:
    """Return the frequency of each pair of cosines, in cycles per pixel, (rows, columns)."""
    down, across = (np.arange(size) / (2 * size) for size in window)
    return np.hypot(down[:, np.newaxis], across)


def _pad_chunk(values: npt.NDArray) -> tf.Tensor:
    """Pad a chunk to its full size with zeros, that is, with gray images for unit 0."""
    missing = [(0, _CHUNK_SIZE - len(values))] + [(0, 0)] * (values.ndim - 1)
    return tf.constant(np.pad(values, missing))


def _per_image(values: tf.Tensor) -> tf.Tensor:
    return values[:, tf.newaxis, tf.newaxis, tf.newaxis]
