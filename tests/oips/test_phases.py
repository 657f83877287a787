"""Ascent from coarse to fine."""

import dataclasses

import numpy as np
from tests.oips.climbing import ASCENT, climb, climbers

from latentmaps.oips import start_images
from latentmaps.oips.ascent import Climbers
from latentmaps.oips.excitation import Networks
from latentmaps.oips.start_images import Recipe


def test_coarse_phases_grow_coarse_patterns_alone(second_layer: Networks) -> None:
    recipe = Recipe(["coarse"], (3,), (1,), np.zeros((1, 28, 28), np.uint8))
    starts = start_images.draw(recipe, 3, map_indices=range(4), num_starts=1)[:, 0]
    coarse = Climbers(starts, np.arange(4), np.zeros(4, np.int64))
    enlarger = start_images.enlarging_matrix(7)
    projection = enlarger @ np.linalg.pinv(enlarger)
    fine_part = []
    for phases in ([], [(7, 19)]):
        settings = dataclasses.replace(ASCENT, phases=phases, num_steps=20)
        found = climb(second_layer.single_maps, coarse, settings)
        # after 10 steps, within the phase
        halfway = found.snapshots[:, settings.snapshot_steps.index(10)]
        fine_part.append(np.abs(halfway - projection @ halfway @ projection.T).max())
    assert fine_part[1] < 0.05 < 0.2 < fine_part[0]


def test_no_picture_stops_within_a_coarse_phase(second_layer: Networks) -> None:
    settings = dataclasses.replace(
        ASCENT, phases=[(3, 10)], num_steps=60, convergence_threshold=0.5
    )
    found = climb(second_layer.single_maps, climbers(8), settings)
    loud = found.activations > 0
    assert (found.num_steps[loud] >= 10).all()
    assert found.converged[loud].all()


def test_every_phase_begins_with_the_first_step_size_and_without_calm(
    second_layer: Networks,
) -> None:
    """A coarse phase that came to rest long ago must not end the fine one at its first step."""
    settings = dataclasses.replace(ASCENT, phases=[(3, 60)], num_steps=120)
    found = climb(second_layer.single_maps, climbers(8), settings)
    loud = found.activations > 0
    coarse = found.curves[loud, 50:60]
    assert (np.abs(np.diff(coarse)) < 5e-4 * coarse[:, 1:]).all(axis=1).any()  # at rest
    assert (found.num_steps[loud] > 65).all()
    assert (found.activations[loud] > 1.1 * found.curves[loud, 59]).all()


def test_the_last_phase_has_its_length_scale_too(second_layer: Networks) -> None:
    settings = dataclasses.replace(ASCENT, phases=[(3, 8), (14, 12)], num_steps=20)
    recipe = Recipe(["coarse"], (3,), (1,), np.zeros((1, 28, 28), np.uint8))
    starts = start_images.draw(recipe, 3, map_indices=range(4), num_starts=1)[:, 0]
    coarse = Climbers(starts, np.arange(4), np.zeros(4, np.int64))
    images = climb(second_layer.single_maps, coarse, settings).images
    projection = start_images.coarsener(14)
    assert np.abs(images - projection @ images @ projection.T).max() < 0.05
    assert np.abs(images - starts).max() > 0.5
