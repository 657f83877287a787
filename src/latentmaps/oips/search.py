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
from latentmaps.oips.constraints import Constraint, for_pixel_range, project_images
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import AscentResult, Floats, LayerOips, Oips, PixelRange, Polished
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.oips.starts import Starts
from latentmaps.params.draw_oips import DrawOips

log = logging.getLogger(__name__)

# Of so many training digits the one that excites a map most gives the ascent in range a head start:
# enough to be near the strongest of all, and a few seconds for the deepest layer.
_NUM_HEAD_DIGITS = 10_000

# so many times higher is clearly higher
_CLEARLY = 1.05


class SearchResult(NamedTuple):
    """What maps started from, and where each start ended.

    Attributes:
        starts: the head start of a map, where there is one, is the last.
        ends: of these.
        has_head_start: whether there is one.
    """

    starts: Starts
    ascent_result: AscentResult
    has_head_start: bool

    @property
    def winning_starts(self) -> npt.NDArray[np.int64]:
        """The start of each map that leads to its OIP, (num_maps,), the first among equals."""
        if self.has_head_start:
            return choose_winning_starts(self.ascent_result, self.starts.floor)
        return self.ascent_result.objectives.argmax(axis=1)


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
    in_range, free = search_both_ranges(
        networks,
        digits,
        params,
        pixel_range=data_range,
        map_indices=indices,
        seed=seed,
        jit_compile=jit_compile,
        chunk_size=chunk_size,
    )

    def polish_ends(images: Floats, activations: Floats, constraint: Constraint) -> Polished:
        return polish.polish(
            networks.objective,
            images,
            indices,
            activations,
            window=networks.reachable_size,
            constraint=constraint,
            least_share=params.polish,
        )

    return LayerOips(
        map_indices=indices,
        free=select_oips(free, partial(polish_ends, constraint=for_pixel_range(None))),
        in_range=select_oips(
            in_range, partial(polish_ends, constraint=for_pixel_range(data_range))
        ),
        pixel_range=data_range,
        silent_share=free.starts.silent_share,
    )


def search_both_ranges(
    networks: Networks,
    digits: Digits,
    params: DrawOips,
    *,
    pixel_range: PixelRange,
    map_indices: npt.NDArray[np.int64],
    seed: int,
    jit_compile: bool,
    chunk_size: int,
) -> tuple[SearchResult, SearchResult]:
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
    image_spec = StartImageSpec(networks.shape, params, digits.train_images)

    def search(constraint: Constraint, head: Floats | None, kind: str) -> SearchResult:
        chosen = starts.choose(
            networks,
            image_spec,
            map_indices=map_indices,
            constraint=constraint,
            seed=seed,
            chunk_size=chunk_size,
        )
        for images in (digits.train_images, digits.test_images):
            chosen = _help_with_digits(chosen, images, networks, constraint)
        if head is not None:
            chosen = starts.add_head_starts(chosen, head, kind, constraint=constraint)
        ends = ascent.ascend(
            networks.objective,
            chosen.images,
            map_indices,
            params,
            constraint=constraint,
            seed=seed,
            jit_compile=jit_compile,
            chunk_size=chunk_size,
            is_race=True,
            num_head_starts=int(head is not None),
        )
        return SearchResult(chosen, ends, head is not None)

    has_head = params.head_start
    head = _strongest_digits(networks, digits, map_indices) if has_head else None
    in_range = search(for_pixel_range(pixel_range), head, oip.DIGITS)
    best = np.arange(len(map_indices)), in_range.winning_starts
    head = in_range.ascent_result.images[best] if has_head else None
    return in_range, search(for_pixel_range(None), head, oip.IN_RANGE)


def _strongest_digits(
    networks: Networks, digits: Digits, map_indices: npt.NDArray[np.int64]
) -> Floats:
    """Return the training digit that excites each map most, standardized, (num_maps, 28, 28, 1)."""
    images = digits.train_images[:_NUM_HEAD_DIGITS]
    activations = cnn_layers.measure_digits(networks.responses, images)
    return cnn_layers.standardize_digits(images[activations.argmax(axis=0)[map_indices]])


def _help_with_digits(
    chosen: Starts, images: npt.NDArray[np.uint8], networks: Networks, constraint: Constraint
) -> Starts:
    """Return the starts with those digits (n, 28, 28) for the silent maps that excite them most."""
    silent = chosen.silent_rows
    if not len(silent):
        return chosen
    measured = cnn_layers.measure_digits(networks.responses, images)
    best = starts.strongest(measured[:, chosen.map_indices[silent]].T, chosen.images.shape[1])
    digits = project_images(cnn_layers.standardize_digits(images[best.ravel()]), constraint)
    return starts.help_silent(
        chosen, networks, digits.reshape(*best.shape, *digits.shape[1:]), oip.DIGITS
    )


def select_oips(found: SearchResult, polish_ends: Callable[[Floats, Floats], Polished]) -> Oips:
    """Return the best end of each map, as it is and polished, and all ends.

    Args:
        found: what the maps started from, and where the starts ended.
        polish_ends: images (num_maps, 28, 28) and their activations (num_maps,) -> polished.
    """
    starts, ends = found.starts, found.ascent_result
    winners = found.winning_starts
    best = np.arange(len(winners)), winners
    climbed = np.arange(len(winners))[:, np.newaxis], ends.start_indices
    finalist_kinds = starts.kinds[climbed]
    kinds = finalist_kinds[best]
    is_head_start = found.has_head_start & (winners == ends.start_indices.shape[1] - 1)
    needed_head_start = (starts.rescues == oip.NOTHING) & (ends.activations[best] > starts.floor)
    return Oips(
        images=ends.images[best][..., 0],
        activations=ends.activations[best],
        polished=polish_ends(ends.images[best][..., 0], ends.activations[best]),
        starts=starts.origins[climbed][best][..., 0],
        start_kinds=kinds,
        rescues=np.where(needed_head_start, kinds, starts.rescues),
        from_head_start=is_head_start,
        finalist_images=ends.images[..., 0],
        finalist_kinds=finalist_kinds,
        finalist_activations=ends.activations,
        has_head_start=found.has_head_start,
        curves=ends.curves[best],
        snapshots=ends.snapshots[best][..., 0],
        num_steps=ends.num_steps[best],
        converged=ends.converged[best],
    )


def choose_winning_starts(ascent_result: AscentResult, floor: float) -> npt.NDArray[np.int64]:
    """Return the start of each map that leads to its OIP, (num_maps,), the first among equals.

    What grew from random fluctuations tells more of its map than what was begun near the end: the
    head start wins where it ends clearly higher, or where it is higher than they from its outset.

    Args:
        ascent_result: of the starts; the head start is the last of each map.
        floor: an objective not above is silent.
    """
    # without a penalty the objective is the activation
    own, head = ascent_result.objectives[:, :-1], ascent_result.objectives[:, -1]
    known = ascent_result.curves[:, -1, 0]  # what the head start excites as it is
    best = own.argmax(axis=1)
    highest = own.max(axis=1)
    reached = ascent_result.activations[np.arange(len(best)), best]
    clearly_higher = np.where(highest > 0, highest * _CLEARLY, highest / _CLEARLY)
    needs_head_start = (head > clearly_higher) | ((reached < known) & (head > floor))
    return np.where(needs_head_start, ascent_result.activations.shape[1] - 1, best)
