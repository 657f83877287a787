"""Choose the start images of each feature map so that as few maps as possible stay silent.

Four sources are tried in turn, each for the maps that are still silent. First come a map's own
random start images, then the best of many candidates (the precursor), then candidates after an
ascent on the map before its ReLU. The last source is images known to excite the map, such as real
digits. A map that is still silent after that is dead. With ``params.precursor``, candidates also
replace weaker start images of all other maps.
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

# RMS change of a pixel per step of the ascent before the ReLU; this step size is never halved
_PUSH_SIZE = 0.1

MapIndices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Starts:
    """The start images of some maps.

    Attributes:
        map_indices: (num_maps,), int, indices of the maps.
        images: (num_maps, num_starts, h, w, c), float32, start images of the ascent.
        origins: same shape, the images before any ascent on the map before its ReLU.
        kinds: (num_maps, num_starts), str, kinds of the start images.
        rescues: (num_maps,), str, what made the map respond; see ``oip``.
        tried_activations: (num_maps, num_tried), float32, activations for all random images that
            were tried.
        floor: highest activation of a silent map.
    """

    map_indices: MapIndices
    images: Floats
    origins: Floats
    kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    tried_activations: Floats
    floor: float

    @property
    def silent_rows(self) -> npt.NDArray[np.int64]:
        """Rows of the maps that no image has excited so far, (num_silent,), int."""
        return np.flatnonzero(self.rescues == oip.NOTHING)

    @property
    def silent_share(self) -> npt.NDArray[np.float64]:
        """Share of the random images that left each map silent, (num_maps,), 0..1."""
        share: npt.NDArray[np.float64] = (self.tried_activations <= self.floor).mean(axis=1)
        return share


@dataclass(frozen=True)
class _Candidates:
    """Random images that all maps share.

    Attributes:
        images: (n, h, w, c), float32.
        kinds: (n,), str, kinds of the images.
    """

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
    """Choose the start images of some maps from random images.

    Args:
        networks: the network up to the layer.
        image_spec: number and kinds of the start images and candidates.
        map_indices: (num_maps,), int, the maps.
        constraint: constraint onto which the images are projected.
        seed: seed for the random images.
        chunk_size: number of images per chunk of the ascent before the ReLU.

    Raises:
        DataError: a kind or a length scale is not available for these images.
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
    """Append a head start to the start images of each map.

    Args:
        starts: start images without head starts.
        images: (num_maps, h, w, c), float32, an image known to excite each map.
        kind: kind of these images.
        constraint: constraint onto which the images are projected.
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
    """Sample each map's own start images."""
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
        tried_activations=activations,
        floor=floor,
    )


def _best_candidates(
    starts: Starts, candidates: _Candidates, networks: Networks, *, for_all: bool
) -> Starts:
    """Replace the starts of the silent maps, or of all maps, with the strongest images so far."""
    num_starts = starts.images.shape[1]
    measured = excitation.measure(networks.responses, candidates.images)
    pool = measured[:, starts.map_indices].T  # (num_maps, num_candidates)
    tried = np.concatenate([starts.tried_activations, pool], axis=1)
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
        starts, images=images, origins=images, kinds=kinds, rescues=rescues, tried_activations=tried
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
    """Replace the starts of silent maps with candidates after an ascent before the ReLU."""
    silent = starts.silent_rows
    max_pre_activations = networks.max_pre_activations
    if not len(silent) or not params.num_rescue_steps or max_pre_activations is None:
        return starts
    maps = starts.map_indices[silent]
    measured = excitation.measure(max_pre_activations, candidates.images)
    best = strongest(measured[:, maps].T, starts.images.shape[1])  # (num_silent, num_starts)
    origins = candidates.images[best]
    pushed = rescue_module.activate_silent_maps(
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
    """Replace the starts of those silent maps that the new images excite.

    Args:
        starts: start images so far.
        networks: the network up to the layer.
        images: (num_silent, num_starts, h, w, c), float32, for the maps in ``Starts.silent_rows``.
        rescue: name of this source of images; see ``oip``.
        origins: same shape, the images before any ascent on the map before its ReLU; None: the same
            as `images`.
        kinds: (num_silent, num_starts), str, kinds of the images; None: `rescue` for all.
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
    """Return the activations of maps (n,) for their images (n, num_starts, h, w, c)."""
    measured = excitation.measure(networks.responses, images.reshape(-1, *images.shape[2:]))
    units_of_images = np.repeat(map_indices, images.shape[1])
    own: Floats = measured[np.arange(len(units_of_images)), units_of_images].reshape(
        images.shape[:2]
    )
    return own


def strongest(values: Floats, number: int) -> npt.NDArray[np.int64]:
    """Return the columns of the largest values in each row, largest first, (n, number), int.

    If there are fewer columns than `number`, repeat them.
    """
    order = np.argsort(-values, axis=1, kind="stable")
    return order[:, np.arange(number) % order.shape[1]]
