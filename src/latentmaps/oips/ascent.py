"""Projected gradient ascent from start images: the method that finds OIPs.

``ascend`` runs the loop, and ``steps`` defines a single step. All images take their steps together,
in chunks of equal size. Every few steps, images that have stopped are dropped and the chunks are
refilled. ``race`` decides which start images continue after the first steps.

``starts`` chooses the start images, ``excitation`` computes the gradient, and ``constraints``
projects images onto the set that the network accepts.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tqdm.auto import tqdm

from latentmaps.errors import TrainingError
from latentmaps.oips import excitation, length_scales, oip, race, start_images, steps
from latentmaps.oips.constraints import Constraint, project_images
from latentmaps.oips.length_scales import Phase
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import AscentResult, Floats
from latentmaps.oips.steps import State, Step
from latentmaps.params.draw_oips import DrawOips

# largest number of steps between two removals of stopped images
_SEGMENT_STEPS = 10


def ascend(
    objective: Objective,
    starts: Floats,
    units: npt.NDArray[np.int64],
    params: DrawOips,
    *,
    constraint: Constraint,
    seed: int,
    jit_compile: bool,
    chunk_size: int,
    is_race: bool = False,
    num_head_starts: int = 0,
) -> AscentResult:
    """Run gradient ascent from each start image and return the best image found from each.

    A start image that leaves its unit silent does not change, unless the strategy adds
    fluctuations: where a ReLU outputs 0, the gradient is 0 too.

    Args:
        objective: callable that returns the values to maximize.
        starts: (num_units, num_starts, h, w, c), float32, start images that meet the constraint.
        units: (num_units,), int, the unit to excite from each row of `starts`.
        params: settings of the steps, the strategy and the stopping rule.
        constraint: constraint onto which the images are projected after each step.
        seed: seed for the jitter and the fluctuations.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.
        chunk_size: number of images per chunk. The last chunk is padded: kernels, and therefore
            rounding errors, are then the same for any number of images.
        is_race: whether only the best ``params.num_finalists`` starts of each unit continue after
            ``params.race_steps`` steps.
        num_head_starts: number of head starts at the end of each row of `starts`; they always
            continue.

    Returns:
        One result per start that was not eliminated by the race.

    Raises:
        TrainingError: a gradient is NaN or infinite.
    """
    num_units, num_starts, *shape = starts.shape
    start_indices = np.tile(np.arange(num_starts), (num_units, 1))
    images = starts.reshape(-1, *shape)  # (n, h, w, c), n = num_units * num_starts
    units_of_images = np.repeat(units, num_starts)
    shifts = excitation.sample_shifts(units, num_starts, params, seed)
    step = steps.make_step(objective, params, constraint, jit_compile=jit_compile)

    is_race &= race.is_needed(params, num_starts - num_head_starts)

    step_size = params.step_size * constraint.spread
    state = steps.begin(images, step_size, objective.floor)
    curves = np.full((len(images), params.num_steps + 1), np.nan, np.float32)
    snapshots = [images]
    segments = list(_segments(params))
    progress = tqdm(segments, desc="Gradient ascent", unit="segment", disable=None, leave=False)
    for phase, first, end in progress:
        if is_race and first == params.race_steps:  # keep the finalists only
            objectives = state.best_objectives.reshape(num_units, num_starts)
            start_indices = race.choose_finalists(objectives, params.num_finalists, num_head_starts)
            rows = (np.arange(num_units)[:, np.newaxis] * num_starts + start_indices).ravel()
            state = State(*(values[rows] for values in state))
            units_of_images, shifts, curves = units_of_images[rows], shifts[rows], curves[rows]
            snapshots = [images[rows] for images in snapshots]
        if first == phase.first > 0:
            state = steps.begin_phase(state, step_size)
            enriched = _enrich(
                state.images, phase, units_of_images, start_indices.ravel(), constraint, seed
            )
            state = state._replace(images=enriched)
        active = np.flatnonzero(~state.is_done)
        for rows in (active[i : i + chunk_size] for i in range(0, len(active), chunk_size)):
            chunk, activations = _take_steps(
                step,
                State(*(_pad_chunk(values[rows], chunk_size) for values in state)),
                _pad_chunk(units_of_images[rows].astype(np.int32), chunk_size),
                _pad_chunk(shifts[rows], chunk_size),
                phase=phase,
                step_numbers=range(first, end),
                may_stop=phase.end == params.num_steps,
            )
            curves[rows, first:end] = activations[: len(rows)]
            for kept, values in zip(state, chunk, strict=True):
                kept[rows] = np.asarray(values)[: len(rows)]
            _require_finite(state, rows, units_of_images)
        if end in oip.snapshot_steps(params):
            snapshots.append(state.images.copy())

    def by_unit(values: Any) -> Any:
        return values.reshape(*start_indices.shape, *values.shape[1:])

    return AscentResult(
        start_indices=start_indices,
        images=by_unit(state.best_images),
        activations=by_unit(state.best_activations),
        objectives=by_unit(state.best_objectives),
        curves=by_unit(curves),
        snapshots=by_unit(np.stack([*snapshots, state.best_images], axis=1)),
        num_steps=by_unit(np.minimum(state.num_steps, params.num_steps).astype(np.int64)),
        converged=by_unit(state.is_done & (state.stable_steps >= steps.STABLE_STEPS)),
    )


def _segments(params: DrawOips) -> Iterator[tuple[Phase, int, int]]:
    """Yield (phase, first step, end step) of each segment; stopped images are dropped after it."""
    phases = length_scales.phases(params)
    stops = {*range(0, params.num_steps, _SEGMENT_STEPS), *oip.snapshot_steps(params)}
    stops |= {phase.end for phase in phases} | {params.race_steps}
    edges = sorted(stop for stop in stops if 0 < stop < params.num_steps)
    # one more evaluation than steps: the result of the last step counts too
    for first, end in zip([0, *edges], [*edges, params.num_steps + 1], strict=True):
        yield next(phase for phase in phases if first < phase.end), first, end


def _take_steps(
    step: Step,
    state: State,
    units: tf.Tensor,
    shifts: tf.Tensor,
    *,
    phase: Phase,
    step_numbers: range,
    may_stop: bool,
) -> tuple[State, Floats]:
    """Run several steps on one chunk.

    Args:
        step: as returned by ``steps.make_step``.
        state: state of the chunk.
        units: (n,), int32, the unit that each image should excite.
        shifts: (n, num_steps + 1, 2), or (n, 1, 2) without jitter, int32, rows and columns by which
            jitter shifts the images.
        phase: phase of the strategy that the steps belong to.
        step_numbers: numbers of the steps.
        may_stop: whether images may stop; True only in the last phase.

    Returns:
        The state after the last step, and the activations before each step: (n, len(step_numbers)),
        NaN once an image has stopped.
    """
    coarseners = length_scales.coarseners(phase.grid, state.images.shape[1:3])
    projections = [tf.constant(matrix.astype(np.float32)) for matrix in coarseners]
    is_last_phase = tf.constant(may_stop)
    was_done, activations = [], []
    for number in step_numbers:
        was_done.append(state.is_done)
        shift = shifts[:, number % shifts.shape[1]]
        state, excited = step(state, units, shift, projections, is_last_phase)
        activations.append(excited)
    seen = np.where(np.stack(was_done, axis=1), np.nan, np.stack(activations, axis=1))
    return state, seen.astype(np.float32)


def _enrich(
    images: Floats,
    phase: Phase,
    units_of_images: npt.NDArray[np.int64],
    start_indices: npt.NDArray[np.int64],
    constraint: Constraint,
    seed: int,
) -> Floats:
    """Add the random fluctuations of a phase, if any, to images (n, h, w, c), and project them."""
    if not phase.fluctuation:
        return images
    height, width, channels = images.shape[1:]
    noise = start_images.fluctuations(
        phase, (height, width, channels), units_of_images, start_indices, seed=seed
    )
    return project_images(images + constraint.spread * noise, constraint)


def _require_finite(
    state: State, rows: npt.NDArray[np.int64], units_of_images: npt.NDArray[np.int64]
) -> None:
    wrong = ~np.isfinite(state.images[rows]).all(axis=(1, 2, 3))
    wrong |= np.isnan(state.objectives[rows])
    if wrong.any():
        row = rows[np.flatnonzero(wrong)[0]]
        raise TrainingError(
            f"unit {units_of_images[row]}: the gradient is not a number "
            f"within the first {state.num_steps[row] + 1} steps, expected finite "
            "weights; train the network again, with a lower learning rate"
        )


def _pad_chunk(values: npt.NDArray, size: int) -> tf.Tensor:
    """Pad a chunk to its full size with zeros, that is, with zero images for unit 0."""
    missing = [(0, size - len(values))] + [(0, 0)] * (values.ndim - 1)
    return tf.constant(np.pad(values, missing))
