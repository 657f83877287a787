"""Made-up results of a layer, for the tests of sheets and pages."""

import dataclasses

import numpy as np
import pandas as pd

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import grays, layer, scores
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.oip import (
    ElementaryPatterns,
    Floats,
    LayerOips,
    Oips,
    Polished,
    StrongestDigits,
)
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.params.draw_oips import DrawOips

# parameters of a short search
PARAMS = DrawOips(
    layers=("Conv2D_3",),
    range="free",
    num_starts=2,
    num_finalists=2,
    race_steps=4,
    start_kinds=("scales",),
    length_scales=(3, 7, 28),
    length_weights=(0.5, 0.5, 0.5),
    strategy="superposition",
    scale_steps=(3, 4),
    enrich_strength=0.5,
    precursor=False,
    num_candidates=24,
    candidate_kinds=("scales", "coarse", "fourier", "noise"),
    num_rescue_steps=8,
    num_steps=12,
    step_size=0.1,
    convergence_threshold=5e-4,
    jitter=0,
    smoothness=0.0,
    polish=0.95,
    num_snapshots=7,
    head_start=True,
    color_map="gray",
    seed=None,
)

_IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
DIGITS = Digits(_IMAGES, np.arange(5, dtype=np.uint8), _IMAGES, np.arange(5, dtype=np.uint8))


def image_spec(params: DrawOips) -> StartImageSpec:
    """Return the specification of start images of the size of a digit."""
    return StartImageSpec((28, 28, 1), params, DIGITS.train_images)


def made_up_oips(finalist_activations: Floats, rescues: list[str]) -> Oips:
    """Return OIPs of noise that took 9 of at most 10 steps."""
    num_maps = len(finalist_activations)
    images = np.random.default_rng(0).normal(size=(num_maps, 28, 28)).astype(np.float32)
    best = finalist_activations.max(axis=1)
    curves = best[:, np.newaxis] * np.linspace(0.1, 1, 11, dtype=np.float32)
    curves[:, 10] = np.nan
    curves[best == 0, 1:] = np.nan
    return Oips(
        images=images,
        activations=best,
        polished=Polished(
            images=images[:, ::-1],
            activations=(0.96 * best).astype(np.float32),
            high_frequency_shares=np.full(num_maps, 0.5, np.float32),
            high_frequency_shares_polished=np.full(num_maps, 0.25, np.float32),
        ),
        starts=(images / 2).astype(np.float32),
        start_kinds=np.full(num_maps, "coarse"),
        rescues=np.array(rescues),
        from_head_start=np.zeros(num_maps, bool),
        finalist_images=np.stack([images, -images, images[:, ::-1]], axis=1),
        finalist_kinds=np.array([["coarse", "noise", "in range"]] * num_maps),
        finalist_activations=np.c_[finalist_activations, best / 2],
        has_head_start=True,
        curves=curves,
        snapshots=np.stack([images] * 5, axis=1),
        num_steps=np.where(best > 0, 9, 0),
        converged=best > 1,
    )


def made_up_tuning() -> pd.DataFrame:
    """Return responses of four maps to random images, weaker for fine than for coarse ones."""
    shown = [("noise", None, 0.1), ("fourier", None, 0.2), ("grid", 2, 0.4), ("grid", 28, 0.1)]
    rows = [
        (index, kind, num_points, value * (3 - index), 0.25 * index)
        for kind, num_points, value in shown
        for index in range(4)
    ]
    columns = ["map_index", "kind", "num_points", "activation", "silent_share"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"num_points": "Int64"})


def example_results() -> LayerResults:
    """Return results for four maps: alive, alive, rescued although no digit excites it, dead."""
    ends = np.array([[4, 2], [0.5, 0], [3, 3], [0, 0]], np.float32)
    oips = LayerOips(
        map_indices=np.arange(4),
        free=made_up_oips(ends, ["start", "start", "precursor", "nothing"]),
        in_range=made_up_oips(
            (ends / 2).astype(np.float32), ["start", "start", "digits", "nothing"]
        ),
        pixel_range=(-0.5, 2.5),
        silent_share=np.array([0, 0.25, 0.75, 1]),
    )
    strongest = StrongestDigits(
        rows=np.arange(24).reshape(4, 6),
        images=np.random.default_rng(1).integers(0, 256, (4, 6, 28, 28), np.uint8),
        labels=(np.arange(24).reshape(4, 6) % 10).astype(np.uint8),
        activations=np.array(
            [[2, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0], [0] * 6, [0] * 6], np.float32
        ),
    )
    paths = pd.DataFrame(
        {"free": [0.8] * 4, "in_range": [0.7] * 4, "second": [0.9] * 4, "random": [0.5] * 4}
    )
    patterns = ElementaryPatterns(
        images=np.random.default_rng(2).normal(size=(4, 18, 18, 1)).astype(np.float32),
        activations=np.array([8, 1, 6, -1], np.float32),
    )
    table = scores.score(oips, strongest, paths, reachable_size=26)
    return LayerResults(
        layer_name="Conv2D_3",
        names=layer.MAPS,
        oips=oips,
        strongest=strongest,
        table=table.assign(pattern_activation=patterns.activations),
        elementary=patterns,
        tuning=made_up_tuning(),
        grays=grays.gray_scale(oips, 26, patterns),
        params=dataclasses.replace(PARAMS, num_steps=10),
        seed=4,
    )
