"""Ascent from coarse to fine."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from tests.oips.climbing import ASCENT, Climbers, climb, climbers
from tests.oips.example_results import patterns

from latentmaps.oips import length_scales, oip, start_images
from latentmaps.oips.networks import Networks
from latentmaps.params.draw_oips import DrawOips, LengthScale


def coarse_to_fine(
    scales: tuple[LengthScale, ...], steps: tuple[int, ...], **others: Any
) -> DrawOips:
    return dataclasses.replace(
        ASCENT,
        strategy="coarse_to_fine",
        length_scales=scales,
        length_weights=(1.0,) * len(scales),
        scale_steps=steps,
        **others,
    )


def coarse_climbers() -> Climbers:
    kind = dataclasses.replace(ASCENT, start_kinds=("coarse",), num_starts=1)
    maps = np.arange(4)
    return Climbers(start_images.sample(patterns(kind), map_indices=maps, seed=3)[:, 0], maps)


def test_superposition_has_one_phase_of_all_patterns() -> None:
    assert length_scales.phases(ASCENT) == [(0, 20, None)]


def test_coarse_to_fine_has_a_phase_for_each_length_scale() -> None:
    params = coarse_to_fine((3, 7, 14, 28), (20, 40, 80), num_steps=400)
    phases = [(0, 20, (3, 3)), (20, 60, (7, 7)), (60, 140, (14, 14)), (140, 400, (28, 28))]
    assert length_scales.phases(params) == phases


def test_coarse_phases_grow_coarse_patterns_alone(second_layer: Networks) -> None:
    coarse = coarse_climbers()
    enlarger = length_scales._enlarging_matrix(7, 28)
    projection = enlarger @ np.linalg.pinv(enlarger)
    fine_part = []
    for params in (ASCENT, coarse_to_fine((7, 28), (19,))):
        found = climb(second_layer.objective, coarse, params)
        # after 10 steps, within the phase
        halfway = found.snapshots[:, oip.snapshot_steps(params).index(10), ..., 0]
        fine_part.append(np.abs(halfway - projection @ halfway @ projection.T).max())
    assert fine_part[1] < 0.05 < 0.2 < fine_part[0]


def test_no_picture_stops_within_a_coarse_phase(second_layer: Networks) -> None:
    params = coarse_to_fine((3, 28), (10,), num_steps=60, convergence_threshold=0.5)
    found = climb(second_layer.objective, climbers(8), params)
    loud = found.activations > 0
    assert (found.num_steps[loud] >= 10).all()
    assert found.converged[loud].all()


def test_every_phase_begins_with_the_first_step_size_and_without_calm(
    second_layer: Networks,
) -> None:
    """A coarse phase that came to rest long ago must not end the fine one at its first step."""
    params = coarse_to_fine((3, 28), (60,), num_steps=120)
    found = climb(second_layer.objective, climbers(8), params)
    loud = found.activations > 0
    coarse = found.curves[loud, 50:60]
    assert (np.abs(np.diff(coarse)) < 5e-4 * coarse[:, 1:]).all(axis=1).any()  # at rest
    assert (found.num_steps[loud] > 65).all()
    assert (found.activations[loud] > 1.1 * found.curves[loud, 59]).all()


def test_the_last_phase_has_its_length_scale_too(second_layer: Networks) -> None:
    params = coarse_to_fine((3, 14), (8,))
    coarse = coarse_climbers()
    images = climb(second_layer.objective, coarse, params).images[..., 0]
    projection, _ = length_scales.coarseners((14, 14), (28, 28))
    assert np.abs(images - projection @ images @ projection.T).max() < 0.05
    assert np.abs(images - coarse.starts[..., 0]).max() > 0.5


@pytest.mark.parametrize("num_points", [3, 7, 14, 28])
def test_enlarging_keeps_a_constant(num_points: int) -> None:
    enlarger = length_scales._enlarging_matrix(num_points, 28)
    assert enlarger.shape == (28, num_points)
    np.testing.assert_allclose(enlarger.sum(axis=1), 1, atol=1e-6)


def test_a_grid_of_28_points_is_not_enlarged() -> None:
    np.testing.assert_array_equal(length_scales._enlarging_matrix(28, 28), np.eye(28))


def test_a_phase_of_one_row_of_points_grows_columns_alone(second_layer: Networks) -> None:
    params = coarse_to_fine(((1, 7), (1, 28)), (10,))
    starts = start_images.sample(patterns(params), map_indices=np.arange(4), seed=3)[:, 0]
    found = climb(second_layer.objective, Climbers(starts, np.arange(4)), params)
    assert np.abs(found.images - starts).max() > 0.5
    np.testing.assert_allclose(np.diff(found.images, axis=1), 0, atol=1e-4)
    assert (np.ptp(found.images, axis=2) > 1).all()


def test_rows_and_columns_of_a_grid_are_those_of_the_image() -> None:
    image = np.random.default_rng(0).normal(size=(20, 30, 3))
    coarse = length_scales.coarsen(image, (4, 6))
    down, across = length_scales.coarseners((4, 6), image.shape)
    assert (down.shape, across.shape) == ((20, 20), (30, 30))
    assert (np.linalg.matrix_rank(down), np.linalg.matrix_rank(across)) == (4, 6)
    for channel in range(3):
        expected = down @ image[..., channel] @ across.T
        np.testing.assert_allclose(coarse[..., channel], expected, atol=1e-9)
    np.testing.assert_allclose(length_scales.coarsen(coarse, (4, 6)), coarse, atol=1e-5)
    assert length_scales.coarsen(image, None) is image
    enlarged = length_scales.enlarge(np.arange(24.0).reshape(4, 6), (20, 30))
    kept = length_scales.coarsen(enlarged[..., np.newaxis], (4, 6))[..., 0]
    np.testing.assert_allclose(kept, enlarged, atol=1e-5)
