"""Find the input that excites each feature map of a layer: the OIP.

Every map is climbed from several random starts and from one real digit, the one that excites it
most. The digit saves maps that no noise excites; without it they would pass for dead.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.data.digits import Digits
from latentmaps.models import cnn
from latentmaps.oips import ascent, start_images
from latentmaps.oips import excitation as excitation_module

log = logging.getLogger(__name__)

# A curve counts as flat when its last steps changed it by less than this share, each of them.
_FLAT_CHANGE = 5e-4
_FLAT_STEPS = 4


@dataclass(frozen=True)
class Settings:
    """How the OIPs are searched for.

    Attributes:
        num_starts: random start images per map.
        length_scales: grids of noise that make up a start image, points along an edge.
        num_steps: steps of ascent.
        step_size: change of a pixel in a step (RMS), in standard deviations of the image.
        seed: of the start images.
        jit_compile: whether XLA compiles a step.
    """

    num_starts: int
    length_scales: Sequence[int]
    num_steps: int
    step_size: float
    seed: int
    jit_compile: bool


@dataclass(frozen=True)
class Oips:
    """The best end for each of the maps of a layer; the last start is the real digit.

    Attributes:
        images: (num_maps, 28, 28), float32, standardised.
        starts: (num_maps, 28, 28), float32, what the best ends started from.
        activations: (num_maps, num_starts + 1), float32, at the end of each start; 0 is silent.
        silent: (num_maps, num_starts + 1), bool, the start image did not excite the map.
        converged: (num_maps,), bool, the best end's activation had stopped to grow.
    """

    images: npt.NDArray[np.float32]
    starts: npt.NDArray[np.float32]
    activations: npt.NDArray[np.float32]
    silent: npt.NDArray[np.bool_]
    converged: npt.NDArray[np.bool_]

    @property
    def winners(self) -> npt.NDArray[np.int64]:
        """The start with the highest end, (num_maps,); the first among equals."""
        winners: npt.NDArray[np.int64] = self.activations.argmax(axis=1)
        return winners


def find_oips(excitation: keras.Model, digits: Digits, settings: Settings) -> Oips:
    """Gives the OIPs of all maps of a layer.

    Args:
        excitation: standardised images -> activations of the maps of the layer.
        digits: the strongest training digit of a map is one of its starts; for a map that no
            training digit excites, the strongest test digit.
        settings: starts and steps.
    """
    starts = _all_starts(excitation, digits, settings)  # (num_maps, num_starts + 1, 28, 28)
    num_maps, num_starts = starts.shape[:2]
    log.info("Climbing for %d feature maps from %d starts each", num_maps, num_starts)
    climb = ascent.climb(
        excitation,
        starts.reshape(-1, *starts.shape[2:]),
        np.repeat(np.arange(num_maps), num_starts),
        num_steps=settings.num_steps,
        step_size=settings.step_size,
        jit_compile=settings.jit_compile,
    )
    return _keep_best(starts, climb)


def _all_starts(
    excitation: keras.Model, digits: Digits, settings: Settings
) -> npt.NDArray[np.float32]:
    train = excitation_module.strongest(excitation, digits.train_images)
    test = excitation_module.strongest(excitation, digits.test_images)
    chosen = np.where(
        (train.activations > 0)[:, None, None],
        digits.train_images[train.rows],
        digits.test_images[test.rows],
    )
    noise = start_images.draw(
        settings.seed,
        num_maps=len(chosen),
        num_starts=settings.num_starts,
        length_scales=settings.length_scales,
    )
    return np.concatenate([noise, np.asarray(cnn.standardise(chosen))[:, None, :, :, 0]], axis=1)


def _keep_best(starts: npt.NDArray[np.float32], climb: ascent.Climb) -> Oips:
    num_maps, num_starts = starts.shape[:2]
    curves = climb.activations.reshape(num_maps, num_starts, -1)
    maps, winners = np.arange(num_maps), curves[:, :, -1].argmax(axis=1)
    return Oips(
        images=climb.images.reshape(starts.shape)[maps, winners],
        starts=starts[maps, winners],
        activations=curves[:, :, -1],
        silent=curves[:, :, 0] == 0,
        converged=_is_flat(curves[maps, winners]),
    )


def _is_flat(curves: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tells which curves (n, num_steps + 1) changed little in each of the last steps."""
    tail = curves[:, -_FLAT_STEPS - 1 :]
    flat: npt.NDArray[np.bool_] = np.all(np.abs(np.diff(tail)) < _FLAT_CHANGE * tail[:, 1:], axis=1)
    return flat


def save(oips: Oips, path: Path) -> None:
    """Writes images, starts and activations of the best ends as .npz, equal bytes for equal OIPs.

    Args:
        oips: of one layer.
        path: the file; ``images`` and ``starts`` are (num_maps, 28, 28), ``activations`` is
            (num_maps,), all float32.
    """
    np.savez_compressed(
        path,
        images=oips.images,
        starts=oips.starts,
        activations=oips.activations.max(axis=1),
    )
