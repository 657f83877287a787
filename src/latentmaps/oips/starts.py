"""Choose what each feature map starts from, so that as few maps as possible are silent.

The search goes on for the maps that are still silent: the map's own random starts; the best of many
candidates (the precursor); candidates that are first pushed on the map before its ReLU; the real
digits that excite it most. Whatever is silent then is dead.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import excitation, oip, rescue, start_images
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Floats, PixelRange
from latentmaps.oips.restore import restore_images
from latentmaps.params.draw_oips import DrawOips

# change of a pixel (RMS) in a step on a map before its ReLU; nothing halves these steps
_PUSH_SIZE = 0.1

MapIndices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Starts:
    """What the maps start from.

    Attributes:
        map_indices: (num_maps,).
        images: (num_maps, num_starts, 28, 28), float32, what the ascent begins with.
        origins: the same, before any step on the map before its ReLU.
        kinds: (num_maps, num_starts), text.
        rescues: (num_maps,), text, what helped; see ``oip``.
        tried: (num_maps, num_tried), float32, activations by all random images that were tried.
    """

    map_indices: MapIndices
    images: Floats
    origins: Floats
    kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    tried: Floats

    @property
    def silent_rows(self) -> npt.NDArray[np.int64]:
        """Rows of the maps that nothing has helped so far, (num_silent,)."""
        return np.flatnonzero(self.rescues == oip.NOTHING)

    @property
    def silent_share(self) -> npt.NDArray[np.float64]:
        """Share of the random images that left the map silent, (num_maps,)."""
        share: npt.NDArray[np.float64] = (self.tried == 0).mean(axis=1)
        return share


@dataclass(frozen=True)
class _Candidates:
    """Random images for all maps to choose from: (n, 28, 28), float32, and their kinds (n,)."""

    images: Floats
    kinds: npt.NDArray[np.str_]


def choose(
    networks: Networks,
    digits: Digits,
    params: DrawOips,
    *,
    map_indices: MapIndices,
    pixel_range: PixelRange | None,
    seed: int,
    chunk_size: int,
) -> Starts:
    """Return the starts of all maps.

    Args:
        networks: the CNN up to the layer.
        digits: real ones, for start images and for what is silent to the last.
        params: how many starts, and of what kinds.
        map_indices: (num_maps,), the maps.
        pixel_range: darkest and brightest pixel; None: pixels are free.
        seed: of the random images.
        chunk_size: images that are pushed together.
    """
    sampled = start_images.sample_candidates(digits, params, seed=seed)
    kinds = [start_images.kind_of(params.candidate_kinds, c) for c in range(len(sampled))]
    candidates = _Candidates(restore_images(sampled, pixel_range), np.array(kinds, "<U14"))

    starts = _own_starts(networks, digits, params, map_indices, pixel_range, seed)
    starts = _best_candidates(starts, candidates, networks, for_all=params.precursor)
    starts = _pushed_candidates(
        starts, candidates, networks, params, pixel_range=pixel_range, chunk_size=chunk_size
    )
    for images in (digits.train_images, digits.test_images):
        starts = _strongest_digits(starts, images, networks, pixel_range)
    return starts


def add_head_starts(
    starts: Starts, images: Floats, kind: str, *, pixel_range: PixelRange | None
) -> Starts:
    """Return the starts with one more for each map, behind the others.

    Args:
        starts: of ``choose``.
        images: (num_maps, 28, 28), float32, what is known to excite each map.
        kind: of these.
        pixel_range: as for ``choose``.
    """
    added = restore_images(images, pixel_range)[:, np.newaxis]
    kinds = np.full((len(images), 1), kind, dtype=starts.kinds.dtype)
    return dataclasses.replace(
        starts,
        images=np.concatenate([starts.images, added], axis=1),
        origins=np.concatenate([starts.origins, added], axis=1),
        kinds=np.concatenate([starts.kinds, kinds], axis=1),
    )


def _own_starts(
    networks: Networks,
    digits: Digits,
    params: DrawOips,
    map_indices: MapIndices,
    pixel_range: PixelRange | None,
    seed: int,
) -> Starts:
    """Return random starts of each map's own."""
    sampled = start_images.sample(digits, params, map_indices=map_indices, seed=seed)
    images = restore_images(sampled.reshape(-1, *sampled.shape[2:]), pixel_range)
    images = images.reshape(sampled.shape)
    activations = _activations(networks, images, map_indices)
    kinds = [start_images.kind_of(params.start_kinds, start) for start in range(params.num_starts)]
    is_alive = (activations > 0).any(axis=1)
    return Starts(
        map_indices=map_indices,
        images=images,
        origins=images,
        kinds=np.tile(np.array(kinds, dtype="<U14"), (len(map_indices), 1)),
        rescues=np.where(is_alive, oip.NOT_NEEDED, oip.NOTHING).astype("<U14"),
        tried=activations,
    )


