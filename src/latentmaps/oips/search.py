"""Find the input that excites each feature map of a layer: the OIP.

Twice: with pixels as light and dark as those of a real digit, which reads as pen strokes, and with
pixels free, which tells what the map reacts to at most.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import ascent, cnn_layers, oip, polish, starts
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import AscentResult, Floats, LayerOips, Oips, PixelRange, Polished
from latentmaps.oips.restore import Restore, make_restore, restore_images
from latentmaps.oips.start_images import Patterns
from latentmaps.oips.starts import Starts
from latentmaps.params.draw_oips import DrawOips

log = logging.getLogger(__name__)

# Of so many training digits the one that excites a map most gives the ascent in range a head start:
# enough to be near the strongest of all, and a few seconds for the deepest layer.
_NUM_HEAD_DIGITS = 10_000

# so many times higher is clearly higher
_CLEARLY = 1.05


class Climb(NamedTuple):
    """What maps started from, and where each start ended.

    Attributes:
        starts: the head start of a map, where there is one, is the last.
        ends: of these.
        has_head_start: whether there is one.
    """

    starts: Starts
    ends: AscentResult
    has_head_start: bool

    @property
    def winners(self) -> npt.NDArray[np.int64]:
        """The start of each map that leads to its OIP, (num_maps,), the first among equals."""
        if self.has_head_start:
            return choose_winners(self.ends, self.starts.floor)
        return self.ends.objectives.argmax(axis=1)


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

    Args:
        networks: the CNN up to the layer.
        digits: real ones: their training part sets the range of pixels, and gives head starts.
        params: starts and steps.
        seed: of everything that is sampled.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together, at most.
        map_indices: of which maps; None: all. A map has the same OIP alone and among others.

    Raises:
        DataError: the training digits have no contrast, or a length scale is finer than a pixel.
        TrainingError: a gradient is not a number.
    """
    indices = np.arange(networks.num_units) if map_indices is None else map_indices
    data_range = cnn_layers.digit_range(digits)
    log.info(
        "Climbing for %d units of %s from %d starts each, free and in range",
        len(indices),
        networks.layer_name,
        params.num_starts,
    )
    in_range, free = climb(
        networks,
        digits,
        params,
        pixel_range=data_range,
        map_indices=indices,
        seed=seed,
        jit_compile=jit_compile,
        chunk_size=chunk_size,
    )

    def polish_ends(images: Floats, activations: Floats, restore: Restore) -> Polished:
        return polish.polish(
            networks.objective,
            images,
            indices,
            activations,
            window=networks.reachable_size,
            restore=restore,
            least_share=params.polish,
        )

    return LayerOips(
        map_indices=indices,
        free=keep_best(free, partial(polish_ends, restore=make_restore(None))),
        in_range=keep_best(in_range, partial(polish_ends, restore=make_restore(data_range))),
        pixel_range=data_range,
        silent_share=free.starts.silent_share,
    )


def climb(
    networks: Networks,
    digits: Digits,
    params: DrawOips,
    *,
    pixel_range: PixelRange,
    map_indices: npt.NDArray[np.int64],
    seed: int,
    jit_compile: bool,
    chunk_size: int,
) -> tuple[Climb, Climb]:
    """Return where the starts of maps end, with pixels in range, and free.

    With ``params.head_start`` every map has one more start, so that its OIP does not miss what is
    known to excite it more: in range the strongest training digit, free its OIP in range.

    Args:
        networks: the CNN up to the layer.
        digits: real ones.
        params: starts and steps.
        pixel_range: darkest and brightest pixel in range.
        map_indices: (num_maps,), the maps.
        seed: of everything that is sampled.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together.

    Raises:
        DataError: a length scale is finer than a pixel.
        TrainingError: a gradient is not a number.
    """
    patterns = Patterns(networks.shape, params, digits.train_images)

    def search(restore: Restore, head: Floats | None, kind: str) -> Climb:
        chosen = starts.choose(
            networks,
            patterns,
            map_indices=map_indices,
            restore=restore,
            seed=seed,
            chunk_size=chunk_size,
        )
        for images in (digits.train_images, digits.test_images):
            chosen = _help_with_digits(chosen, images, networks, restore)
        if head is not None:
            chosen = starts.add_head_starts(chosen, head, kind, restore=restore)
        ends = ascent.ascend(
            networks.objective,
            chosen.images,
            map_indices,
            params,
            restore=restore,
            seed=seed,
            jit_compile=jit_compile,
            chunk_size=chunk_size,
            is_race=True,
            num_head_starts=int(head is not None),
        )
        return Climb(chosen, ends, head is not None)

    has_head = params.head_start
    head = _strongest_digits(networks, digits, map_indices) if has_head else None
    in_range = search(make_restore(pixel_range), head, oip.DIGITS)
    best = np.arange(len(map_indices)), in_range.winners
    head = in_range.ends.images[best] if has_head else None
    return in_range, search(make_restore(None), head, oip.IN_RANGE)


