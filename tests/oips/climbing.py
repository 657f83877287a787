"""Ascent on the second layer of a small CNN, for the tests."""

import numpy as np

from latentmaps.oips import ascent, start_images
from latentmaps.oips.ascent import Climb, Climbers
from latentmaps.oips.oip import Ascent, Range
from latentmaps.oips.start_images import Recipe
from latentmaps.oips.step import Activate

ASCENT = Ascent(num_steps=20, step_size=0.1, convergence_threshold=5e-4)


def climbers(num_images: int, *, num_maps: int = 8) -> Climbers:
    """Gives random images, for the maps in turn."""
    recipe = Recipe(["scales"], (3, 7, 28), (1, 1, 1), np.zeros((1, 28, 28), np.uint8))
    numbers = np.arange(num_images)
    starts = start_images.draw(recipe, 3, map_indices=numbers.tolist(), num_starts=1)[:, 0]
    return Climbers(starts, numbers % num_maps, numbers)


def part(whole: Climbers, row: int) -> Climbers:
    """Gives one of them."""
    rows = slice(row, row + 1)
    return Climbers(whole.starts[rows], whole.map_indices[rows], whole.start_numbers[rows])


def climb(
    network: Activate,
    images: Climbers,
    settings: Ascent,
    *,
    value_range: Range | None = None,
    seed: int = 0,
    jit_compile: bool = False,
    chunk_size: int = 32,
) -> Climb:
    """Gives the climb, with what most tests do not care for set."""
    return ascent.climb(
        network,
        images,
        settings,
        value_range=value_range,
        seed=seed,
        jit_compile=jit_compile,
        chunk_size=chunk_size,
    )
