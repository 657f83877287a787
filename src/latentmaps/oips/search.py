"""Find the input that excites each feature map of a layer: the OIP.

Twice: with pixels as light and dark as those of a real digit, which reads as pen strokes, and with
pixels free, which tells what the map reacts to at most.
"""

import logging

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import ascent, excitation, oip, starts
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import AscentResult, Floats, LayerOips, Oips, PixelRange
from latentmaps.oips.restore import digit_range
from latentmaps.oips.starts import Starts
from latentmaps.params.draw_oips import DrawOips

log = logging.getLogger(__name__)

_CHUNK_STEP = 32

# Of so many training digits the one that excites a map most gives the ascent in range a head start:
# enough to be near the strongest of all, and a few seconds for the deepest layer.
_NUM_HEAD_DIGITS = 10_000

# so many times higher is clearly higher
_CLEARLY = 1.05


def find_oips(
    networks: Networks,
    digits: Digits,
    params: DrawOips,
    *,
    seed: int,
    jit_compile: bool,
    chunk_size: int,
    map_indices: npt.NDArray[np.int64] | None = None,
) -> LayerOips:
    """Return the OIPs of a layer.

    Besides its random starts every map has a head start, so that its OIP does not miss what is
    known to excite it more: in range the strongest training digit, free the OIP in range.

    Args:
        networks: the CNN up to the layer.
        digits: real ones: their training part sets the range of pixels, and gives head starts.
        params: starts and steps.
        seed: of everything that is sampled.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together, at most.
        map_indices: of which maps; None: all. A map has the same OIP alone and among others.

    Raises:
        DataError: the training digits have no contrast.
        TrainingError: a gradient is not a number.
    """
    indices = np.arange(networks.num_maps) if map_indices is None else map_indices
    data_range = digit_range(digits)
    log.info(
        "Climbing for %d feature maps of %s from %d starts each, free and in range",
        len(indices),
        networks.layer_name,
        params.num_starts,
    )

    def search(pixel_range: PixelRange | None, head: Floats, kind: str) -> tuple[Oips, Starts]:
        chosen = starts.choose(
            networks,
            digits,
            params,
            map_indices=indices,
            pixel_range=pixel_range,
            seed=seed,
            chunk_size=chunk_size,
        )
        chosen = starts.add_head_starts(chosen, head, kind, pixel_range=pixel_range)
        result = ascent.ascend(
            networks.mean_of_one_map,
            chosen.images,
            indices,
            params,
            pixel_range=pixel_range,
            seed=seed,
            jit_compile=jit_compile,
            chunk_size=_limit_chunk(networks, chosen, chunk_size),
        )
        return keep_best(chosen, result), chosen

    in_range, _ = search(data_range, _strongest_digits(networks, digits, indices), oip.DIGITS)
    free, free_starts = search(None, in_range.images, oip.IN_RANGE)
    return LayerOips(indices, free, in_range, data_range, free_starts.silent_share)


def _strongest_digits(
    networks: Networks, digits: Digits, map_indices: npt.NDArray[np.int64]
) -> Floats:
    """Return the training digit that excites each map most, standardized, (num_maps, 28, 28)."""
    images = digits.train_images[:_NUM_HEAD_DIGITS]
    activations = excitation.measure_digits(networks.means, images)
    return excitation.standardize_digits(images[activations.argmax(axis=0)[map_indices]])


def _limit_chunk(networks: Networks, chosen: Starts, chunk_size: int) -> int:
    """Return a size that all images of the layer fill, whichever of its maps are asked for."""
    num_images = networks.num_maps * chosen.images.shape[1]
    return min(chunk_size, -(-num_images // _CHUNK_STEP) * _CHUNK_STEP)


def keep_best(chosen: Starts, result: AscentResult) -> Oips:
    """Return the best end of each map.

    Args:
        chosen: what the maps started from; the head start is the last of each.
        result: where these starts ended.
    """
    winners = choose_winners(result)
    best = np.arange(len(winners)), winners
    begun = np.arange(len(winners)), result.numbers[best]
    kinds = chosen.kinds[begun]
    needed_head_start = (chosen.rescues == oip.NOTHING) & (result.activations[best] > 0)
    return Oips(
        images=result.images[best],
        activations=result.activations[best],
        starts=chosen.origins[begun],
        start_kinds=kinds,
        rescues=np.where(needed_head_start, kinds, chosen.rescues),
        end_activations=result.activations[:, :-1],
        curves=result.curves[best],
        snapshots=result.snapshots[best],
        num_steps=result.num_steps[best],
        converged=result.converged[best],
    )


def choose_winners(result: AscentResult) -> npt.NDArray[np.int64]:
    """Return the start of each map that leads to its OIP, (num_maps,), the first among equals.

    What grew from random fluctuations tells more of its map than what was begun near the end: the
    head start wins where it ends clearly higher, or where it is higher than they from its outset.
    """
    # without a penalty the objective is the activation
    own, head = result.objectives[:, :-1], result.objectives[:, -1]
    known = result.curves[:, -1, 0]  # what the head start excites as it is
    best = own.argmax(axis=1)
    reached = result.activations[np.arange(len(best)), best]
    needs_head_start = (head > _CLEARLY * own.max(axis=1)) | ((reached < known) & (head > 0))
    return np.where(needs_head_start, result.activations.shape[1] - 1, best)
