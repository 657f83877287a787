"""What was found for one unit: where each of its starts ended, and which ends are one optimum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.oips.oip import AscentResult, Floats

# Ends whose pictures agree so far, wherever in the image the pattern stands, are one optimum: a
# mean over a map does not change when a pattern moves.
_SAME_OPTIMUM = 0.8


@dataclass(frozen=True)
class UnitOips:
    """The ends of all starts of one unit.

    Attributes:
        layer_name: the layer.
        unit: its number in the layer.
        objective_name: what was climbed, of ``objectives.OBJECTIVES``.
        kinds: (num_starts,), what each start is.
        starts: (num_starts, h, w, c), float32, as the network reads them.
        images: (num_starts, h, w, c), float32, the best image of the way from each start.
        activations: (num_starts,), float32, of these images.
        curves: (num_starts, num_steps + 1), float32, activation before the first step and after
            each; NaN once the image stopped.
        snapshots: (num_starts, num_snapshots, h, w, c), float32, after `snapshot_steps`; the last
            is the end.
        snapshot_steps: from 0 on.
        num_steps: (num_starts,), steps that were taken.
        converged: (num_starts,), whether the image stopped since nothing changed.
        winner: the start whose end is the OIP.
        optima: (num_starts,), the number of the optimum to which each end belongs, 0 the highest.
        floor: an activation not above is silent.
        seen_size: rows and columns, from the upper left, that influence the unit.
    """

    layer_name: str
    unit: int
    objective_name: str
    kinds: Sequence[str]
    starts: Floats
    images: Floats
    activations: Floats
    curves: Floats
    snapshots: Floats
    snapshot_steps: Sequence[int]
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]
    winner: int
    optima: npt.NDArray[np.int64]
    floor: float
    seen_size: tuple[int, int]

    @property
    def oip(self) -> Floats:
        """The image that excites the unit most, (h, w, c), as the network reads it."""
        image: Floats = self.images[self.winner]
        return image

    @property
    def activation(self) -> float:
        """How strongly that image excites the unit."""
        return float(self.activations[self.winner])

    @property
    def is_silent(self) -> bool:
        """Whether no start excites the unit."""
        return self.leaves_silent(self.winner)

    def leaves_silent(self, start: int) -> bool:
        """Return whether a start does not excite the unit."""
        return not self.activations[start] > self.floor

    def relative_change(self, start: int, step: int) -> float:
        """Return the change of the activation by the step that led to `step`, over its size; 0..

        NaN at the start, and behind the last step.
        """
        if step < 1:
            return float("nan")
        before, after = self.curves[start, step - 1 : step + 1].astype(np.float64)
        return float(abs(after - before) / abs(after)) if after else float("nan")


def from_row(
    row: int,
    ends: AscentResult,
    *,
    layer_name: str,
    unit: int,
    objective_name: str,
    kinds: Sequence[str],
    starts: Floats,
    snapshot_steps: Sequence[int],
    winner: int,
    floor: float,
    seen_size: tuple[int, int],
) -> UnitOips:
    """Return what was found for the unit in a row of the ends.

    Args:
        row: of `ends`.
        ends: of an ascent.
        layer_name: the layer.
        unit: its number in the layer.
        objective_name: what was climbed.
        kinds: of the starts.
        starts: (num_starts, h, w, c), before any step.
        snapshot_steps: those of the snapshots but the last, which is the end.
        winner: the start whose end is the OIP.
        floor: an activation not above is silent.
        seen_size: rows and columns that influence the unit.
    """
    rows, columns = seen_size
    images, activations = ends.images[row], ends.activations[row]
    return UnitOips(
        layer_name=layer_name,
        unit=unit,
        objective_name=objective_name,
        kinds=list(kinds),
        starts=starts,
        images=images,
        activations=activations,
        curves=ends.curves[row],
        snapshots=ends.snapshots[row],
        snapshot_steps=list(snapshot_steps),
        num_steps=ends.num_steps[row],
        converged=ends.converged[row],
        winner=winner,
        optima=group_optima(images[:, :rows, :columns], activations),
        floor=floor,
        seen_size=seen_size,
    )


def group_optima(images: Floats, activations: Floats) -> npt.NDArray[np.int64]:
    """Return the number of the optimum to which each end belongs, (n,), 0 the highest.

    From the highest end on, each joins the first optimum whose highest end it resembles: their
    correlation, wherever in the image the pattern stands, is at least 0.8.

    Args:
        images: (n, h, w, c), the ends.
        activations: (n,), of these.
    """
    optima = np.zeros(len(images), np.int64)
    leaders: list[int] = []
    for index in np.argsort(-activations, kind="stable").tolist():
        same = [
            number
            for number, leader in enumerate(leaders)
            if shifted_correlation(images[leader], images[index]) >= _SAME_OPTIMUM
        ]
        optima[index] = same[0] if same else len(leaders)
        if not same:
            leaders.append(index)
    return optima


def shifted_correlation(first: Floats, second: Floats) -> float:
    """Return the highest correlation of two images (h, w, c) over all circular shifts, -1..1.

    By the correlation theorem: one product of spectra instead of h * w sums. 0 where an image has
    one single value.
    """
    spectra = [
        np.fft.rfft2(image.astype(np.float64) - image.mean(dtype=np.float64), axes=(0, 1))
        for image in (first, second)
    ]
    products = np.fft.irfft2(
        (spectra[0] * spectra[1].conj()).sum(axis=-1), s=first.shape[:2], axes=(0, 1)
    )
    lengths = first.std(dtype=np.float64) * second.std(dtype=np.float64) * first.size
    return float(products.max() / lengths) if lengths > 0 else 0.0
