"""Gradient ascent: from start images, step by step, until they converge, to the best of each.

This is how an OIP arises; ``ascend`` is the method, and ``steps`` has one step of it. All images
take the same steps together, in chunks of one size. Now and then those that have stopped leave
their chunks, and the others close up. Who climbs on after the first steps is decided by ``race``.

Where the start images come from stands in ``starts``, what a step climbs in ``excitation``, and
what keeps an image one that the CNN may read in ``constraint``.
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

# steps after which stopped images leave at the latest
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
    """Run gradient ascent from each start image and return the best image of each.

    A start that leaves its unit silent stays as it is: where a map behind a ReLU is 0, so is its
    gradient, for ever, unless the strategy adds fluctuations.

    Args:
        objective: what is climbed.
        starts: (num_units, num_starts, h, w, c), float32, as `constraint` leaves them.
        units: (num_units,), the unit that each row of starts is to excite.
        params: number and size of steps, strategy, when to stop.
        constraint: makes images such as the network may read, after each step.
        seed: of the jitter, and of the fluctuations.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together; the last chunk is filled up, so that the kernels,
            and with them the rounding, are the same for any number of images.
        is_race: whether after ``params.race_steps`` only the best ``params.num_finalists`` starts
            of each unit climb on.
        num_head_starts: so many of the last starts climb on in any case.

    Raises:
        TrainingError: a gradient is not a number.
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
    progress = tqdm(segments, desc="Climbing", unit="segment", disable=None, leave=False)
    for phase, first, last in progress:
        if is_race and first == params.race_steps:
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
        waiting = np.flatnonzero(~state.is_done)
        for rows in (waiting[i : i + chunk_size] for i in range(0, len(waiting), chunk_size)):
            chunk, seen = _take_steps(
                step,
                State(*(_filled(values[rows], chunk_size) for values in state)),
                _filled(units_of_images[rows].astype(np.int32), chunk_size),
                _filled(shifts[rows], chunk_size),
                phase=phase,
                step_numbers=range(first, last),
                may_stop=phase.end == params.num_steps,
            )
            curves[rows, first:last] = seen[: len(rows)]
            for kept, values in zip(state, chunk, strict=True):
                kept[rows] = np.asarray(values)[: len(rows)]
            _require_numbers(state, rows, units_of_images)
        if last in oip.snapshot_steps(params):
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
    """Yield phase, first and one behind the last step of stretches between which images leave."""
    phases = length_scales.phases(params)
    stops = {*range(0, params.num_steps, _SEGMENT_STEPS), *oip.snapshot_steps(params)}
    stops |= {phase.end for phase in phases} | {params.race_steps}
    edges = sorted(stop for stop in stops if 0 < stop < params.num_steps)
    # the last look is at what the last step made
    for first, last in zip([0, *edges], [*edges, params.num_steps + 1], strict=True):
        yield next(phase for phase in phases if first < phase.end), first, last


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
    """Take the steps of some numbers with a chunk, and return it with its activations before each.

    Returns:
        The state behind the last step, and (n, len(numbers)), NaN once an image had stopped.
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
    """Return images (n, h, w, c) with the fluctuations that a phase adds, if it adds any."""
    if not phase.fluctuation:
        return images
    height, width, channels = images.shape[1:]
    noise = start_images.fluctuations(
        phase, (height, width, channels), units_of_images, start_indices, seed=seed
    )
    return project_images(images + constraint.spread * noise, constraint)


def _require_numbers(
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


def _filled(values: npt.NDArray, size: int) -> tf.Tensor:
    """Return a whole chunk as a tensor: what is missing are zeros, black images for unit 0."""
    missing = [(0, size - len(values))] + [(0, 0)] * (values.ndim - 1)
    return tf.constant(np.pad(values, missing))
