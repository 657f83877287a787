"""Choose what each feature map starts from, so that as few maps as possible are silent.

A ladder, and each rung is for the maps that the one before left silent: the map's own random
starts; the best of many candidates (the precursor); candidates that are first pushed on the map
before its ReLU; the real digits that excite it most. Whatever is silent then is dead.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import excitation, oip, rescue, start_images, step
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Floats, Range, Settings

MapIndices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Starts:
    """What the maps start from.

    Attributes:
        images: (num_maps, num_starts, 28, 28), float32, what the ascent begins with.
        origins: the same, before any step on the map before its ReLU.
        kinds: (num_maps, num_starts), text.
        rescues: (num_maps,), text, the rung that helped; see ``oip``.
        silent_share: (num_maps,), of all random images that were tried.
    """

    images: Floats
    origins: Floats
    kinds: npt.NDArray[np.str_]
    rescues: npt.NDArray[np.str_]
    silent_share: npt.NDArray[np.float64]


def choose(
    networks: Networks,
    digits: Digits,
    settings: Settings,
    *,
    map_indices: npt.NDArray[np.int64],
    value_range: Range | None,
) -> Starts:
    """Gives the starts of all maps.

    Args:
        networks: the CNN up to the layer.
        digits: real ones, for the last rung.
        settings: how many, and of what kinds.
        map_indices: (num_maps,), the maps.
        value_range: darkest and brightest pixel, in standard deviations; None for free pixels.
    """
    ladder = _Ladder(networks, settings, map_indices, value_range)
    ladder.take_own(digits)
    ladder.take_candidates(digits)
    ladder.push_candidates()
    ladder.take_digits(digits)
    return ladder.starts()


def add_head_starts(
    starts: Starts, images: Floats, kind: str, *, value_range: Range | None
) -> Starts:
    """Gives the starts with one more for each map, behind the others.

    Args:
        starts: of ``choose``.
        images: (num_maps, 28, 28), float32, what is known to excite each map.
        kind: of these.
        value_range: as for ``choose``.
    """
    added = _restored(images, value_range)[:, np.newaxis]
    kinds = np.full((len(images), 1), kind, dtype=starts.kinds.dtype)
    return dataclasses.replace(
        starts,
        images=np.concatenate([starts.images, added], axis=1),
        origins=np.concatenate([starts.origins, added], axis=1),
        kinds=np.concatenate([starts.kinds, kinds], axis=1),
    )


def _restored(images: Floats, value_range: Range | None) -> Floats:
    """Gives images (n, 28, 28) as the CNN may read them."""
    restore = step.make_restore(value_range)
    return np.array(restore(images[..., np.newaxis]))[..., 0]


class _Ladder:
    """The starts so far."""

    def __init__(
        self,
        networks: Networks,
        settings: Settings,
        map_indices: MapIndices,
        value_range: Range | None,
    ) -> None:
        self._networks = networks
        self._settings = settings
        self._map_indices = map_indices
        self._range = value_range
        self._rescues = np.full(len(map_indices), oip.NOTHING, dtype="<U14")

    def take_own(self, digits: Digits) -> None:
        """Gives every map its own random starts."""
        settings = self._settings
        recipe = self._recipe(settings.start_kinds, digits)
        drawn = start_images.draw(
            recipe,
            settings.seed,
            map_indices=self._map_indices.tolist(),
            num_starts=settings.num_starts,
        )
        flat = drawn.reshape(-1, *drawn.shape[2:])
        self._images = _restored(flat, self._range).reshape(drawn.shape)
        self._own = self._activations(self._images, self._map_indices)
        kinds = [recipe.kind(number) for number in range(settings.num_starts)]
        self._kinds = np.tile(np.array(kinds, dtype="<U14"), (len(self._map_indices), 1))
        self._rescues[(self._own > 0).any(axis=1)] = oip.NOT_NEEDED

    def take_candidates(self, digits: Digits) -> None:
        """Gives the best of own starts and candidates to all maps, or to the silent ones."""
        settings = self._settings
        recipe = self._recipe(settings.candidate_kinds, digits)
        drawn = start_images.draw_candidates(recipe, settings.seed, settings.num_candidates)
        self._candidates = _restored(drawn, self._range)
        self._candidate_kinds = np.array([recipe.kind(c) for c in range(len(drawn))])
        measured = excitation.measure(self._networks.activations, self._candidates)
        self._pool = measured[:, self._map_indices].T  # (num_maps, num_candidates)
        is_silent = self._is_silent()
        for row in np.flatnonzero(is_silent | settings.precursor).tolist():
            self._take_best(row)
        self._rescues[is_silent & (self._pool > 0).any(axis=1)] = oip.PRECURSOR

    def _take_best(self, row: int) -> None:
        """Gives a map those of its own starts and of the candidates that excite it most."""
        num_starts = self._settings.num_starts
        activations = np.concatenate([self._own[row], self._pool[row]])
        [best] = _best(activations[np.newaxis], num_starts)
        own = self._images[row].copy()
        self._images[row] = [
            own[number] if number < num_starts else self._candidates[number - num_starts]
            for number in best.tolist()
        ]
        self._kinds[row] = np.concatenate([self._kinds[row], self._candidate_kinds])[best]

    def push_candidates(self) -> None:
        """Gives the silent maps candidates that were pushed on the map before its ReLU."""
        self._origins = self._images.copy()
        silent = np.flatnonzero(self._is_silent())
        if not len(silent) or not self._settings.num_rescue_steps:
            return
        measured = excitation.measure(self._networks.drives, self._candidates)
        drives = measured[:, self._map_indices[silent]].T  # (num_silent, num_candidates)
        best = _best(drives, self._settings.num_starts)
        pushed = rescue.wake(
            self._networks.drives,
            self._candidates[best].reshape(-1, *self._candidates.shape[1:]),
            np.repeat(self._map_indices[silent], best.shape[1]),
            num_steps=self._settings.num_rescue_steps,
            step_size=self._settings.ascent.step_size,
            value_range=self._range,
            chunk_size=self._settings.chunk_size,
        ).reshape(*best.shape, *self._candidates.shape[1:])
        activations = self._activations(pushed, self._map_indices[silent])
        helped = (activations > 0).any(axis=1)
        woken = silent[helped]
        self._images[woken], self._origins[woken] = pushed[helped], self._candidates[best[helped]]
        self._kinds[woken] = self._candidate_kinds[best[helped]]
        self._rescues[woken] = oip.PRE_ACTIVATION

    def take_digits(self, digits: Digits) -> None:
        """Gives the silent maps the real digits that excite them most, of training or test part."""
        for images in (digits.train_images, digits.test_images):
            silent = np.flatnonzero(self._is_silent())
            if not len(silent):
                return
            measured = excitation.measure_digits(self._networks.activations, images)
            activations = measured[:, self._map_indices[silent]].T
            best = _best(activations, self._settings.num_starts)
            chosen = excitation.standardise_digits(images[best.ravel()])
            starts = _restored(chosen, self._range).reshape(*best.shape, *chosen.shape[1:])
            found = (self._activations(starts, self._map_indices[silent]) > 0).any(axis=1)
            excited = silent[found]
            self._images[excited] = self._origins[excited] = starts[found]
            self._kinds[excited] = oip.DIGITS
            self._rescues[excited] = oip.DIGITS

    def starts(self) -> Starts:
        """Gives what was chosen."""
        tried = np.concatenate([self._own, self._pool], axis=1)
        return Starts(
            images=self._images,
            origins=self._origins,
            kinds=self._kinds,
            rescues=self._rescues,
            silent_share=(tried == 0).mean(axis=1),
        )

    def _is_silent(self) -> npt.NDArray[np.bool_]:
        silent: npt.NDArray[np.bool_] = self._rescues == oip.NOTHING
        return silent

    def _activations(self, images: Floats, map_indices: MapIndices) -> Floats:
        """Gives how strongly images (n, num_starts, 28, 28) excite their maps (n,)."""
        flat = images.reshape(-1, *images.shape[2:])
        measured = excitation.measure(self._networks.activations, flat)
        owners = np.repeat(map_indices, images.shape[1])
        own: Floats = measured[np.arange(len(owners)), owners].reshape(images.shape[:2])
        return own

    def _recipe(self, kinds: Sequence[str], digits: Digits) -> start_images.Recipe:
        return start_images.Recipe(
            kinds=kinds,
            length_scales=self._settings.length_scales,
            length_weights=self._settings.length_weights,
            digits=digits.train_images,
            grid=self._settings.start_grid,
        )


def _best(values: Floats, number: int) -> npt.NDArray[np.int64]:
    """Gives the columns of the largest values of each row, the largest first, (n, number).

    Where there are fewer columns, they repeat themselves.
    """
    order = np.argsort(-values, axis=1, kind="stable")
    return order[:, np.arange(number) % order.shape[1]]
