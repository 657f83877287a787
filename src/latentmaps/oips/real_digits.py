"""The real digits that excite each feature map most, and what the layer below makes of images.

Humans predict what a map reacts to better from real images than from drawn ones (Borowski et al.
2021), so the strongest digits stand beside every OIP.
"""

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps import seeds
from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, excitation
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import NUM_STRONGEST, Floats, LayerOips, StrongestDigits

# Random digits tell how much two images agree that have nothing to do with the map.
_NUM_RANDOM = 100


def find_strongest(networks: Networks, digits: Digits) -> StrongestDigits:
    """Return the strongest test digits of all maps; the first among equals."""
    activations = cnn_layers.measure_digits(networks.responses, digits.test_images)
    order = np.argsort(-activations, axis=0, kind="stable")
    rows = order[np.arange(NUM_STRONGEST) % len(order)].T  # (num_maps, 6)
    return StrongestDigits(
        rows=rows,
        images=digits.test_images[rows],
        labels=digits.test_labels[rows],
        activations=np.take_along_axis(activations, rows.T, axis=0).T,
    )


def correlate_pathways(
    below: keras.Model | None,
    digits: Digits,
    strongest: StrongestDigits,
    oips: LayerOips,
    *,
    seed: int,
) -> pd.DataFrame:
    """Return how alike two images are to the layer below, as rank correlations.

    The images are compared by the means of the maps of the lower layer. A drawing that excites a
    map on another way than real images do would have a low correlation (Geirhos et al. 2024).

    Args:
        below: image -> means of the maps of the layer below, or its units; None: there is none.
        digits: the random ones are of their test part.
        strongest: of the same maps.
        oips: of the layer.
        seed: of the choice of random digits.

    Returns:
        A row for each map, NaN without a layer below. The strongest digit against: the OIP `free`
        and `in_range`, the `second` strongest digit (what is high), and `random` digits, their mean
        (what is low).
    """
    if below is None:
        columns = ["free", "in_range", "second", "random"]
        return pd.DataFrame(np.nan, index=range(len(oips.map_indices)), columns=columns)
    rows = seeds.random_digits(seed).integers(len(digits.test_images), size=_NUM_RANDOM)
    first, second, random, free, in_range = (
        _ranks(excitation.measure(below, images))
        for images in (
            cnn_layers.standardize_digits(strongest.images[:, 0]),
            cnn_layers.standardize_digits(strongest.images[:, 1]),
            cnn_layers.standardize_digits(digits.test_images[rows]),
            oips.free.images[..., np.newaxis],
            oips.in_range.images[..., np.newaxis],
        )
    )
    return pd.DataFrame(
        {
            "free": (first * free).sum(axis=1),
            "in_range": (first * in_range).sum(axis=1),
            "second": (first * second).sum(axis=1),
            "random": (first @ random.T).mean(axis=1),
        }
    )


def _ranks(values: Floats) -> npt.NDArray[np.float64]:
    """Return ranks within each row, equal values sharing their mean rank, centred, of length 1."""
    smaller = (values[:, :, np.newaxis] > values[:, np.newaxis, :]).sum(axis=2)
    equal = (values[:, :, np.newaxis] == values[:, np.newaxis, :]).sum(axis=2)
    ranks = smaller + (equal - 1) / 2
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, length, out=np.full_like(centred, np.nan), where=length > 0)
