"""Data classes for OIPs and the other results of a layer, without tensors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.params.draw_oips import DrawOips

Floats = npt.NDArray[np.float32]
# height, width, channels
Shape = tuple[int, int, int]
# darkest and brightest pixel, in standard deviations of the image; None, where allowed, means free
# pixels
PixelRange = tuple[float, float]

# status of a map: excited by one of its own random start images, by something else, or by nothing
ALIVE = "alive"
RESCUED = "rescued"
DEAD = "dead"
STATUSES = (ALIVE, RESCUED, DEAD)

# what made a map respond if none of its own random start images did
NOT_NEEDED = "start"
PRECURSOR = "precursor"
PRE_ACTIVATION = "pre-activation"
DIGITS = "digits"
IN_RANGE = "in range"
NOTHING = "nothing"

# number of strongest test digits shown next to an OIP
NUM_STRONGEST = 6


@dataclass(frozen=True)
class AscentResult:
    """The best image that the ascent found from each start that was not eliminated by the race.

    Attributes:
        start_indices: (num_units, num_starts), int, indices of these starts among all starts of the
            unit, ascending.
        images: (num_units, num_starts, h, w, c), float32, the best images, called final images.
        activations: (num_units, num_starts), float32, activations for the final images; the floor
            of the objective if the start left the unit silent.
        objectives: (num_units, num_starts), float32, activations reduced by a penalty on roughness.
        curves: (num_units, num_starts, num_steps + 1), float32, activation before the first step
            and after each step; NaN after the image has stopped.
        snapshots: (num_units, num_starts, num_snapshots, h, w, c), float32, images after the
            steps in ``snapshot_steps``, and the final images.
        num_steps: (num_units, num_starts), int, number of steps taken.
        converged: (num_units, num_starts), bool, whether the image stopped because its activation
            no longer changed.
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
    """Images after the removal of fine patterns that hardly affect the activation.

    Attributes:
        images: (num_maps, 28, 28), float32, standardized.
        activations: (num_maps,), float32, activations for `images`; 0 means silent.
        high_frequency_shares: (num_maps,), float32, 0..1, share of the energy above half the
            Nyquist frequency before polishing.
        high_frequency_shares_polished: (num_maps,), float32, 0..1, the same share for `images`.
    """

    images: Floats
    activations: Floats
    high_frequency_shares: Floats
    high_frequency_shares_polished: Floats


@dataclass(frozen=True)
class Oips:
    """The OIP of each map, with pixels either free or in range.

    Attributes:
        images: (num_maps, 28, 28), float32, standardized.
        activations: (num_maps,), float32, activations for `images`; 0 means silent.
        polished: the same images with less grain, as shown on sheets and pages.
        starts: (num_maps, 28, 28), float32, the start images of `images`.
        start_kinds: (num_maps,), str, kinds of these start images.
        rescues: (num_maps,), str, what made the map respond.
        from_head_start: (num_maps,), bool, whether the image grew from the head start.
        finalist_images: (num_maps, num_finalists, 28, 28), float32, the final image of each
            finalist; the result of the head start, if there is one, comes last.
        finalist_kinds: (num_maps, num_finalists), str, kinds of their start images.
        finalist_activations: (num_maps, num_finalists), float32, activations for the final images.
        has_head_start: whether each map has a head start.
        curves: (num_maps, num_steps + 1), float32, activation before the first step and after each
            step; NaN after the image has stopped.
        snapshots: (num_maps, num_snapshots, 28, 28), float32, images after the steps in
            ``snapshot_steps``, and the final image.
        num_steps: (num_maps,), int, number of steps taken.
        converged: (num_maps,), bool, whether the image stopped because its activation no longer
            changed.
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
        """Final activations without the head start, (num_maps, num_regular_finalists), float32."""
        return (
            self.finalist_activations[:, :-1] if self.has_head_start else self.finalist_activations
        )


@dataclass(frozen=True)
class LayerOips:
    """The OIPs of a layer.

    Attributes:
        map_indices: (num_maps,), int, indices of the maps.
        free: OIPs with free pixels.
        in_range: OIPs with pixels as light and dark as those of a real digit.
        pixel_range: darkest and brightest pixel of `in_range`.
        silent_share: (num_maps,), float64, 0..1, share of the random start images, including
            candidates, that left the map silent.
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
        activations: (num_maps,), float32, value of the map at one position, before its activation
            function.
    """

    images: Floats
    activations: Floats


@dataclass(frozen=True)
class StrongestDigits:
    """The test digits that excite each map most, the strongest first.

    Attributes:
        rows: (num_maps, 6), int, indices in the test part.
        images: (num_maps, 6, 28, 28), uint8, 0..255.
        labels: (num_maps, 6), uint8, 0..9.
        activations: (num_maps, 6), float32; 0 for a digit that leaves the map silent.
    """

    rows: npt.NDArray[np.int64]
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    activations: Floats


def snapshot_steps(params: DrawOips) -> list[int]:
    """Return the step numbers after which images are recorded, log-spaced; 0 is the start image."""
    halved = [params.num_steps // 2**k for k in range(params.num_snapshots)]
    return sorted({0, *halved})


def save(oips: LayerOips, elementary: ElementaryPatterns | None, path: Path) -> None:
    """Write the OIPs of a layer as .npz; identical OIPs produce identical files.

    The file contains ``map_indices`` (num_maps,) and ``value_range`` (2,), the pixel range. Each of
    the following arrays exists for free pixels and, with the suffix ``_in_range``, for pixels in
    range:

    - ``images``, ``images_polished`` and ``starts``: (num_maps, 28, 28);
    - ``activations``, ``activations_polished``, ``high_frequency_shares`` and
      ``high_frequency_shares_polished``: (num_maps,);
    - ``curves``: (num_maps, num_steps + 1);
    - for the finalists, with the head start last: the final images ``ends`` (num_maps,
      num_finalists, 28, 28), ``end_activations`` and ``end_kinds`` (num_maps, num_finalists).

    The file of a convolution also contains ``patterns`` (num_maps, rows, columns) and
    ``pattern_activations`` (num_maps,).

    Args:
        oips: OIPs of one layer.
        elementary: elementary patterns of the layer; None for a dense layer.
        path: path of the file.
    """
    arrays: dict[str, Any] = {
        "map_indices": oips.map_indices,
        "value_range": np.array(oips.pixel_range),
    }
    for suffix, variant in (("", oips.free), ("_in_range", oips.in_range)):
        arrays |= {
            f"images{suffix}": variant.images,
            f"starts{suffix}": variant.starts,
            f"activations{suffix}": variant.activations,
            f"images_polished{suffix}": variant.polished.images,
            f"activations_polished{suffix}": variant.polished.activations,
            f"high_frequency_shares{suffix}": variant.polished.high_frequency_shares,
            f"high_frequency_shares_polished{suffix}": (
                variant.polished.high_frequency_shares_polished
            ),
            f"curves{suffix}": variant.curves,
            f"ends{suffix}": variant.finalist_images,
            f"end_activations{suffix}": variant.finalist_activations,
            f"end_kinds{suffix}": variant.finalist_kinds,
        }
    if elementary is not None:
        arrays |= {
            "patterns": elementary.images[..., 0],
            "pattern_activations": elementary.activations,
        }
    np.savez_compressed(path, **arrays)
