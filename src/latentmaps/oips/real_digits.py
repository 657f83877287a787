"""The real digits that excite each feature map most, and what the layer below makes of images.

Humans predict what a map reacts to better from real images than from drawn ones (Borowski et al.
2021), so the strongest digits stand beside every OIP.
"""

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import excitation
from latentmaps.oips.evidence import NUM_STRONGEST, Paths, Strongest
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Floats, Oips

# Random digits tell how much two images agree that have nothing to do with the map.
_NUM_RANDOM = 100
_STREAM = 2**32 - 2


def find_strongest(networks: Networks, digits: Digits) -> Strongest:
    """Gives the strongest test digits of all maps; the first among equals."""
    activations = excitation.measure_digits(networks.activations, digits.test_images)
    order = np.argsort(-activations, axis=0, kind="stable")
    rows = order[np.arange(NUM_STRONGEST) % len(order)].T  # (num_maps, 6)
    return Strongest(
        rows=rows,
        images=digits.test_images[rows],
        labels=digits.test_labels[rows],
        activations=np.take_along_axis(activations, rows.T, axis=0).T,
    )


def compare_paths(
    networks: Networks,
    digits: Digits,
    strongest: Strongest,
    oips: Oips,
    *,
    seed: int,
) -> Paths:
    """Gives the rank correlations of all maps.

    Args:
        networks: the CNN up to the layer.
        digits: the random ones are of their test part.
        strongest: of the same maps.
        oips: of the layer.
        seed: of the choice of random digits.
    """
    if networks.profiles is None:
        nothing = np.full(len(oips.map_indices), np.nan)
        return Paths(nothing, nothing, nothing, nothing)
    generator = np.random.default_rng([seed, _STREAM])
    rows = generator.integers(len(digits.test_images), size=_NUM_RANDOM)
    first, second, random, free, in_range = (
        _ranks(excitation.measure(networks.profiles, images))
        for images in (
            excitation.standardise_digits(strongest.images[:, 0]),
            excitation.standardise_digits(strongest.images[:, 1]),
            excitation.standardise_digits(digits.test_images[rows]),
            oips.free.images,
            oips.in_range.images,
        )
    )
    return Paths(
        free=(first * free).sum(axis=1),
        in_range=(first * in_range).sum(axis=1),
        second=(first * second).sum(axis=1),
        random=(first @ random.T).mean(axis=1),
    )


def _ranks(values: Floats) -> npt.NDArray[np.float64]:
    """Gives ranks within each row, equal values sharing their mean rank, centred, of length 1."""
    smaller = (values[:, :, np.newaxis] > values[:, np.newaxis, :]).sum(axis=2)
    equal = (values[:, :, np.newaxis] == values[:, np.newaxis, :]).sum(axis=2)
    ranks = smaller + (equal - 1) / 2
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, length, out=np.full_like(centred, np.nan), where=length > 0)
