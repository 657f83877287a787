"""Gradient ascent on many images at once, in chunks of one size.

All images go through the same steps together. Now and then, and whenever pictures of the course are
taken, those that have stopped leave their chunks and the others close up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tqdm.auto import tqdm

from latentmaps.digits.dataset.digits import IMAGE_SIZE
from latentmaps.errors import TrainingError
from latentmaps.oips import start_images, step
from latentmaps.oips.oip import Ascent, Floats, Range
from latentmaps.oips.step import Activate, Inputs, State, Step

# steps after which stopped images leave at the latest
_SEGMENT_STEPS = 25

_SHIFTS = 1  # behind (seed, map, start): the stream of the jitter


@dataclass(frozen=True)
class Climbers:
    """Images and what they are to excite.

    Attributes:
        starts: (n, 28, 28), float32, standardised, or within the range.
        map_indices: (n,), the map that each is to excite.
        start_numbers: (n,), which start of its map each is.
    """

    starts: Floats
    map_indices: npt.NDArray[np.int64]
    start_numbers: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Climb:
    """Where the ascent ended.

    Attributes:
        images: (n, 28, 28), float32, the best of each course.
        activations: (n,), float32, of these; 0 where the start left the map silent.
        objectives: (n,), float32, of these: activations, less the penalty on roughness.
        curves: (n, num_steps + 1), float32, before the first step and after each; NaN once the
            image stopped.
        snapshots: (n, num_snapshots, 28, 28), float32, after ``Ascent.snapshot_steps``.
        num_steps: (n,), steps that were taken.
        converged: (n,), whether the image stopped since its activation did not change.
    """

    images: Floats
    activations: Floats
    objectives: Floats
    curves: Floats
    snapshots: Floats
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]


def climb(
    activate: Activate,
    climbers: Climbers,
    ascent: Ascent,
    *,
    value_range: Range | None,
    seed: int,
    jit_compile: bool,
    chunk_size: int,
) -> Climb:
    """Gives the images that ascent ends with.

    A start that leaves its map silent stays as it is: where the activation is 0, so is the
    gradient, for ever.

    Args:
        activate: standardised images (n, 28, 28, 1), a map index for each -> activations (n,).
        climbers: the images.
        ascent: how they climb.
        value_range: darkest and brightest pixel, in standard deviations; None for free pixels.
        seed: of the jitter.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together; the last chunk is filled up, so that the kernels,
            and with them the rounding, are the same for any number of images.

    Raises:
        TrainingError: a gradient is not a number.
    """
    restore = step.make_restore(value_range)
    advance = step.make_step(activate, ascent, restore, jit_compile=jit_compile)
    course = _Course(climbers, ascent, seed)
    segments = list(_segments(ascent))
    for first, last in tqdm(segments, desc="Climbing", unit="segment", disable=None, leave=False):
        course.enter(first)
        for rows in _chunks(course.waiting(), chunk_size):
            course.go_on(advance, rows, first, last, chunk_size)
        course.take_pictures(last)
    return course.finish()


def _segments(ascent: Ascent) -> Iterator[tuple[int, int]]:
    """Gives (first, one behind the last) step for stretches between which images may leave."""
    stops = {*range(0, ascent.num_steps, _SEGMENT_STEPS), *ascent.snapshot_steps}
    stops |= {end for end, _ in _phases(ascent)}
    edges = sorted(stop for stop in stops if 0 < stop < ascent.num_steps)
    # the last look is at what the last step made
    yield from zip([0, *edges], [*edges, ascent.num_steps + 1], strict=True)


def _phases(ascent: Ascent) -> list[tuple[int, int]]:
    """Gives (one behind its last step, points along an edge) for each phase, the last one too."""
    ends = np.cumsum([num_steps for _, num_steps in ascent.phases], dtype=int).tolist()
    phases = [(end, num_points) for end, (num_points, _) in zip(ends, ascent.phases, strict=True)]
    if not phases or phases[-1][0] < ascent.num_steps:
        phases.append((ascent.num_steps, IMAGE_SIZE))
    return phases


def _chunks(rows: npt.NDArray[np.int64], size: int) -> list[npt.NDArray[np.int64]]:
    return [rows[i : i + size] for i in range(0, len(rows), size)]


class _Course:
    """All images, where they stand, and what is remembered of their way."""

    def __init__(self, climbers: Climbers, ascent: Ascent, seed: int) -> None:
        num_images = len(climbers.starts)
        self._climbers = climbers
        self._ascent = ascent
        self._state = step.begin(climbers.starts, ascent.step_size)
        self._phase_ends = [end for end, _ in _phases(ascent)]
        self._curves = np.full((num_images, ascent.num_steps + 1), np.nan, np.float32)
        self._pictures = [climbers.starts]
        self._shifts = _draw_shifts(climbers, ascent, seed)

    def enter(self, number: int) -> None:
        """Starts anew where the step of this number is the first of another phase."""
        if number in self._phase_ends:
            self._state = step.begin_phase(self._state, self._ascent.step_size)

    def waiting(self) -> npt.NDArray[np.int64]:
        """Gives the rows that have not stopped."""
        return np.flatnonzero(~self._state.is_done)

    def go_on(
        self, advance: Step, rows: npt.NDArray[np.int64], first: int, last: int, size: int
    ) -> None:
        """Lets a chunk take the steps from `first` to the one before `last`."""
        state = State(*(_filled(values[rows], size) for values in self._state))
        map_indices = _filled(self._climbers.map_indices[rows].astype(np.int32), size)
        seen = []
        for number in range(first, last):
            shifts = _filled(self._shifts[rows, number % self._shifts.shape[1]], size)
            seen.append(state.is_done)
            state, activations = advance(state, self._inputs(map_indices, shifts, number))
            seen.append(activations)
        self._keep(rows, state, seen, first)

    def _inputs(self, map_indices: Any, shifts: Any, number: int) -> Inputs:
        # the last look, behind the last step, belongs to the last phase
        phases = _phases(self._ascent)
        left = [num_points for end, num_points in phases if number < end] or [phases[-1][1]]
        coarsener = start_images.coarsener(left[0]).astype(np.float32)
        return Inputs(map_indices, shifts, tf.constant(coarsener), tf.constant(len(left) == 1))

    def _keep(self, rows: npt.NDArray[np.int64], state: State, seen: list[Any], first: int) -> None:
        was_done, activations = np.stack(seen[::2], axis=1), np.stack(seen[1::2], axis=1)
        curves = np.where(was_done, np.nan, activations)[: len(rows)]
        self._curves[rows, first : first + curves.shape[1]] = curves
        for kept, values in zip(self._state, state, strict=True):
            kept[rows] = np.asarray(values)[: len(rows)]
        self._require_numbers(rows)

    def _require_numbers(self, rows: npt.NDArray[np.int64]) -> None:
        wrong = ~np.isfinite(self._state.images[rows]).all(axis=(1, 2, 3))
        wrong |= np.isnan(self._state.objectives[rows])
        if wrong.any():
            row = rows[np.flatnonzero(wrong)[0]]
            raise TrainingError(
                f"feature map {self._climbers.map_indices[row]}: the gradient is not a number "
                f"within the first {self._state.num_steps[row] + 1} steps, expected finite "
                "weights of the CNN; run train_cnn again, with a lower train_cnn.learning_rate"
            )

    def take_pictures(self, num_steps: int) -> None:
        """Remembers the images as they are after so many steps, where that is wanted."""
        if num_steps in self._ascent.snapshot_steps:
            self._pictures.append(self._state.images[..., 0].copy())

    def finish(self) -> Climb:
        """Gives what the climb led to."""
        state = self._state
        images = state.best_images[..., 0]
        if len(self._pictures) < len(self._ascent.snapshot_steps):
            self._pictures.append(images)
        return Climb(
            images=images,
            activations=state.best_activations,
            objectives=state.best_objectives,
            curves=self._curves,
            snapshots=np.stack(self._pictures, axis=1),
            num_steps=np.minimum(state.num_steps, self._ascent.num_steps).astype(np.int64),
            converged=state.is_done & state.has_converged,
        )


def _draw_shifts(climbers: Climbers, ascent: Ascent, seed: int) -> npt.NDArray[np.int32]:
    """Gives rows and columns to shift by, (n, num_steps + 1, 2); (n, 1, 2) without jitter."""
    if not ascent.jitter:
        return np.zeros((len(climbers.starts), 1, 2), np.int32)
    numbers = zip(climbers.map_indices.tolist(), climbers.start_numbers.tolist(), strict=True)
    streams = [np.random.default_rng([seed, *number, _SHIFTS]) for number in numbers]
    size = (ascent.num_steps + 1, 2)
    bounds = -ascent.jitter, ascent.jitter + 1
    return np.array([stream.integers(*bounds, size) for stream in streams], np.int32)


def _filled(values: npt.NDArray, size: int) -> tf.Tensor:
    """Gives a whole chunk as a tensor: what is missing are zeros, black images for map 0."""
    missing = [(0, size - len(values))] + [(0, 0)] * (values.ndim - 1)
    return tf.constant(np.pad(values, missing))
