"""Find the OIP of each feature map of a layer, the input that excites it most.

The search runs twice. The first search keeps pixels in range, as light and dark as those of a real
digit, which yields images that look like pen strokes. The second leaves pixels free and shows what
excites the map most of all.
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

# The head start in range is the digit that excites a map most among this many training digits. Its
# activation comes close to that of the strongest of all, and the search takes a few seconds for the
# deepest layer.
_NUM_HEAD_DIGITS = 10_000

# A head start must exceed the best other start by this factor to win.
_HEAD_START_MARGIN = 1.05


class SearchResult(NamedTuple):
    """The start images of some maps, and the result of the ascent from them.

    Attributes:
        starts: start images. The head start of each map, if there is one, comes last.
        ascent_result: result of the ascent from these starts.
        has_head_start: whether each map has a head start.
    """

    starts: Starts
    ascent_result: AscentResult
    has_head_start: bool

    @property
    def winning_starts(self) -> npt.NDArray[np.int64]:
        """Index of the finalist that yields the OIP of each map, (num_maps,), the first if tied."""
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
        digits: real digits; the training part defines the pixel range and supplies head starts.
        params: settings of the start images, the steps and the polish.
        seed: seed for everything that is sampled.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.
        chunk_size: number of images per chunk.
        map_indices: (num_maps,), int, the maps to search for; None: all. The OIP of a map does not
            depend on the other maps.

    Raises:
        DataError: the training digits have no contrast, or a length scale is finer than a pixel.
        TrainingError: a gradient is NaN or infinite.
    """
    indices = np.arange(networks.num_units) if map_indices is None else map_indices
    data_range = cnn_layers.digit_range(digits)
    log.info(
        "Searching for the OIPs of %d units of %s from %d starts each, in range and free",
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

    def polish_images(images: Floats, activations: Floats, constraint: Constraint) -> Polished:
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
        free=select_oips(free, partial(polish_images, constraint=for_pixel_range(None))),
        in_range=select_oips(
            in_range, partial(polish_images, constraint=for_pixel_range(data_range))
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
    """Run the ascent with pixels in range, then with free pixels.

    With ``params.head_start``, each map gets one more start image that is known to excite it, so
    that its OIP is never weaker than that image. In range, it is the strongest training digit; with
    free pixels, it is the OIP in range.

    Args:
        networks: the CNN up to the layer.
        digits: real digits.
        params: settings of the start images and the steps.
        pixel_range: darkest and brightest pixel in range.
        map_indices: (num_maps,), int, the maps to search for.
        seed: seed for everything that is sampled.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.
        chunk_size: number of images per chunk.

    Returns:
        The results in range and with free pixels.

    Raises:
        DataError: a length scale is finer than a pixel.
        TrainingError: a gradient is NaN or infinite.
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
            chosen = help_with_digits(chosen, images, networks, constraint)
        if head is not None:
            chosen = starts.add_head_starts(chosen, head, kind, constraint=constraint)
        result = ascent.ascend(
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
        return SearchResult(chosen, result, head is not None)

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


def help_with_digits(
    chosen: Starts, images: npt.NDArray[np.uint8], networks: Networks, constraint: Constraint
) -> Starts:
    """Replace the start images of silent maps with the digits that excite these maps most.

    Args:
        chosen: the start images of the layer.
        images: the digits, (n, 28, 28), uint8, 0..255.
        networks: the CNN up to the layer.
        constraint: constraint that the start images must meet.
    """
    silent = chosen.silent_rows
    if not len(silent):
        return chosen
    measured = cnn_layers.measure_digits(networks.responses, images)
    best = starts.strongest(measured[:, chosen.map_indices[silent]].T, chosen.images.shape[1])
    digits = project_images(cnn_layers.standardize_digits(images[best.ravel()]), constraint)
    return starts.help_silent(
        chosen, networks, digits.reshape(*best.shape, *digits.shape[1:]), oip.DIGITS
    )


def select_oips(
    search_result: SearchResult, polish_images: Callable[[Floats, Floats], Polished]
) -> Oips:
    """Select the OIP of each map from the results of its finalists, and polish it.

    Args:
        search_result: start images and results of the ascent.
        polish_images: (images (num_maps, 28, 28), activations (num_maps,)) -> polished images.
    """
    starts, result = search_result.starts, search_result.ascent_result
    winners = search_result.winning_starts
    best = np.arange(len(winners)), winners
    finalists = np.arange(len(winners))[:, np.newaxis], result.start_indices
    finalist_kinds = starts.kinds[finalists]
    kinds = finalist_kinds[best]
    is_head_start = search_result.has_head_start & (winners == result.start_indices.shape[1] - 1)
    needed_head_start = (starts.rescues == oip.NOTHING) & (result.activations[best] > starts.floor)
    return Oips(
        images=result.images[best][..., 0],
        activations=result.activations[best],
        polished=polish_images(result.images[best][..., 0], result.activations[best]),
        starts=starts.origins[finalists][best][..., 0],
        start_kinds=kinds,
        rescues=np.where(needed_head_start, kinds, starts.rescues),
        from_head_start=is_head_start,
        finalist_images=result.images[..., 0],
        finalist_kinds=finalist_kinds,
        finalist_activations=result.activations,
        has_head_start=search_result.has_head_start,
        curves=result.curves[best],
        snapshots=result.snapshots[best][..., 0],
        num_steps=result.num_steps[best],
        converged=result.converged[best],
    )


def choose_winning_starts(ascent_result: AscentResult, floor: float) -> npt.NDArray[np.int64]:
    """Return the finalist of each map that yields its OIP, (num_maps,), int, the first if tied.

    An image that grew from random fluctuations says more about a map than one that started near the
    optimum. The head start therefore wins only if its objective is higher by a clear margin, or if
    the other images do not even reach the activation of the unchanged head start.

    Args:
        ascent_result: results of the finalists; the head start of each map comes last.
        floor: highest objective of a silent unit.
    """
    # without a penalty on roughness, the objective is the activation
    own, head = ascent_result.objectives[:, :-1], ascent_result.objectives[:, -1]
    known = ascent_result.curves[:, -1, 0]  # activation for the head start before any step
    best = own.argmax(axis=1)
    highest = own.max(axis=1)
    reached = ascent_result.activations[np.arange(len(best)), best]
    required = np.where(highest > 0, highest * _HEAD_START_MARGIN, highest / _HEAD_START_MARGIN)
    needs_head_start = (head > required) | ((reached < known) & (head > floor))
    return np.where(needs_head_start, ascent_result.activations.shape[1] - 1, best)
