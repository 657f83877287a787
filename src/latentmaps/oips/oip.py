"""What an OIP is, as data: how it is searched for, and what was found. No tensors here."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Range = tuple[float, float]

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


@dataclass(frozen=True)
class Ascent:
    """How images climb.

    Attributes:
        num_steps: at most so many.
        step_size: change of a pixel in the first steps (RMS), in standard deviations of the image;
            halved for a picture that no longer gets better.
        convergence_threshold: the picture stops after 4 successive steps that change its
            activation by less than this share.
        phases: (points along an edge, steps): only patterns that such a grid can show grow, one
            phase after the other; what remains of `num_steps` is for all patterns. Empty for the
            strategy superposition.
        jitter: each step sees the image shifted at random by at most so many pixels each way.
        smoothness: weight of the penalty on differences between neighbouring pixels.
        num_snapshots: of the image, log-spaced over `num_steps`, besides the start.
    """

    num_steps: int
    step_size: float
    convergence_threshold: float
    phases: Sequence[tuple[int, int]] = ()
    jitter: int = 0
    smoothness: float = 0.0
    num_snapshots: int = 7

    @property
    def snapshot_steps(self) -> list[int]:
        """After how many steps a picture of the course is taken; 0 is the start."""
        halved = [self.num_steps // 2**k for k in range(self.num_snapshots)]
        return sorted({0, *halved})


@dataclass(frozen=True)
class Settings:
    """How the OIPs of a layer are searched for.

    Attributes:
        num_starts: start images per map.
        start_kinds: of a map's own random starts; see ``start_images.Recipe``.
        candidate_kinds: of the candidates of the precursor.
        length_scales: grids of noise, points along an edge.
        length_weights: one each.
        start_grid: start images are left with what a grid of so many points along an edge can show.
        precursor: whether every map starts from the best of all candidates; otherwise only
            those maps do that their own starts leave silent.
        num_candidates: of the precursor.
        num_rescue_steps: at most so many on a map before its ReLU.
        ascent: how images climb.
        seed: of everything that is drawn.
        jit_compile: whether XLA compiles a step.
        chunk_size: images that climb together, at most.
    """

    num_starts: int
    start_kinds: Sequence[str]
    candidate_kinds: Sequence[str]
    length_scales: Sequence[int]
    length_weights: Sequence[float]
    start_grid: int
    precursor: bool
    num_candidates: int
    num_rescue_steps: int
    ascent: Ascent
    seed: int
    jit_compile: bool
    chunk_size: int

    @classmethod
    def of(cls, section: Any, *, seed: int, jit_compile: bool, chunk_size: int) -> Self:
        """Gives the settings of a section of parameters.

        Args:
            section: has the values under their names, as ``draw_oips`` has.
            seed: of everything that is drawn.
            jit_compile: whether XLA compiles a step.
            chunk_size: images that climb together, at most.
        """
        # the strategy superposition of the source is the one without phases
        ascent = Ascent(**{f.name: getattr(section, f.name) for f in fields(Ascent)})
        names = {f.name for f in fields(cls)} - {"ascent", "seed", "jit_compile", "chunk_size"}
        return cls(
            **{name: getattr(section, name) for name in names},
            ascent=ascent,
            seed=seed,
            jit_compile=jit_compile,
            chunk_size=chunk_size,
        )


@dataclass(frozen=True)
class Ends:
    """The best end of each map, with pixels free or within a range.

    Attributes:
        images: (num_maps, 28, 28), float32, standardised.
        best: (num_maps,), float32, activation by these; 0 is silent.
        starts: (num_maps, 28, 28), float32, what the best ends grew from.
        kinds: (num_maps,), text, the kind of these starts.
        rescues: (num_maps,), text, how the map was brought to respond.
        activations: (num_maps, num_starts), float32, at the end of each start but the head start;
            0 is silent.
        curves: (num_maps, num_steps + 1), float32, activation after each step of the best end; NaN
            once it stopped.
        snapshots: (num_maps, num_snapshots, 28, 28), float32.
        num_steps: (num_maps,), that the best end took.
        converged: (num_maps,), bool, whether it stopped since its activation did not change.
    """

    images: Floats
    best: Floats
    starts: Floats
    kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    activations: Floats
    curves: Floats
    snapshots: Floats
    num_steps: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Oips:
    """The OIPs of a layer.

    Attributes:
        map_indices: (num_maps,).
        free: what excites the maps most.
        in_range: what does so with pixels as light and dark as a real digit's.
        value_range: darkest and brightest pixel of `in_range`, in standard deviations.
        silent_share: (num_maps,), share of the random start images, candidates included, that left
            the map silent.
    """

    map_indices: npt.NDArray[np.int64]
    free: Ends
    in_range: Ends
    value_range: Range
    silent_share: npt.NDArray[np.float64]


def save(oips: Oips, path: Path) -> None:
    """Writes the OIPs as .npz, equal bytes for equal OIPs.

    Args:
        oips: of one layer.
        path: the file. ``images``, ``images_in_range``, ``starts`` and ``starts_in_range`` are
            (num_maps, 28, 28), ``activations`` and ``activations_in_range`` (num_maps,), ``curves``
            and ``curves_in_range`` (num_maps, num_steps + 1), ``value_range`` (2,).
    """
    arrays: dict[str, Any] = {
        "map_indices": oips.map_indices,
        "value_range": np.array(oips.value_range),
    }
    for suffix, ends in (("", oips.free), ("_in_range", oips.in_range)):
        arrays |= {
            f"images{suffix}": ends.images,
            f"starts{suffix}": ends.starts,
            f"activations{suffix}": ends.best,
            f"curves{suffix}": ends.curves,
        }
    np.savez_compressed(path, **arrays)
