"""What an OIP is, as data: what was found for the feature maps of a layer. No tensors here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.params.draw_oips import DrawOips

Floats = npt.NDArray[np.float32]
# darkest and brightest pixel, in standard deviations of the image; where it may be None, None
# stands for free pixels
PixelRange = tuple[float, float]

# whether a map has an OIP, and whether a random start of its own led to it
ALIVE = "alive"
RESCUED = "rescued"
DEAD = "dead"
STATUSES = (ALIVE, RESCUED, DEAD)

# how a map that no random start of its own excites was brought to respond
NOT_NEEDED = "start"
PRECURSOR = "precursor"
PRE_ACTIVATION = "pre-activation"
DIGITS = "digits"
IN_RANGE = "in range"
NOTHING = "nothing"

# strongest test digits that stand beside an OIP
NUM_STRONGEST = 6


@dataclass(frozen=True)
class AscentResult:
    """The best image of the way from each start that climbed to the end.

    Attributes:
        numbers: (num_maps, num_starts), which of the starts of the map these are, in their order.
        images: (num_maps, num_starts, 28, 28), float32.
        activations: (num_maps, num_starts), float32, of these; 0 where the start left the map
            silent.
        objectives: (num_maps, num_starts), float32, of these: activations, less the penalty on
            roughness.
        curves: (num_maps, num_starts, num_steps + 1), float32, activation before the first step and
            after each; NaN once the image stopped.
        snapshots: (num_maps, num_starts, num_snapshots, 28, 28), float32, after
            ``snapshot_steps``.
        num_steps: (num_maps, num_starts), steps that were taken.
        converged: (num_maps, num_starts), whether the image stopped since nothing changed.
    """

    numbers: npt.NDArray[np.int64]
    images: Floats
    activations: Floats
    objectives: Floats
    curves: Floats
    snapshots: Floats
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Oips:
    """The best end of each map, with pixels either free or in range.

    Attributes:
        images: (num_maps, 28, 28), float32, standardized.
        activations: (num_maps,), float32, by these; 0 is silent.
        starts: (num_maps, 28, 28), float32, what the images grew from.
        start_kinds: (num_maps,), text, the kind of these starts.
        rescues: (num_maps,), text, how the map was brought to respond.
        end_activations: (num_maps, num_finalists), float32, at the end of each start that climbed
            on, but the head start; 0 is silent.
        curves: (num_maps, num_steps + 1), float32, activation before the first step and after each;
            NaN once the image stopped.
        snapshots: (num_maps, num_snapshots, 28, 28), float32, after ``snapshot_steps``.
        num_steps: (num_maps,), steps that were taken.
        converged: (num_maps,), bool, whether the image stopped since its activation did not change.
    """

    images: Floats
    activations: Floats
    starts: Floats
    start_kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    end_activations: Floats
    curves: Floats
    snapshots: Floats
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LayerOips:
    """The OIPs of a layer.

    Attributes:
        map_indices: (num_maps,).
        free: what excites the maps most.
        in_range: what does so with pixels as light and dark as a real digit's.
        pixel_range: of `in_range`.
        silent_share: (num_maps,), share of the random start images, candidates included, that left
            the map silent.
    """

    map_indices: npt.NDArray[np.int64]
    free: Oips
    in_range: Oips
    pixel_range: PixelRange
    silent_share: npt.NDArray[np.float64]


@dataclass(frozen=True)
class StrongestDigits:
    """The test digits that excite each map most, the strongest first.

    Attributes:
        rows: (num_maps, 6), where they stand in the test part.
        images: (num_maps, 6, 28, 28), uint8.
        labels: (num_maps, 6), uint8.
        activations: (num_maps, 6), float32; 0 when they do not excite the map.
    """

    rows: npt.NDArray[np.int64]
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    activations: Floats


def snapshot_steps(params: DrawOips) -> list[int]:
    """Return after how many steps an image is remembered: log-spaced; 0 is the start."""
    halved = [params.num_steps // 2**k for k in range(params.num_snapshots)]
    return sorted({0, *halved})


def save(oips: LayerOips, path: Path) -> None:
    """Write the OIPs as .npz, equal bytes for equal OIPs.

    Args:
        oips: of one layer.
        path: the file. ``images``, ``images_in_range``, ``starts`` and ``starts_in_range`` are
            (num_maps, 28, 28), ``activations`` and ``activations_in_range`` (num_maps,), ``curves``
            and ``curves_in_range`` (num_maps, num_steps + 1), ``value_range`` (2,).
    """
    arrays: dict[str, Any] = {
        "map_indices": oips.map_indices,
        "value_range": np.array(oips.pixel_range),
    }
    for suffix, found in (("", oips.free), ("_in_range", oips.in_range)):
        arrays |= {
            f"images{suffix}": found.images,
            f"starts{suffix}": found.starts,
            f"activations{suffix}": found.activations,
            f"curves{suffix}": found.curves,
        }
    np.savez_compressed(path, **arrays)
