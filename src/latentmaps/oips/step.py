"""One step of ascent for a chunk of images, each for a feature map of its own.

The gradient is divided by its RMS, so a step changes every image by the same amount, and the image
is standardised after each step, because the CNN has seen nothing else. Images are independent of
one another: the gradient of the sum of their activations is the gradient of each.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.oips.oip import Ascent, Range

# A picture stops after so many successive steps that changed its activation by next to nothing.
_CALM_STEPS = 4

# So many steps without a better picture halve the step size: the optimum is closer than a step.
# 3 ended a few percent lower, 12 took a fifth more steps; without it a third of the pictures of
# Conv2D_3 jumped around their optimum until the last step.
_PATIENCE = 6

# Spread and mean of clipped pixels are brought back in turn. With 3 rounds, of 2 Newton steps for
# the mean each, ascent keeps the mean within 1e-3 of 0 and the spread within 2 % of 1. To
# standardise and clip in turn does not do: where half of a picture is black that has no fixed
# point, and pictures ended a quarter of a standard deviation too bright and a quarter too flat.
_ROUNDS = 3
_NEWTON_STEPS = 2

# bounds of a divisor: a clipped picture that is flat, and one of which next to no pixel is free
_FLATTEST = 0.25
_FEWEST = 0.05

# far below any RMS that matters; keeps a zero gradient zero
_TINY = 1e-12

Activate = Callable[[Any, Any], Any]
Restore = Callable[[Any], Any]


class State(NamedTuple):
    """Where the images of a chunk stand; arrays or tensors, the first axis is the image.

    Attributes:
        images: (n, 28, 28, 1), the next to look at.
        best_images: (n, 28, 28, 1), the best so far.
        objectives: (n,), of the image before, NaN at the start.
        best_objectives: (n,), of the best image; 0 is silent.
        best_activations: (n,), of the best image.
        step_sizes: (n,).
        misses: (n,), steps since the last better image or smaller step size.
        calm: (n,), successive steps that changed the objective by next to nothing.
        num_steps: (n,), steps so far.
        is_done: (n,), whether the image stopped.
    """

    images: Any
    best_images: Any
    objectives: Any
    best_objectives: Any
    best_activations: Any
    step_sizes: Any
    misses: Any
    calm: Any
    num_steps: Any
    is_done: Any

    @property
    def has_converged(self) -> Any:
        """Which images stopped since nothing changed any more, (n,)."""
        return self.calm >= _CALM_STEPS


class Inputs(NamedTuple):
    """What a step needs besides the state; the last two are the same for all images.

    Attributes:
        map_indices: (n,), the map that each image is to excite.
        shifts: (n, 2), rows and columns by which the image is seen shifted; for jitter.
        coarsener: (28, 28), the gradient is multiplied by it from both sides.
        may_stop: whether a calm image stops.
    """

    map_indices: Any
    shifts: Any
    coarsener: Any
    may_stop: Any


Step = Callable[[State, Inputs], tuple[State, Any]]


def begin(images: npt.NDArray[np.float32], step_size: float) -> State:
    """Gives the state before the first step, as arrays.

    Args:
        images: (n, 28, 28), standardised.
        step_size: of the first step.
    """
    num_images = len(images)
    numbers, counts = np.zeros(num_images, np.float32), np.zeros(num_images, np.int32)
    return State(
        images=images[..., np.newaxis].copy(),
        best_images=images[..., np.newaxis].copy(),
        objectives=np.full_like(numbers, np.nan),
        best_objectives=numbers.copy(),
        best_activations=numbers.copy(),
        step_sizes=np.full_like(numbers, step_size),
        misses=counts.copy(),
        calm=counts.copy(),
        num_steps=counts.copy(),
        is_done=np.zeros(num_images, bool),
    )


def begin_phase(state: State, step_size: float) -> State:
    """Gives the state at the start of another phase, as arrays: what is finer may be far away.

    Steps are as large as at first, and nothing is calm, whatever the phase before came to.

    Args:
        state: at the end of the phase before.
        step_size: of the first step.
    """
    fresh = begin(state.images[..., 0], step_size)
    return state._replace(
        objectives=fresh.objectives,
        step_sizes=fresh.step_sizes,
        misses=fresh.misses,
        calm=fresh.calm,
    )


def make_restore(value_range: Range | None) -> Restore:
    """Gives the function that makes a changed image one that the CNN may read.

    Args:
        value_range: darkest and brightest pixel, in standard deviations; None for free pixels.
    """

    def restore(images: tf.Tensor) -> tf.Tensor:
        images = tf.image.per_image_standardization(images)
        return images if value_range is None else _within(images, value_range)

    return restore


def _within(images: tf.Tensor, value_range: Range) -> tf.Tensor:
    """Gives clip(scale * image + offset) of mean 0 and, where there are such, of spread 1.

    Clipped alone, pixels would have less contrast than those of a digit, or more light.
    """
    clip = functools.partial(
        tf.clip_by_value, clip_value_min=value_range[0], clip_value_max=value_range[1]
    )
    centred = _centre(images, value_range)
    for _ in range(_ROUNDS):
        spread = tf.math.reduce_std(clip(centred), axis=(1, 2, 3), keepdims=True)
        centred = _centre(centred / tf.maximum(spread, _FLATTEST), value_range)
    return clip(centred)


def _centre(images: tf.Tensor, value_range: Range) -> tf.Tensor:
    """Gives images (n, 28, 28, 1) moved up or down so that they have mean 0 once clipped.

    Newton's method: the mean of clipped pixels grows with the offset by the share of those that
    are not clipped.
    """
    darkest, brightest = value_range
    for _ in range(_NEWTON_STEPS):
        mean = tf.reduce_mean(tf.clip_by_value(images, *value_range), axis=(1, 2, 3), keepdims=True)
        is_inside = tf.cast((images > darkest) & (images < brightest), tf.float32)
        share = tf.reduce_mean(is_inside, axis=(1, 2, 3), keepdims=True)
        images -= mean / tf.maximum(share, _FEWEST)
    return images


def make_step(activate: Activate, ascent: Ascent, restore: Restore, *, jit_compile: bool) -> Step:
    """Gives the function (state, inputs) -> (state one step on, activations of the images before).

    Args:
        activate: standardised images and the map for each -> activations.
        ascent: how images climb.
        restore: as ``make_restore`` gives it.
        jit_compile: whether XLA compiles the step; slower on a CPU.
    """

    def step(state: State, inputs: Inputs) -> tuple[State, tf.Tensor]:
        objectives, activations, gradients = _look(activate, ascent, state.images, inputs)
        directions = directed(gradients, inputs.coarsener if ascent.phases else None)
        state = _judge(state, objectives, activations, ascent.convergence_threshold)
        is_done = state.is_done | (state.best_objectives <= 0)
        is_done |= inputs.may_stop & state.has_converged
        # an image that a step made silent has no gradient: it goes back to its best
        base = tf.where(_wide(objectives > 0), state.images, state.best_images)
        moved = restore(base + _wide(state.step_sizes) * directions)
        return state._replace(
            images=tf.where(_wide(is_done), state.images, moved),
            num_steps=tf.where(is_done, state.num_steps, state.num_steps + 1),
            is_done=is_done,
        ), activations

    compiled: Step = tf.function(step, jit_compile=jit_compile)
    return compiled


def directed(gradients: tf.Tensor, coarsener: tf.Tensor | None = None) -> tf.Tensor:
    """Gives gradients (n, 28, 28, 1) of RMS 1, of coarse patterns alone; a zero one stays zero."""
    if coarsener is not None:
        gradients = tf.einsum("ij,njkc,kl->nilc", coarsener, gradients, coarsener)
    rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(1, 2, 3), keepdims=True))
    return gradients / (rms + _TINY)


def _look(
    activate: Activate, ascent: Ascent, images: tf.Tensor, inputs: Inputs
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Gives objectives (n,), activations (n,), and the gradients of the objectives."""

    def objective(seen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        activations = activate(seen, inputs.map_indices)  # (n,)
        if not ascent.smoothness:
            return activations, activations
        # a factor, not a term: activations of different maps differ by orders of magnitude
        return activations * tf.exp(-ascent.smoothness * _roughness(seen)), activations

    with tf.GradientTape() as tape:
        tape.watch(images)
        seen = _shift(images, inputs.shifts) if ascent.jitter else images
        objectives, activations = objective(seen)
    gradients = tape.gradient(objectives, images)
    if ascent.jitter:  # judged is the image itself, not what the gradient saw
        objectives, activations = objective(images)
    return objectives, activations, gradients


def _roughness(images: tf.Tensor) -> tf.Tensor:
    """Gives the mean squared difference of neighbours, down and across, (n,)."""
    down = images[:, 1:] - images[:, :-1]
    across = images[:, :, 1:] - images[:, :, :-1]
    return tf.reduce_mean(down**2, (1, 2, 3)) + tf.reduce_mean(across**2, (1, 2, 3))


def _shift(images: tf.Tensor, shifts: tf.Tensor) -> tf.Tensor:
    """Gives images moved down and right; what leaves on one side comes back on the other."""
    size = images.shape[1]
    rows = (tf.range(size) - shifts[:, :1]) % size  # (n, 28)
    columns = (tf.range(size) - shifts[:, 1:]) % size
    moved_down = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(moved_down, columns, axis=2, batch_dims=1)


def _judge(state: State, objectives: tf.Tensor, activations: tf.Tensor, threshold: float) -> State:
    """Gives the state after a look at its images; what is done stays as it is."""
    is_better = objectives > state.best_objectives
    misses = tf.where(is_better, 0, state.misses + 1)
    shrinks = (misses >= _PATIENCE) | (objectives <= 0)
    changes = tf.abs(objectives - state.objectives)  # NaN at the start: not calm
    is_calm = (changes < threshold * objectives) & (objectives > 0)
    judged = State(
        images=state.images,
        best_images=tf.where(_wide(is_better), state.images, state.best_images),
        objectives=objectives,
        best_objectives=tf.where(is_better, objectives, state.best_objectives),
        best_activations=tf.where(is_better, activations, state.best_activations),
        step_sizes=tf.where(shrinks, state.step_sizes / 2, state.step_sizes),
        misses=tf.where(shrinks, 0, misses),
        calm=tf.where(is_calm, state.calm + 1, 0),
        num_steps=state.num_steps,
        is_done=state.is_done,
    )
    return State(
        *(
            tf.where(_like(state.is_done, new), old, new)
            for old, new in zip(state, judged, strict=True)
        )
    )


def _wide(values: tf.Tensor) -> tf.Tensor:
    return values[:, tf.newaxis, tf.newaxis, tf.newaxis]


def _like(values: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    return _wide(values) if other.shape.rank == 4 else values
