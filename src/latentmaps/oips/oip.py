"""What an OIP is, as data: what was found for the feature maps of a layer. No tensors here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.params.draw_oips import DrawOips

Floats = npt.NDArray[np.float32]
# height, width, channels
Shape = tuple[int, int, int]
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
        numbers: (num_units, num_starts), which of the starts of the unit these are, in their order.
        images: (num_units, num_starts, h, w, c), float32.
        activations: (num_units, num_starts), float32, of these; the floor of the objective where
            the start left the unit silent.
        objectives: (num_units, num_starts), float32, of these: activations, less the penalty on
            roughness.
        curves: (num_units, num_starts, num_steps + 1), float32, activation before the first step
            and after each; NaN once the image stopped.
        snapshots: (num_units, num_starts, num_snapshots, h, w, c), float32, after
            ``snapshot_steps``.
        num_steps: (num_units, num_starts), steps that were taken.
        converged: (num_units, num_starts), whether the image stopped since nothing changed.
    """

    start_indices: npt.NDArray[np.int64]
    images: Floats
    activations: Floats
    objectives: Floats
    curves: Floats
    snapshots: Floats
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Polished:
    """What the best ends become without the fine patterns that their maps hardly feel.

    Attributes:
        images: (num_maps, 28, 28), float32, standardized.
        activations: (num_maps,), float32, by these; 0 is silent.
        high_frequency_shares: (num_maps,), float32, 0..1, share of the energy of the pictures above
            half the Nyquist frequency, before.
        high_frequency_shares_polished: (num_maps,), float32, that of `images`.
    """

    images: Floats
    activations: Floats
    high_frequency_shares: Floats
    high_frequency_shares_polished: Floats


@dataclass(frozen=True)
class Oips:
    """The best end of each map, with pixels either free or in range.

    Attributes:
        images: (num_maps, 28, 28), float32, standardized.
        activations: (num_maps,), float32, by these; 0 is silent.
        polished: the same pictures with less grain; what is drawn.
        starts: (num_maps, 28, 28), float32, what the images grew from.
        start_kinds: (num_maps,), text, the kind of these starts.
        rescues: (num_maps,), text, how the map was brought to respond.
        from_head_start: (num_maps,), bool, whether the head start led to the image.
        finalist_images: (num_maps, num_finalists, 28, 28), float32, the end of each finalist
            ; the head start, where there is one, is the last.
        finalist_kinds: (num_maps, num_finalists), text, the kinds of these starts.
        end_activations: (num_maps, num_finalists), float32, by these ends.
        has_head_start: whether there is a head start.
        curves: (num_maps, num_steps + 1), float32, activation before the first step and after each;
            NaN once the image stopped.
        snapshots: (num_maps, num_snapshots, 28, 28), float32, after ``snapshot_steps``.
        num_steps: (num_maps,), steps that were taken.
        converged: (num_maps,), bool, whether the image stopped since its activation did not change.
    """

    images: Floats
    activations: Floats
    polished: Polished
    starts: Floats
    start_kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    from_head_start: npt.NDArray[np.bool_]
    finalist_images: Floats
    finalist_kinds: npt.NDArray[np.str_]
    finalist_activations: Floats
    has_head_start: bool
    curves: Floats
    snapshots: Floats
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]

    @property
    def regular_finalist_activations(self) -> Floats:
        """Those at the ends of all finalists but the head start, (num_maps, num_own_finalists)."""
        return (
            self.finalist_activations[:, :-1] if self.has_head_start else self.finalist_activations
        )


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
class ElementaryPatterns:
    """The elementary patterns of a layer.

    Attributes:
        images: (num_maps, rows, columns, c), float32, patches with a root mean square of 1.
        activations: (num_maps,), float32, of the map at one position, before its activation.
    """

    images: Floats
    activations: Floats


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


def save(oips: LayerOips, elementary: ElementaryPatterns | None, path: Path) -> None:
    """Write the OIPs as .npz, equal bytes for equal OIPs.

    Args:
        oips: of one layer.
        elementary: its elementary patterns: ``patterns`` (num_maps, rows, columns) and
            ``pattern_activations`` (num_maps,); None: there are none.
        path: the file. ``images``, ``images_in_range``, ``starts`` and ``starts_in_range`` are
            (num_maps, 28, 28), ``activations`` and ``activations_in_range`` (num_maps,), ``curves``
            and ``curves_in_range`` (num_maps, num_steps + 1), ``value_range`` (2,). Of polished
            pictures ``images_polished`` and ``activations_polished``, and before and after
            ``high_frequency_shares`` and ``high_frequency_shares_polished``, (num_maps,). Of the
            starts that climbed on, the head start behind the others: ``ends`` (num_maps,
            num_finalists, 28, 28), ``end_activations`` and ``end_kinds`` (num_maps,
            num_finalists). Likewise ``_in_range``.
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
            f"images_polished{suffix}": found.polished.images,
            f"activations_polished{suffix}": found.polished.activations,
            f"high_frequency_shares{suffix}": found.polished.high_frequency_shares,
            f"high_frequency_shares_polished{suffix}": (
                found.polished.high_frequency_shares_polished
            ),
            f"curves{suffix}": found.curves,
            f"ends{suffix}": found.finalist_images,
            f"end_activations{suffix}": found.finalist_activations,
            f"end_kinds{suffix}": found.finalist_kinds,
        }
    if elementary is not None:
        arrays |= {
            "patterns": elementary.images[..., 0],
            "pattern_activations": elementary.activations,
        }
    np.savez_compressed(path, **arrays)
