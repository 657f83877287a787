"""Find the input that excites each feature map of a layer: the OIP.

Twice: with pixels free, which tells what the map reacts to at most, and with pixels as light and
dark as those of a real digit, which reads as pen strokes.
"""

import logging

import numpy as np
import numpy.typing as npt

from latentmaps.data.digits import Digits
from latentmaps.errors import DataError
from latentmaps.oips import ascent, excitation
from latentmaps.oips import starts as starts_module
from latentmaps.oips.ascent import Climb, Climbers
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Ends, Oips, Range, Settings
from latentmaps.oips.starts import Starts

log = logging.getLogger(__name__)

_CHUNK_STEP = 32


def find_oips(
    networks: Networks,
    digits: Digits,
    settings: Settings,
    *,
    map_indices: npt.NDArray[np.int64] | None = None,
) -> Oips:
    """Gives the OIPs of a layer.

    Args:
        networks: the CNN up to the layer.
        digits: real ones: their training part sets the range of pixels.
        settings: starts and steps.
        map_indices: of which maps; None: all. A map has the same OIP alone and among others.

    Raises:
        DataError: the training digits have no contrast.
        TrainingError: a gradient is not a number.
    """
    indices = np.arange(networks.num_maps) if map_indices is None else map_indices
    value_range = digit_range(digits)
    log.info(
        "Climbing for %d feature maps of %s from %d starts each, free and in range",
        len(indices),
        networks.layer_name,
        settings.num_starts,
    )
    free_starts = starts_module.choose(
        networks, digits, settings, map_indices=indices, value_range=None
    )
    free = _climb(networks, free_starts, settings, indices, None)
    range_starts = starts_module.choose(
        networks, digits, settings, map_indices=indices, value_range=value_range
    )
    in_range = _climb(networks, range_starts, settings, indices, value_range)
    return Oips(indices, free, in_range, value_range, free_starts.silent_share)


def digit_range(digits: Digits) -> Range:
    """Gives darkest and brightest pixel of a real digit as the CNN reads it, standard deviations.

    The medians over the training part: half of the digits go further on either side.

    Raises:
        DataError: half of the training digits are of one single grey.
    """
    pixels = excitation.standardise_digits(digits.train_images)
    darkest = float(np.median(pixels.min(axis=(1, 2))))
    brightest = float(np.median(pixels.max(axis=(1, 2))))
    if darkest >= brightest:
        raise DataError(
            "the training digits: found half of them of one single grey, expected strokes on a "
            "ground; run fetch_digits again"
        )
    return darkest, brightest


def _climb(
    networks: Networks,
    starts: Starts,
    settings: Settings,
    map_indices: npt.NDArray[np.int64],
    value_range: Range | None,
) -> Ends:
    num_maps, num_starts = starts.images.shape[:2]
    climb = ascent.climb(
        networks.single_maps,
        Climbers(
            starts.images.reshape(-1, *starts.images.shape[2:]),
            np.repeat(map_indices, num_starts),
            np.tile(np.arange(num_starts), num_maps),
        ),
        settings.ascent,
        value_range=value_range,
        seed=settings.seed,
        jit_compile=settings.jit_compile,
        chunk_size=_chunk_size(networks, settings),
    )
    return _keep_best(starts, climb)


def _chunk_size(networks: Networks, settings: Settings) -> int:
    """Gives a size that all images of the layer fill, whichever of its maps are asked for."""
    num_images = networks.num_maps * settings.num_starts
    return min(settings.chunk_size, -(-num_images // _CHUNK_STEP) * _CHUNK_STEP)


def _keep_best(starts: Starts, climb: Climb) -> Ends:
    num_maps, num_starts = starts.images.shape[:2]
    activations = climb.activations.reshape(num_maps, num_starts)
    winners = activations.argmax(axis=1)  # the first among equals
    maps = np.arange(num_maps)
    rows = maps * num_starts + winners
    return Ends(
        images=climb.images[rows],
        starts=starts.origins[maps, winners],
        kinds=starts.kinds[maps, winners],
        rescues=starts.rescues,
        activations=activations,
        curves=climb.curves[rows],
        snapshots=climb.snapshots[rows],
        num_steps=climb.num_steps[rows],
        converged=climb.converged[rows],
    )