def _best_candidates(
    starts: Starts, candidates: _Candidates, networks: Networks, *, for_all: bool
) -> Starts:
    """Give the silent maps, or all, those of their own starts and candidates that excite most."""
    num_starts = starts.images.shape[1]
    measured = excitation.measure(networks.means, candidates.images)
    pool = measured[:, starts.map_indices].T  # (num_maps, num_candidates)
    tried = np.concatenate([starts.tried, pool], axis=1)
    images, kinds, rescues = starts.images.copy(), starts.kinds.copy(), starts.rescues.copy()
    rows = range(len(images)) if for_all else starts.silent_rows.tolist()
    for row in rows:
        [best] = _best(tried[row : row + 1], num_starts)
        images[row] = [
            starts.images[row, number]
            if number < num_starts
            else candidates.images[number - num_starts]
            for number in best.tolist()
        ]
        kinds[row] = np.concatenate([starts.kinds[row], candidates.kinds])[best]
    silent = starts.silent_rows
    rescues[silent[(pool[silent] > 0).any(axis=1)]] = oip.PRECURSOR
    return Starts(starts.map_indices, images, images, kinds, rescues, tried)


def _pushed_candidates(
    starts: Starts,
    candidates: _Candidates,
    networks: Networks,
    params: DrawOips,
    *,
    pixel_range: PixelRange | None,
    chunk_size: int,
) -> Starts:
    """Give the silent maps candidates that were pushed on the map before its ReLU."""
    silent = starts.silent_rows
    if not len(silent) or not params.num_rescue_steps:
        return starts
    maps = starts.map_indices[silent]
    measured = excitation.measure(networks.peaks_before_relu, candidates.images)
    best = _best(measured[:, maps].T, starts.images.shape[1])  # (num_silent, num_starts)
    origins = candidates.images[best]
    pushed = rescue.wake(
        networks.peaks_before_relu,
        origins.reshape(-1, *origins.shape[2:]),
        np.repeat(maps, best.shape[1]),
        num_steps=params.num_rescue_steps,
        step_size=_PUSH_SIZE,
        pixel_range=pixel_range,
        chunk_size=chunk_size,
    ).reshape(origins.shape)
    kinds = candidates.kinds[best]
    return _helped(starts, networks, pushed, origins, kinds, oip.PRE_ACTIVATION)


def _strongest_digits(
    starts: Starts,
    images: npt.NDArray[np.uint8],
    networks: Networks,
    pixel_range: PixelRange | None,
) -> Starts:
    """Give the silent maps those digits (n, 28, 28) that excite them most."""
    silent = starts.silent_rows
    if not len(silent):
        return starts
    measured = excitation.measure_digits(networks.means, images)
    best = _best(measured[:, starts.map_indices[silent]].T, starts.images.shape[1])
    chosen = restore_images(excitation.standardize_digits(images[best.ravel()]), pixel_range)
    chosen = chosen.reshape(*best.shape, *chosen.shape[1:])
    return _helped(starts, networks, chosen, chosen, np.full(best.shape, oip.DIGITS), oip.DIGITS)


def _helped(
    starts: Starts,
    networks: Networks,
    images: Floats,
    origins: Floats,
    kinds: npt.NDArray[np.str_],
    rescue: str,
) -> Starts:
    """Return the starts with new ones for those of the silent maps that they excite."""
    silent = starts.silent_rows
    activations = _activations(networks, images, starts.map_indices[silent])
    is_excited = (activations > 0).any(axis=1)
    rows = silent[is_excited]
    helped = Starts(
        starts.map_indices,
        starts.images.copy(),
        starts.origins.copy(),
        starts.kinds.copy(),
        starts.rescues.copy(),
        starts.tried,
    )
    helped.images[rows], helped.origins[rows] = images[is_excited], origins[is_excited]
    helped.kinds[rows], helped.rescues[rows] = kinds[is_excited], rescue
    return helped


def _activations(networks: Networks, images: Floats, map_indices: MapIndices) -> Floats:
    """Return how strongly images (n, num_starts, 28, 28) excite their maps (n,)."""
    measured = excitation.measure(networks.means, images.reshape(-1, *images.shape[2:]))
    owners = np.repeat(map_indices, images.shape[1])
    own: Floats = measured[np.arange(len(owners)), owners].reshape(images.shape[:2])
    return own


def _best(values: Floats, number: int) -> npt.NDArray[np.int64]:
    """Return the columns of the largest values of each row, the largest first, (n, number).

    Where there are fewer columns, they repeat themselves.
    """
    order = np.argsort(-values, axis=1, kind="stable")
    return order[:, np.arange(number) % order.shape[1]]
