"""All that is found for the feature maps of a layer, for those who draw it."""

from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import (
    cnn_layers,
    constraints,
    elementary,
    excitation,
    real_digits,
    scores,
    search,
    tuning,
)
from latentmaps.oips.grays import GrayScale, gray_scale
from latentmaps.oips.oip import ElementaryPatterns, Floats, LayerOips, StrongestDigits
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.params.draw_oips import DrawOips


@dataclass(frozen=True)
class UnitNames:
    """What the units of a layer are called.

    Attributes:
        one: of them.
        many: of them.
        response: what is compared: a number for each image.
    """

    one: str
    many: str
    response: str


MAPS = UnitNames("map", "feature maps", "mean activation")
UNITS = UnitNames("unit", "units", "value before the activation function")


@dataclass(frozen=True)
class LayerResults:
    """All results of a layer.

    Attributes:
        layer_name: of the layer.
        names: what its units are called.
        oips: its OIPs.
        strongest: the test digits that excite its maps most.
        table: a row for each map, as ``scores.score`` returns it.
        elementary: what excites each map at one position; None for a dense layer.
        tuning: which random images excite it, as ``tuning.measure_tuning`` returns it.
        grays: of the pictures.
        params: how the OIPs were searched for.
        seed: of the search.
    """

    layer_name: str
    names: UnitNames
    oips: LayerOips
    strongest: StrongestDigits
    table: pd.DataFrame
    elementary: ElementaryPatterns | None
    tuning: pd.DataFrame
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
        DataError: the training digits have no contrast, or a length scale is finer than a pixel.
        TrainingError: the CNN has no such layer, or a gradient is not a number.
    """
    networks = cnn_layers.up_to(model, layer_name)
    below = cnn_layers.responses_below(model, layer_name)
    size, _ = networks.reachable_size  # digits are square
    oips = search.find_oips(
        networks, digits, params, seed=seed, jit_compile=jit_compile, chunk_size=chunk_size
    )
    strongest = real_digits.find_strongest(networks, digits)
    paths = real_digits.correlate_pathways(below, digits, strongest, oips, seed=seed)
    patterns = elementary.find(
        model, layer_name, params, seed=seed, jit_compile=jit_compile, chunk_size=chunk_size
    )
    table = scores.score(oips, strongest, paths, reachable_size=size)
    if patterns is not None:
        table["pattern_activation"] = patterns.activations
    if layer_name == model.layers[-1].name and patterns is None:
        table = table.assign(**_confidences(model, oips))
    return LayerResults(
        layer_name=layer_name,
        names=UNITS if networks.objective_name == "unit" else MAPS,
        oips=oips,
        strongest=strongest,
        table=table,
        elementary=patterns,
        tuning=tuning.measure_tuning(
            networks,
            StartImageSpec(networks.shape, params, digits.train_images),
            constraint=constraints.standardized,
            seed=seed,
        ),
        grays=gray_scale(oips, size, patterns, params.color_map),
        params=params,
        seed=seed,
    )


def _confidences(model: keras.Model, oips: LayerOips) -> dict[str, Floats]:
    """Return the probability that the CNN gives each output unit for its own OIP, (num_units,)."""
    units = np.arange(len(oips.map_indices)), oips.map_indices
    return {
        f"confidence{suffix}": excitation.measure(model, found.images[..., np.newaxis])[units]
        for suffix, found in (("", oips.free), ("_in_range", oips.in_range))
    }
