"""Made-up results of a layer, for the tests of what is drawn of them."""

import dataclasses

import numpy as np

from latentmaps.oips import greys, scores
from latentmaps.oips.evidence import Paths, Strongest
from latentmaps.oips.found import Found
from latentmaps.oips.oip import Ascent, Ends, Floats, Oips, Settings

SETTINGS = Settings(
    num_starts=2,
    start_kinds=["scales"],
    candidate_kinds=["scales", "coarse", "fourier", "noise"],
    length_scales=[3, 7, 28],
    length_weights=[0.5, 0.5, 0.5],
    start_grid=28,
    precursor=False,
    num_candidates=24,
    num_rescue_steps=8,
    ascent=Ascent(num_steps=12, step_size=0.1, convergence_threshold=5e-4),
    seed=4,
    jit_compile=False,
    chunk_size=64,
)


def made_up_ends(activations: Floats, rescues: list[str]) -> Ends:
    """Gives ends of noise that took 9 of at most 10 steps each."""
    num_maps = len(activations)
    images = np.random.default_rng(0).normal(size=(num_maps, 28, 28)).astype(np.float32)
    best = activations.max(axis=1)
    curves = best[:, np.newaxis] * np.linspace(0.1, 1, 11, dtype=np.float32)
    curves[:, 10] = np.nan
    curves[best == 0, 1:] = np.nan
    return Ends(
        images=images,
        best=best,
        starts=(images / 2).astype(np.float32),
        kinds=np.full(num_maps, "coarse"),
        rescues=np.array(rescues),
        activations=activations,
        curves=curves,
        snapshots=np.stack([images] * 5, axis=1),
        num_steps=np.where(best > 0, 9, 0),
        converged=best > 1,
    )


def example_found() -> Found:
    """Gives four maps: alive, alive, rescued though no digit excites it, dead."""
    activations = np.array([[4, 2], [0.5, 0], [3, 3], [0, 0]], np.float32)
    rescues = ["start", "start", "precursor", "nothing"]
    oips = Oips(
        map_indices=np.arange(4),
        free=made_up_ends(activations, rescues),
        in_range=made_up_ends(
            (activations / 2).astype(np.float32), ["start", "start", "digits", "nothing"]
        ),
        value_range=(-0.5, 2.5),
        silent_share=np.array([0, 0.25, 0.75, 1]),
    )
    strongest = Strongest(
        rows=np.arange(24).reshape(4, 6),
        images=np.random.default_rng(1).integers(0, 256, (4, 6, 28, 28), np.uint8),
        labels=(np.arange(24).reshape(4, 6) % 10).astype(np.uint8),
        activations=np.array(
            [[2, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0], [0] * 6, [0] * 6], np.float32
        ),
    )
    paths = Paths(*(np.full(4, value) for value in (0.8, 0.7, 0.9, 0.5)))
    table = scores.score(oips, strongest, paths, reachable_size=26)
    search = dataclasses.replace(
        SETTINGS, ascent=dataclasses.replace(SETTINGS.ascent, num_steps=10)
    )
    return Found("Conv2D_3", oips, table, strongest, search, greys.scale(oips, 26))
