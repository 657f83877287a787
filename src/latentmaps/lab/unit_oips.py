"""The results for one unit: the final image of each ascent, grouped by optimum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.oips.oip import AscentResult, Floats

# Final images with at least this correlation share an optimum. The correlation ignores where in the
# image the pattern is, since the mean over a map does not change when a pattern moves.
_SAME_OPTIMUM = 0.8


@dataclass(frozen=True)
class UnitOips:
    """The ascents of one unit from all starts.

    Attributes:
        layer_name: name of the layer.
        unit: index of the unit in the layer.
        objective_name: the objective, a key of ``objectives.OBJECTIVES``.
        kinds: (num_starts,), str, the kind of each start.
        starts: (num_starts, h, w, c), float32, the start images, as the network reads them.
        images: (num_starts, h, w, c), float32, the best image of each ascent.
        activations: (num_starts,), float32, activations for these images.
        curves: (num_starts, num_steps + 1), float32, activation before the first step and after
            each step; NaN once the image has stopped.
        snapshots: (num_starts, num_snapshots, h, w, c), float32, images after `snapshot_steps`;
            the last one is the final image.
        snapshot_steps: steps of the snapshots, starting with 0.
        num_steps: (num_starts,), number of steps taken.
        converged: (num_starts,), whether the image stopped because it no longer changed.
        winner: index of the start whose final image is the OIP.
        optima: (num_starts,), index of the optimum of each final image; 0 is the highest.
        floor: activations up to this value count as silent.
        seen_size: numbers of rows and columns, from the upper left, that influence the unit.
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
        """The OIP, (h, w, c), float32, as the network reads it."""
        image: Floats = self.images[self.winner]
        return image

    @property
    def activation(self) -> float:
        """The activation of the unit for its OIP."""
        return float(self.activations[self.winner])

    @property
    def is_silent(self) -> bool:
        """Whether none of the starts excites the unit."""
        return self.is_start_silent(self.winner)

    def is_start_silent(self, start: int) -> bool:
        """Report whether a start fails to excite the unit."""
        return not self.activations[start] > self.floor

    def relative_change(self, start: int, step: int) -> float:
        """Return the relative change of the activation in a step, at least 0.

        Args:
            start: index of the start.
            step: number of the step, counted from 1.

        Returns:
            The absolute change divided by the absolute activation after the step; NaN for step 0
            and after the last step.
        """
        if step < 1:
            return float("nan")
        before, after = self.curves[start, step - 1 : step + 1].astype(np.float64)
        return float(abs(after - before) / abs(after)) if after else float("nan")


def from_row(
    row: int,
    result: AscentResult,
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
    """Collect the results for one unit from a row of an ascent's results.

    Args:
        row: row of `result`.
        result: result of an ascent.
        layer_name: name of the layer.
        unit: index of the unit in the layer.
        objective_name: the objective.
        kinds: the kind of each start.
        starts: (num_starts, h, w, c), the start images.
        snapshot_steps: steps of all snapshots except the last, which is the final image.
        winner: index of the start whose final image is the OIP.
        floor: activations up to this value count as silent.
        seen_size: numbers of rows and columns that influence the unit.
    """
    rows, columns = seen_size
    images, activations = result.images[row], result.activations[row]
    return UnitOips(
        layer_name=layer_name,
        unit=unit,
        objective_name=objective_name,
        kinds=list(kinds),
        starts=starts,
        images=images,
        activations=activations,
        curves=result.curves[row],
        snapshots=result.snapshots[row],
        snapshot_steps=list(snapshot_steps),
        num_steps=result.num_steps[row],
        converged=result.converged[row],
        winner=winner,
        optima=group_optima(images[:, :rows, :columns], activations),
        floor=floor,
        seen_size=seen_size,
    )


def group_optima(images: Floats, activations: Floats) -> npt.NDArray[np.int64]:
    """Group the final images of ascents by optimum.

    In order of decreasing activation, each image joins the first optimum whose strongest image it
    resembles. Two images resemble each other if their correlation is at least 0.8 for some shift.

    Args:
        images: (n, h, w, c), float, the final images.
        activations: (n,), activations for the final images.

    Returns:
        (n,), index of the optimum that each final image belongs to; 0 is the highest.
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
    """Return the highest correlation between two images over all circular shifts, -1..1.

    It is computed with the correlation theorem: one product of spectra instead of h * w sums.

    Args:
        first: (h, w, c), float.
        second: (h, w, c), float.

    Returns:
        The correlation; 0 if an image is constant.
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
