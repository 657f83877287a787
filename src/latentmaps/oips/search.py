"""Find the input that excites each feature map of a layer: the OIP.

Twice: with pixels as light and dark as those of a real digit, which reads as pen strokes, and with
pixels free, which tells what the map reacts to at most.
"""

import logging

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.oips import ascent, excitation, oip
from latentmaps.oips import starts as starts_module
from latentmaps.oips.ascent import Climb, Climbers
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Ends, Floats, Oips, Range, Settings
from latentmaps.oips.starts import Starts

log = logging.getLogger(__name__)

_CHUNK_STEP = 32

# Of so many training digits the one that excites a map most gives the ascent in range a head start:
# enough to be near the strongest of all, and a few seconds for the deepest layer.
_NUM_HEAD_DIGITS = 10_000

# so many times higher is clearly higher
_CLEARLY = 1.05

# Digits are standardised so many at a time: 60,000 at once are 600 MB.
_NUM_AT_ONCE = 5_000


def find_oips(
    networks: Networks,
    digits: Digits,
    settings: Settings,
    *,
    map_indices: npt.NDArray[np.int64] | None = None,
) -> Oips:
    """Gives the OIPs of a layer.

    Besides its random starts every map has a head start, so that its OIP does not miss what is
    known to excite it more: in range the strongest training digit, free the OIP in range.

    Args:
        networks: the CNN up to the layer.
        digits: real ones: their training part sets the range of pixels, and gives head starts.
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

    def search(value_range: Range | None, head_starts: Floats, kind: str) -> tuple[Ends, Starts]:
        starts = starts_module.choose(
            networks, digits, settings, map_indices=indices, value_range=value_range
        )
        starts = starts_module.add_head_starts(starts, head_starts, kind, value_range=value_range)
        return _climb(networks, starts, settings, indices, value_range), starts

    in_range, _ = search(value_range, _strongest_digits(networks, digits, indices), oip.DIGITS)
    free, free_starts = search(None, in_range.images, oip.IN_RANGE)
    return Oips(indices, free, in_range, value_range, free_starts.silent_share)


def digit_range(digits: Digits) -> Range:
    """Gives darkest and brightest pixel of a real digit as the CNN reads it, standard deviations.

    The medians over the training part: half of the digits go further on either side.

    Raises:
        DataError: half of the training digits are of one single grey.
    """
    images = digits.train_images
    parts = [
        excitation.standardise_digits(images[first : first + _NUM_AT_ONCE])
        for first in range(0, len(images), _NUM_AT_ONCE)
    ]
    darkest = float(np.median(np.concatenate([part.min(axis=(1, 2)) for part in parts])))
    brightest = float(np.median(np.concatenate([part.max(axis=(1, 2)) for part in parts])))
    if darkest >= brightest:
        raise DataError(
            "the training digits: found half of them of one single grey, expected strokes on a "
            "ground; run fetch_digits again"
        )
    return darkest, brightest


def _strongest_digits(
    networks: Networks, digits: Digits, map_indices: npt.NDArray[np.int64]
) -> Floats:
    """Gives the training digit that excites each map most, standardised, (num_maps, 28, 28)."""
    images = digits.train_images[:_NUM_HEAD_DIGITS]
    activations = excitation.measure_digits(networks.activations, images)
    return excitation.standardise_digits(images[activations.argmax(axis=0)[map_indices]])


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
        chunk_size=_chunk_size(networks, num_starts, settings),
    )
    return _keep_best(starts, climb)


def _winners(climb: Climb, num_starts: int) -> npt.NDArray[np.int64]:
    """Gives the start of each map that leads to its OIP, (num_maps,), the first among equals.

    What grew from random fluctuations tells more of its map than what was begun near the end: the
    head start wins where it ends clearly higher, or where it is higher than they from its outset.
    """
    # without a penalty the objective is the activation
    objectives = climb.objectives.reshape(-1, num_starts)
    own, head = objectives[:, :-1], objectives[:, -1]
    known = climb.curves[:, 0].reshape(-1, num_starts)[:, -1]
    activations = climb.activations.reshape(-1, num_starts)
    best = own.argmax(axis=1)
    reached = activations[np.arange(len(best)), best]
    needs_head_start = (head > _CLEARLY * own.max(axis=1)) | ((reached < known) & (head > 0))
    return np.where(needs_head_start, num_starts - 1, best)


def _chunk_size(networks: Networks, num_starts: int, settings: Settings) -> int:
    """Gives a size that all images of the layer fill, whichever of its maps are asked for."""
    num_images = networks.num_maps * num_starts
    return min(settings.chunk_size, -(-num_images // _CHUNK_STEP) * _CHUNK_STEP)


def _keep_best(starts: Starts, climb: Climb) -> Ends:
    """Gives the best end of each map; the head start is the last of its starts."""
    num_maps, num_starts = starts.images.shape[:2]
    winners = _winners(climb, num_starts)
    activations = climb.activations.reshape(num_maps, num_starts)
    maps = np.arange(num_maps)
    rows = maps * num_starts + winners
    kinds = starts.kinds[maps, winners]
    needed_head_start = (starts.rescues == oip.NOTHING) & (climb.activations[rows] > 0)
    return Ends(
        images=climb.images[rows],
        best=climb.activations[rows],
        starts=starts.origins[maps, winners],
        kinds=kinds,
        rescues=np.where(needed_head_start, kinds, starts.rescues),
        activations=activations[:, :-1],
        curves=climb.curves[rows],
        snapshots=climb.snapshots[rows],
        num_steps=climb.num_steps[rows],
        converged=climb.converged[rows],
    )
