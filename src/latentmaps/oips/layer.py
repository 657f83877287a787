"""All that is found for the feature maps of a layer, for those who draw it."""

from dataclasses import dataclass

import keras
import pandas as pd

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, real_digits, scores, search
from latentmaps.oips.grays import GrayScale, gray_scale
from latentmaps.oips.oip import LayerOips, StrongestDigits
from latentmaps.params.draw_oips import DrawOips


@dataclass(frozen=True)
class LayerResults:
    """All results of a layer.

    Attributes:
        layer_name: of the layer.
        oips: its OIPs.
        strongest: the test digits that excite its maps most.
        table: a row for each map, as ``scores.score`` returns it.
        grays: of the pictures.
        params: how the OIPs were searched for.
        seed: of the search.
    """

    layer_name: str
    oips: LayerOips
    strongest: StrongestDigits
    table: pd.DataFrame
    grays: GrayScale
    params: DrawOips
    seed: int


def study(
    model: keras.Model,
    layer_name: str,
    digits: Digits,
    params: DrawOips,
    *,
    seed: int,
    jit_compile: bool,
    chunk_size: int,
) -> LayerResults:
    """Find the OIPs of a layer and compare them with the digits that excite its maps most.

    Args:
        model: the CNN.
        layer_name: one of its convolutions or dense layers.
        digits: real ones.
        params: how OIPs are searched for.
        seed: of everything that is sampled.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together, at most.

    Raises:
        DataError: the training digits have no contrast.
        TrainingError: the CNN has no such layer, or a gradient is not a number.
    """
    networks = cnn_layers.up_to(model, layer_name)
    below = cnn_layers.responses_below(model, layer_name)
    size, _ = networks.reachable_size  # digits are square
    oips = search.find_oips(
        networks, digits, params, seed=seed, jit_compile=jit_compile, chunk_size=chunk_size
    )
    strongest = real_digits.find_strongest(networks, digits)
    paths = real_digits.correlate_paths(below, digits, strongest, oips, seed=seed)
    return LayerResults(
        layer_name=layer_name,
        oips=oips,
        strongest=strongest,
        table=scores.score(oips, strongest, paths, reachable_size=size),
        grays=gray_scale(oips, size),
        params=params,
        seed=seed,
    )