def _strongest_digits(
    networks: Networks, digits: Digits, map_indices: npt.NDArray[np.int64]
) -> Floats:
    """Return the training digit that excites each map most, standardized, (num_maps, 28, 28, 1)."""
    images = digits.train_images[:_NUM_HEAD_DIGITS]
    activations = cnn_layers.measure_digits(networks.responses, images)
    return cnn_layers.standardize_digits(images[activations.argmax(axis=0)[map_indices]])


def _help_with_digits(
    chosen: Starts, images: npt.NDArray[np.uint8], networks: Networks, restore: Restore
) -> Starts:
    """Return the starts with those digits (n, 28, 28) for the silent maps that excite them most."""
    silent = chosen.silent_rows
    if not len(silent):
        return chosen
    measured = cnn_layers.measure_digits(networks.responses, images)
    best = starts.strongest(measured[:, chosen.map_indices[silent]].T, chosen.images.shape[1])
    digits = restore_images(cnn_layers.standardize_digits(images[best.ravel()]), restore)
    return starts.help_silent(
        chosen, networks, digits.reshape(*best.shape, *digits.shape[1:]), oip.DIGITS
    )


def keep_best(found: Climb, polish_ends: Callable[[Floats, Floats], Polished]) -> Oips:
    """Return the best end of each map, as it is and polished, and all ends.

    Args:
        found: what the maps started from, and where the starts ended.
        polish_ends: images (num_maps, 28, 28) and their activations (num_maps,) -> polished.
    """
    starts, ends = found.starts, found.ends
    winners = found.winners
    best = np.arange(len(winners)), winners
    climbed = np.arange(len(winners))[:, np.newaxis], ends.numbers
    end_kinds = starts.kinds[climbed]
    kinds = end_kinds[best]
    is_head_start = found.has_head_start & (winners == ends.numbers.shape[1] - 1)
    needed_head_start = (starts.rescues == oip.NOTHING) & (ends.activations[best] > starts.floor)
    return Oips(
        images=ends.images[best][..., 0],
        activations=ends.activations[best],
        polished=polish_ends(ends.images[best][..., 0], ends.activations[best]),
        starts=starts.origins[climbed][best][..., 0],
        start_kinds=kinds,
        rescues=np.where(needed_head_start, kinds, starts.rescues),
        from_head_start=is_head_start,
        end_images=ends.images[..., 0],
        end_kinds=end_kinds,
        end_activations=ends.activations,
        has_head_start=found.has_head_start,
        curves=ends.curves[best],
        snapshots=ends.snapshots[best][..., 0],
        num_steps=ends.num_steps[best],
        converged=ends.converged[best],
    )


def choose_winners(ends: AscentResult, floor: float) -> npt.NDArray[np.int64]:
    """Return the start of each map that leads to its OIP, (num_maps,), the first among equals.

    What grew from random fluctuations tells more of its map than what was begun near the end: the
    head start wins where it ends clearly higher, or where it is higher than they from its outset.

    Args:
        ends: of the starts; the head start is the last of each map.
        floor: an objective not above is silent.
    """
    # without a penalty the objective is the activation
    own, head = ends.objectives[:, :-1], ends.objectives[:, -1]
    known = ends.curves[:, -1, 0]  # what the head start excites as it is
    best = own.argmax(axis=1)
    highest = own.max(axis=1)
    reached = ends.activations[np.arange(len(best)), best]
    clearly_higher = np.where(highest > 0, highest * _CLEARLY, highest / _CLEARLY)
    needs_head_start = (head > clearly_higher) | ((reached < known) & (head > floor))
    return np.where(needs_head_start, ends.activations.shape[1] - 1, best)
