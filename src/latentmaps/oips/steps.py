"""One step of an ascent: look at the images, keep the best, stop or move up the gradient.

The state of the images goes from step to step; ``ascent`` has the loop, ``excitation`` the
gradient, and ``constraint`` what keeps an image one that the network may read.
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

# An image stops after so many successive steps that changed its activation by next to nothing.
STABLE_STEPS = 4

# So many steps without a better image halve the step size: the optimum is closer than a step.
# 3 ended up to 1 % lower, 6 took a third more steps.
_PATIENCE = 4

# share of a step that goes on as the one before; with more, images of deep layers end lower
_MOMENTUM = 0.5


class State(NamedTuple):
    """Where images stand; arrays or tensors, the first axis is the image.

    Attributes:
        images: (n, h, w, c), the next to look at.
        best_images: (n, h, w, c), the best so far.
        objectives: (n,), of the image before, NaN at the start.
        best_objectives: (n,), of the best image; the floor of the objective is silent.
        best_activations: (n,), of the best image.
        velocities: (n, h, w, c), where the last step went, in steps of RMS 1.
        step_sizes: (n,).
        misses: (n,), steps since the last better image or smaller step size.
        stable_steps: (n,), successive steps that changed the objective by next to nothing.
        num_steps: (n,), steps so far.
        is_done: (n,), whether the image stopped.
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


# state, units, shifts, coarseners, may_stop -> state one step on, activations before it
Step = Callable[[State, Any, Any, Any, Any], tuple[State, Any]]


def begin(images: Floats, step_size: float, floor: float) -> State:
    """Return the state of images (n, h, w, c) before the first step, as arrays."""
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
    """Return the state at the start of a finer phase: its optimum may be far away.

    Steps are as large as at first, and nothing is calm, whatever the phase before came to.
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
    """Return one step: look at the images, keep the best, stop or move up the gradient."""
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
        state = _judge(
            state, objectives, activations, directions, params.convergence_threshold, floor
        )
        is_silent, is_calm = state.best_objectives <= floor, state.stable_steps >= STABLE_STEPS
        is_done = state.is_done | (may_stop & (is_silent | is_calm))
        # an image that a step made silent has no gradient: it goes back to its best
        base = tf.where(_wide(objectives > floor), state.images, state.best_images)
        moved = constraint(base + _wide(state.step_sizes) * state.velocities)
        return state._replace(
            images=tf.where(_wide(is_done), state.images, moved),
            num_steps=tf.where(is_done, state.num_steps, state.num_steps + 1),
            is_done=is_done,
        ), activations

    compiled: Step = tf.function(step, jit_compile=jit_compile)
    return compiled


def _judge(
    state: State,
    objectives: tf.Tensor,
    activations: tf.Tensor,
    directions: tf.Tensor,
    threshold: float,
    floor: float,
) -> State:
    """Return the state after a look at its images; what is done stays as it is."""
    is_better = objectives > state.best_objectives
    misses = tf.where(is_better, 0, state.misses + 1)
    shrinks = (misses >= _PATIENCE) | (objectives <= floor)
    changes = tf.abs(objectives - state.objectives)  # NaN at the start: not calm
    is_calm = (changes < threshold * tf.abs(objectives)) & (objectives > floor)
    # a smaller step begins without what the larger one came to
    going_on = _MOMENTUM * state.velocities + (1 - _MOMENTUM) * directions
    judged = state._replace(
        best_images=tf.where(_wide(is_better), state.images, state.best_images),
        objectives=objectives,
        best_objectives=tf.where(is_better, objectives, state.best_objectives),
        best_activations=tf.where(is_better, activations, state.best_activations),
        velocities=tf.where(_wide(shrinks), directions, going_on),
        step_sizes=tf.where(shrinks, state.step_sizes / 2, state.step_sizes),
        misses=tf.where(shrinks, 0, misses),
        stable_steps=tf.where(is_calm, state.stable_steps + 1, 0),
    )
    return State(
        *(
            tf.where(_wide(state.is_done) if new.shape.rank == 4 else state.is_done, old, new)
            for old, new in zip(state, judged, strict=True)
        )
    )


def _wide(values: tf.Tensor) -> tf.Tensor:
    return values[:, tf.newaxis, tf.newaxis, tf.newaxis]
