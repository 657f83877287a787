"""Choose what each feature map starts from, so that as few maps as possible are silent.

The search goes on for the maps that are still silent: the map's own random starts; the best of many
candidates (the precursor); candidates that are first pushed on the map before its ReLU; then what a
caller knows to excite it, such as real digits. Whatever is silent then is dead.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.oips import excitation, oip, start_images
from latentmaps.oips import rescue as rescue_module
from latentmaps.oips.constraints import Constraint, project_images, project_noise
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import Floats
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.params.draw_oips import DrawOips

# change of a pixel (RMS) in a step on a map before its ReLU; nothing halves these steps
_PUSH_SIZE = 0.1

MapIndices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Starts:
    """What the maps start from.

    Attributes:
        map_indices: (num_maps,).
        images: (num_maps, num_starts, h, w, c), float32, what the ascent begins with.
        origins: the same, before any step on the map before its ReLU.
        kinds: (num_maps, num_starts), text.
        rescues: (num_maps,), text, what helped; see ``oip``.
        tried: (num_maps, num_tried), float32, activations by all random images that were tried.
        floor: an activation not above is silent.
    """

    map_indices: MapIndices
    images: Floats
    origins: Floats
    kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    tried: Floats
    floor: float

    @property
    def silent_rows(self) -> npt.NDArray[np.int64]:
        """Rows of the maps that nothing has helped so far, (num_silent,)."""
        return np.flatnonzero(self.rescues == oip.NOTHING)

    @property
    def silent_share(self) -> npt.NDArray[np.float64]:
        """Share of the random images that left the map silent, (num_maps,)."""
        share: npt.NDArray[np.float64] = (self.tried <= self.floor).mean(axis=1)
        return share


@dataclass(frozen=True)
class _Candidates:
    """Random images for all maps to choose from: (n, h, w, c), float32, and their kinds (n,)."""

    images: Floats
    kinds: npt.NDArray[np.str_]


def choose(
    networks: Networks,
    image_spec: StartImageSpec,
    *,
    map_indices: MapIndices,
    constraint: Constraint,
    seed: int,
    chunk_size: int,
) -> Starts:
    """Return the starts of all maps.

    Args:
        networks: the network up to the layer.
        image_spec: how many starts, and of what kinds.
        map_indices: (num_maps,), the maps.
        constraint: makes images such as the network may read.
        seed: of the random images.
        chunk_size: images that are pushed together.

    Raises:
        DataError: a kind or a length scale does not suit the images.
    """
    params = image_spec.params
    sampled = start_images.sample_candidates(image_spec, seed=seed)
    kinds = [start_images.kind_of(params.candidate_kinds, c) for c in range(len(sampled))]
    candidates = _Candidates(project_noise(sampled, constraint), np.array(kinds, "<U14"))

    starts = _own_starts(networks, image_spec, map_indices, constraint, seed)
    starts = _best_candidates(starts, candidates, networks, for_all=params.precursor)
    return _pushed_candidates(
        starts, candidates, networks, params, constraint=constraint, chunk_size=chunk_size
    )


def add_head_starts(starts: Starts, images: Floats, kind: str, *, constraint: Constraint) -> Starts:
    """Return the starts with one more for each map, behind the others.

    Args:
        starts: of ``choose``.
        images: (num_maps, h, w, c), float32, what is known to excite each map.
        kind: of these.
        constraint: as for ``choose``.
    """
    added = project_images(images, constraint)[:, np.newaxis]
    kinds = np.full((len(images), 1), kind, dtype=starts.kinds.dtype)
    return dataclasses.replace(
        starts,
        images=np.concatenate([starts.images, added], axis=1),
        origins=np.concatenate([starts.origins, added], axis=1),
        kinds=np.concatenate([starts.kinds, kinds], axis=1),
    )


def _own_starts(
    networks: Networks,
    image_spec: StartImageSpec,
    map_indices: MapIndices,
    constraint: Constraint,
    seed: int,
) -> Starts:
    """Return random starts of each map's own."""
    params, floor = image_spec.params, networks.objective.floor
    sampled = start_images.sample(image_spec, map_indices=map_indices, seed=seed)
    images = project_noise(sampled.reshape(-1, *sampled.shape[2:]), constraint)
    images = images.reshape(sampled.shape)
    activations = _activations(networks, images, map_indices)
    kinds = [start_images.kind_of(params.start_kinds, start) for start in range(params.num_starts)]
    is_alive = (activations > floor).any(axis=1)
    return Starts(
        map_indices=map_indices,
        images=images,
        origins=images,
        kinds=np.tile(np.array(kinds, dtype="<U14"), (len(map_indices), 1)),
        rescues=np.where(is_alive, oip.NOT_NEEDED, oip.NOTHING).astype("<U14"),
        tried=activations,
        floor=floor,
    )


