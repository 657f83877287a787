"""The real digits that excite each map most, and the responses of the layer below to images.

People can predict the responses of a map better from real images than from synthetic ones (Borowski
et al. 2021). The strongest digits are therefore shown next to every OIP.
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

# number of random digits; their mean correlation is the baseline for images unrelated to the map
_NUM_RANDOM = 100


def find_strongest(networks: Networks, digits: Digits) -> StrongestDigits:
    """Return the test digits that excite each map most; ties keep the order of the test part."""
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
    """Compare images by the rank correlation of their responses in the layer below.

    The correlation is low for an OIP that excites its map through a different pathway than real
    images (Geirhos et al. 2024).

    Args:
        below: network that returns the responses of the layer below (the means of its maps, or the
            values of its units); None if there is no such layer.
        digits: real digits; random ones are sampled from the test part.
        strongest: strongest digits of the maps in `oips`.
        oips: OIPs of the layer.
        seed: seed for the random digits.

    Returns:
        One row per map, NaN if there is no layer below. The columns are the correlations of the
        strongest digit with the OIP (`free` and `in_range`), with the `second` strongest digit (a
        high reference), and with `random` digits (the mean, a low reference).
    """
    if below is None:
        columns = ["free", "in_range", "second", "random"]
        return pd.DataFrame(np.nan, index=range(len(oips.map_indices)), columns=columns)
    rows = seeds.random_digits(seed).integers(len(digits.test_images), size=_NUM_RANDOM)
    first, second, random, free, in_range = (
        rank_rows(excitation.measure(below, images))
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


def rank_rows(values: Floats) -> npt.NDArray[np.float64]:
    """Return the ranks in each row, centered and scaled to norm 1; ties share their mean rank.

    The dot product of two such rows is their rank correlation. A row whose values are all equal
    becomes NaN.

    Args:
        values: (num_rows, n).

    Returns:
        (num_rows, n), float64.
    """
    smaller = (values[:, :, np.newaxis] > values[:, np.newaxis, :]).sum(axis=2)
    equal = (values[:, :, np.newaxis] == values[:, np.newaxis, :]).sum(axis=2)
    ranks = smaller + (equal - 1) / 2
    centered = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centered, axis=1, keepdims=True)
    return np.divide(centered, length, out=np.full_like(centered, np.nan), where=length > 0)
