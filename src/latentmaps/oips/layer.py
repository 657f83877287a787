"""All results for the feature maps of a layer, ready to be drawn."""

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
    """The words used for the units of a layer on sheets and pages.

    Attributes:
        one: singular form.
        many: plural form.
        response: name of the value that is compared between images.
    """

    one: str
    many: str
    response: str


MAPS = UnitNames("map", "feature maps", "mean activation")
UNITS = UnitNames("unit", "units", "value before the activation function")


@dataclass(frozen=True)
class LayerResults:
    """All results for a layer.

    Attributes:
        layer_name: name of the layer.
        names: words used for its units.
        oips: OIPs of its units.
        strongest: test digits that excite its units most.
        table: one row per unit, as returned by ``scores.score``.
        elementary: elementary patterns; None for a dense layer.
        tuning: responses to random images, as returned by ``tuning.measure_tuning``.
        grays: gray scales of the images.
        params: parameters of the search.
        seed: seed for the search.
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
    """Find the OIPs of a layer and compare them with the digits that excite its units most.

    Args:
        model: the CNN.
        layer_name: name of a convolution or a dense layer.
        digits: real digits.
        params: parameters of the search.
        seed: seed for everything that is sampled.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.
        chunk_size: number of images per chunk.

    Raises:
        DataError: the training digits have no contrast, or a length scale is finer than a pixel.
        TrainingError: the CNN has no such layer, or a gradient is NaN or infinite.
    """
    networks = cnn_layers.up_to(model, layer_name)
    below = cnn_layers.responses_below(model, layer_name)
    size, _ = networks.reachable_size  # digits are square
    oips = search.find_oips(
        networks, digits, params, seed=seed, jit_compile=jit_compile, chunk_size=chunk_size
    )
    strongest = real_digits.find_strongest(networks, digits)
    pathways = real_digits.correlate_pathways(below, digits, strongest, oips, seed=seed)
    patterns = elementary.find(
        model, layer_name, params, seed=seed, jit_compile=jit_compile, chunk_size=chunk_size
    )
    table = scores.score(oips, strongest, pathways, reachable_size=size)
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
    """Return the CNN's probability of each digit for its own OIP, (num_units,), by column name."""
    units = np.arange(len(oips.map_indices)), oips.map_indices
    return {
        f"confidence{suffix}": excitation.measure(model, variant.images[..., np.newaxis])[units]
        for suffix, variant in (("", oips.free), ("_in_range", oips.in_range))
    }