def _best_candidates(
    starts: Starts, candidates: _Candidates, networks: Networks, *, for_all: bool
) -> Starts:
    """Give the silent maps, or all, those of their own starts and candidates that excite most."""
    num_starts = starts.images.shape[1]
    measured = excitation.measure(networks.responses, candidates.images)
    pool = measured[:, starts.map_indices].T  # (num_maps, num_candidates)
    tried = np.concatenate([starts.tried, pool], axis=1)
    images, kinds, rescues = starts.images.copy(), starts.kinds.copy(), starts.rescues.copy()
    rows = range(len(images)) if for_all else starts.silent_rows.tolist()
    for row in rows:
        [best] = strongest(tried[row : row + 1], num_starts)
        images[row] = [
            starts.images[row, number]
            if number < num_starts
            else candidates.images[number - num_starts]
            for number in best.tolist()
        ]
        kinds[row] = np.concatenate([starts.kinds[row], candidates.kinds])[best]
    silent = starts.silent_rows
    rescues[silent[(pool[silent] > starts.floor).any(axis=1)]] = oip.PRECURSOR
    return dataclasses.replace(
        starts, images=images, origins=images, kinds=kinds, rescues=rescues, tried=tried
    )


def _pushed_candidates(
    starts: Starts,
    candidates: _Candidates,
    networks: Networks,
    params: DrawOips,
    *,
    constraint: Constraint,
    chunk_size: int,
) -> Starts:
    """Give the silent maps candidates that were pushed on the map before its ReLU."""
    silent = starts.silent_rows
    max_pre_activations = networks.max_pre_activations
    if not len(silent) or not params.num_rescue_steps or max_pre_activations is None:
        return starts
    maps = starts.map_indices[silent]
    measured = excitation.measure(max_pre_activations, candidates.images)
    best = strongest(measured[:, maps].T, starts.images.shape[1])  # (num_silent, num_starts)
    origins = candidates.images[best]
    pushed = rescue_module.wake(
        max_pre_activations,
        origins.reshape(-1, *origins.shape[2:]),
        np.repeat(maps, best.shape[1]),
        num_steps=params.num_rescue_steps,
        step_size=_PUSH_SIZE,
        constraint=constraint,
        chunk_size=chunk_size,
    ).reshape(origins.shape)
    kinds = candidates.kinds[best]
    return help_silent(starts, networks, pushed, oip.PRE_ACTIVATION, origins=origins, kinds=kinds)


def help_silent(
    starts: Starts,
    networks: Networks,
    images: Floats,
    rescue: str,
    *,
    origins: Floats | None = None,
    kinds: npt.NDArray[np.str_] | None = None,
) -> Starts:
    """Return the starts with new ones for those of the silent maps that they excite.

    Args:
        starts: those so far.
        networks: the network up to the layer.
        images: (num_silent, num_starts, h, w, c), for the maps of ``Starts.silent_rows``.
        rescue: what they are, see ``oip``.
        origins: the same, before any step on the map before its ReLU; None: `images`.
        kinds: (num_silent, num_starts), of these; None: `rescue`.
    """
    silent = starts.silent_rows
    activations = _activations(networks, images, starts.map_indices[silent])
    is_excited = (activations > starts.floor).any(axis=1)
    rows = silent[is_excited]
    helped = dataclasses.replace(
        starts,
        images=starts.images.copy(),
        origins=starts.origins.copy(),
        kinds=starts.kinds.copy(),
        rescues=starts.rescues.copy(),
    )
    helped.images[rows] = images[is_excited]
    helped.origins[rows] = (images if origins is None else origins)[is_excited]
    helped.kinds[rows] = rescue if kinds is None else kinds[is_excited]
    helped.rescues[rows] = rescue
    return helped


def _activations(networks: Networks, images: Floats, map_indices: MapIndices) -> Floats:
    """Return how strongly images (n, num_starts, h, w, c) excite their maps (n,)."""
    measured = excitation.measure(networks.responses, images.reshape(-1, *images.shape[2:]))
    units_of_images = np.repeat(map_indices, images.shape[1])
    own: Floats = measured[np.arange(len(units_of_images)), units_of_images].reshape(
        images.shape[:2]
    )
    return own


def strongest(values: Floats, number: int) -> npt.NDArray[np.int64]:
    """Return the columns of the largest values of each row, the largest first, (n, number).

    Where there are fewer columns, they repeat themselves.
    """
    order = np.argsort(-values, axis=1, kind="stable")
    return order[:, np.arange(number) % order.shape[1]]
