"""One step of the ascent: evaluate the images, keep the best, then stop or follow the gradient.

``ascent`` contains the loop over steps, ``excitation`` computes the gradient, and ``constraints``
projects the images. The state of all images is passed from step to step.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from latentmaps.oips import excitation, length_scales
from latentmaps.oips.constraints import Constraint
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips

# An image stops after this many successive steps that barely changed its objective.
STABLE_STEPS = 4

# The step size is halved after this many steps without a better image, because the optimum is then
# less than one step away. With 3, activations were up to 1% lower; with 6, a third more steps were
# needed.
_PATIENCE = 4

# share of the previous direction in each step; a larger share lowers the activations in deep layers
_MOMENTUM = 0.5


class State(NamedTuple):
    """The state of n images, as arrays or tensors.

    Attributes:
        images: (n, h, w, c), the images to evaluate next.
        best_images: (n, h, w, c), the best images so far.
        objectives: (n,), objectives at the previous step, NaN before the first.
        best_objectives: (n,), objectives of the best images; a silent image has the floor of the
            objective.
        best_activations: (n,), activations for the best images.
        velocities: (n, h, w, c), directions of the last step, RMS at most 1.
        step_sizes: (n,), RMS change per step.
        misses: (n,), number of steps since the last better image or the last change of the step
            size.
        stable_steps: (n,), number of successive steps that barely changed the objective.
        num_steps: (n,), number of steps taken.
        is_done: (n,), whether the image has stopped.
    """

    images: Any
    best_images: Any
    objectives: Any
    best_objectives: Any
    best_activations: Any
    velocities: Any
    step_sizes: Any
    misses: Any
    stable_steps: Any
    num_steps: Any
    is_done: Any


# (state, units, shifts, coarseners, may_stop) -> (state after the step, activations before it)
Step = Callable[[State, Any, Any, Any, Any], tuple[State, Any]]


def begin(images: Floats, step_size: float, floor: float) -> State:
    """Return the state before the first step, as arrays.

    Args:
        images: (n, h, w, c), float32, the start images.
        step_size: RMS change of an image in the first steps.
        floor: objective of a silent image.
    """
    counts = np.zeros(len(images), np.int32)
    floors = np.full(len(images), floor, np.float32)
    return State(
        images=images.copy(),
        best_images=images.copy(),
        objectives=np.full_like(floors, np.nan),
        best_objectives=floors.copy(),
        best_activations=floors.copy(),
        velocities=np.zeros_like(images),
        step_sizes=np.full_like(floors, step_size),
        misses=counts.copy(),
        stable_steps=counts.copy(),
        num_steps=counts.copy(),
        is_done=np.zeros(len(images), bool),
    )


def begin_phase(state: State, step_size: float) -> State:
    """Return the state at the start of a finer phase, whose optimum may be far away.

    Reset the step sizes and the stopping rule, and keep the images and the best images.

    Args:
        state: state at the end of the previous phase.
        step_size: RMS change of an image in the first steps.
    """
    fresh = begin(state.images, step_size, 0.0)
    return state._replace(
        objectives=fresh.objectives,
        velocities=fresh.velocities,
        step_sizes=fresh.step_sizes,
        misses=fresh.misses,
        stable_steps=fresh.stable_steps,
    )


def make_step(
    objective: Objective, params: DrawOips, constraint: Constraint, *, jit_compile: bool
) -> Step:
    """Return the function that runs one step on a chunk of images.

    Args:
        objective: callable that returns the values to maximize.
        params: settings of the strategy, smoothness, jitter and stopping rule.
        constraint: constraint onto which the images are projected after the step.
        jit_compile: whether to compile the step with XLA.
    """
    has_coarse = any(phase.grid for phase in length_scales.phases(params))
    floor = objective.floor

    def step(
        state: State, units: Any, shifts: Any, coarseners: Any, may_stop: Any
    ) -> tuple[State, tf.Tensor]:
        objectives, activations, gradients = excitation.objective_and_gradient(
            objective, params, state.images, units, shifts
        )
        if has_coarse:
            gradients = excitation.coarsen(gradients, coarseners)
        directions = excitation.direction(constraint.tangent(gradients, state.images))
        state = _evaluate(
            state, objectives, activations, directions, params.convergence_threshold, floor
        )
        is_silent, is_stable = state.best_objectives <= floor, state.stable_steps >= STABLE_STEPS
        is_done = state.is_done | (may_stop & (is_silent | is_stable))
        # an image that the last step made silent has no gradient: return to its best version
        base = tf.where(_per_image(objectives > floor), state.images, state.best_images)
        moved = constraint(base + _per_image(state.step_sizes) * state.velocities)
        return state._replace(
            images=tf.where(_per_image(is_done), state.images, moved),
            num_steps=tf.where(is_done, state.num_steps, state.num_steps + 1),
            is_done=is_done,
        ), activations

    compiled: Step = tf.function(step, jit_compile=jit_compile, autograph=False)
    return compiled


def _evaluate(
    state: State,
    objectives: tf.Tensor,
    activations: tf.Tensor,
    directions: tf.Tensor,
    threshold: float,
    floor: float,
) -> State:
    """Return the state after an evaluation of its images; stopped images do not change."""
    is_better = objectives > state.best_objectives
    misses = tf.where(is_better, 0, state.misses + 1)
    shrinks = (misses >= _PATIENCE) | (objectives <= floor)
    changes = tf.abs(objectives - state.objectives)  # NaN before the first step, so not stable
    is_stable = (changes < threshold * tf.abs(objectives)) & (objectives > floor)
    # momentum is reset when the step size shrinks
    averaged = _MOMENTUM * state.velocities + (1 - _MOMENTUM) * directions
    evaluated = state._replace(
        best_images=tf.where(_per_image(is_better), state.images, state.best_images),
        objectives=objectives,
        best_objectives=tf.where(is_better, objectives, state.best_objectives),
        best_activations=tf.where(is_better, activations, state.best_activations),
        velocities=tf.where(_per_image(shrinks), directions, averaged),
        step_sizes=tf.where(shrinks, state.step_sizes / 2, state.step_sizes),
        misses=tf.where(shrinks, 0, misses),
        stable_steps=tf.where(is_stable, state.stable_steps + 1, 0),
    )
    return State(
        *(
            tf.where(_per_image(state.is_done) if new.shape.rank == 4 else state.is_done, old, new)
            for old, new in zip(state, evaluated, strict=True)
        )
    )


def _per_image(values: tf.Tensor) -> tf.Tensor:
    return values[:, tf.newaxis, tf.newaxis, tf.newaxis]
