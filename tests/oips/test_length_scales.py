"""Ascent on one length scale after another."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from tests.oips.example_ascents import ASCENT, AscentInputs, ascend, ascent_inputs, part
from tests.oips.example_results import image_spec

from latentmaps.oips import cnn_layers, constraints, excitation, length_scales, oip, start_images
from latentmaps.oips.networks import Networks
from latentmaps.params.draw_oips import DrawOips, LengthScale


def enriching(scales: tuple[LengthScale, ...], steps: tuple[int, ...], **others: Any) -> DrawOips:
    return dataclasses.replace(
        ASCENT,
        strategy="enrich",
        length_scales=scales,
        length_weights=(1.0,) * len(scales),
        scale_steps=steps,
        **others,
    )


def coarse_inputs() -> AscentInputs:
    kind = dataclasses.replace(ASCENT, start_kinds=("coarse",), num_starts=1)
    maps = np.arange(4)
    return AscentInputs(start_images.sample(image_spec(kind), map_indices=maps, seed=3)[:, 0], maps)


def test_superposition_has_one_phase_of_all_patterns() -> None:
    assert length_scales.phases(ASCENT) == [(0, 0, 20, None, 0)]


def test_enriching_has_a_phase_for_each_length_scale() -> None:
    params = enriching((3, 7, 14, 28), (20, 40, 80), num_steps=400, enrich_strength=0.25)
    assert length_scales.phases(params) == [
        (0, 0, 20, (3, 3), 0),
        (1, 20, 60, (7, 7), 0.25),
        (2, 60, 140, (14, 14), 0.25),
        (3, 140, 400, (28, 28), 0.25),
    ]


@pytest.mark.slow
def test_coarse_phases_grow_only_coarse_patterns(second_layer: Networks) -> None:
    coarse = coarse_inputs()
    enlarger = length_scales.make_enlarging_matrix(7, 28)
    projection = enlarger @ np.linalg.pinv(enlarger)
    fine_part = []
    for params in (ASCENT, enriching((7, 28), (19,))):
        found = ascend(second_layer.objective, coarse, params)
        # after 10 steps, within the phase
        halfway = found.snapshots[:, oip.snapshot_steps(params).index(10), ..., 0]
        fine_part.append(np.abs(halfway - projection @ halfway @ projection.T).max())
    assert fine_part[1] < 0.05 < 0.2 < fine_part[0]


@pytest.mark.slow
def test_no_image_stops_within_a_coarse_phase(second_layer: Networks) -> None:
    params = enriching((3, 28), (10,), num_steps=60, convergence_threshold=0.5)
    found = ascend(second_layer.objective, ascent_inputs(8), params)
    loud = found.activations > 0
    assert (found.num_steps[loud] >= 10).all()
    assert found.converged[loud].all()


@pytest.mark.slow
def test_every_phase_resets_the_step_size_and_the_stopping_rule(
    second_layer: Networks,
) -> None:
    """A coarse phase that has converged must not end the fine phase at its first step."""
    params = enriching((3, 28), (60,), num_steps=120)
    found = ascend(second_layer.objective, ascent_inputs(8), params)
    loud = found.activations > 0
    coarse = found.curves[loud, 50:60]
    assert (np.abs(np.diff(coarse)) < 5e-4 * coarse[:, 1:]).all(axis=1).any()  # at rest
    assert (found.num_steps[loud] > 65).all()
    assert (found.activations[loud] > 1.1 * found.curves[loud, 59]).all()


@pytest.mark.slow
def test_the_last_phase_has_its_length_scale_too(second_layer: Networks) -> None:
    params = enriching((3, 14), (8,))
    coarse = coarse_inputs()
    images = ascend(second_layer.objective, coarse, params).images[..., 0]
    projection, _ = length_scales.coarseners((14, 14), (28, 28))
    assert np.abs(images - projection @ images @ projection.T).max() < 0.05
    assert np.abs(images - coarse.starts[..., 0]).max() > 0.5


@pytest.mark.slow
def test_a_finer_phase_begins_with_fluctuations_of_its_scale(second_layer: Networks) -> None:
    """The images differ only by the noise on the grid of 7 points."""
    params = enriching((3, 7, 28), (5, 5), enrich_strength=0.5)
    plain = dataclasses.replace(params, enrich_strength=0.0)
    coarse = coarse_inputs()
    found, without = (ascend(second_layer.objective, coarse, p) for p in (params, plain))
    assert oip.snapshot_steps(params) == [0, 1, 2, 5, 10, 20]
    np.testing.assert_array_equal(
        found.snapshots[:, 3], without.snapshots[:, 3]
    )  # still in the coarse phase
    np.testing.assert_array_equal(found.curves[:, :5], without.curves[:, :5])
    phase = length_scales.phases(params)[1]
    noise = start_images.fluctuations(
        phase, (28, 28, 1), coarse.map_indices, np.zeros(4, np.int64), seed=0
    )
    enriched = constraints.project_images(without.snapshots[:, 3] + noise, constraints.standardized)
    activations = excitation.measure(second_layer.responses, enriched)
    expected = activations[np.arange(4), coarse.map_indices]
    np.testing.assert_allclose(found.curves[:, 5], expected, rtol=1e-5)
    assert (np.abs(found.curves[:, 5] - without.curves[:, 5]) > 1e-3 * expected).any()


def test_fluctuations_have_the_scale_and_the_strength_of_their_phase() -> None:
    phase = length_scales.Phase(2, 5, 9, (7, 7), fluctuation=0.5)
    noise = start_images.fluctuations(
        phase, (28, 28, 1), np.array([3, 3, 6, 6]), np.array([0, 1, 0, 1]), seed=4
    )[..., 0]
    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise.mean(axis=(1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(noise.std(axis=(1, 2)), 0.5, rtol=1e-5)
    projection, _ = length_scales.coarseners((7, 7), (28, 28))
    np.testing.assert_allclose(projection @ noise @ projection.T, noise, atol=1e-5)


def test_fluctuations_depend_only_on_seed_map_start_and_phase() -> None:
    phase = length_scales.Phase(2, 5, 9, (7, 7), fluctuation=0.5)

    def sample(*units: int, seed: int = 4, **others: Any) -> npt.NDArray[np.float32]:
        changed = phase._replace(**others)
        numbers = np.arange(len(units)) % 2
        return start_images.fluctuations(changed, (28, 28, 1), np.array(units), numbers, seed=seed)

    together = sample(3, 3, 6, 6)
    np.testing.assert_array_equal(sample(6, 6), together[2:])
    np.testing.assert_array_equal(sample(6, 6, first=7, end=20), together[2:])
    others = [*together, sample(3, 3, seed=5)[0], sample(3, 3, number=3)[0]]
    assert len({image.tobytes() for image in others}) == 6


@pytest.mark.slow
def test_fluctuations_can_make_a_silent_map_respond(
    filter_model: Callable[..., keras.Model],
) -> None:
    """The map responds to pixels brighter than their neighbors; a flat image has none."""
    kernel = np.full((3, 3, 1), -1 / 8, np.float32)
    kernel[1, 1] = 1
    model = filter_model(kernel, np.array([-0.5], np.float32), activation="relu")
    network = cnn_layers.up_to(model, "Conv2D_1").objective
    ramp = np.broadcast_to(np.linspace(-1.7, 1.7, 28)[:, None], (1, 28, 28, 1)).astype(np.float32)
    flat = AscentInputs(ramp, np.array([0]))
    params = enriching((3, 28), (5,), enrich_strength=0.5)
    found = ascend(network, flat, params)
    assert (found.curves[0, :5] == 0).all()
    assert found.curves[0, 5] > 0
    assert found.activations[0] >= np.nanmax(found.curves[0]) > found.curves[0, 5]
    assert ascend(network, flat, dataclasses.replace(params, enrich_strength=0.0)).activations == 0


@pytest.mark.slow
def test_the_fluctuations_of_an_image_do_not_depend_on_the_other_images(
    second_layer: Networks,
) -> None:
    params = enriching((3, 7, 28), (5, 5), enrich_strength=0.5)
    images = ascent_inputs(40, num_maps=8)
    together = ascend(second_layer.objective, images, params)
    alone = ascend(second_layer.objective, part(images, 37), params)
    np.testing.assert_array_equal(alone.images[0], together.images[37])
    np.testing.assert_array_equal(alone.curves[0], together.curves[37])


@pytest.mark.parametrize("num_points", [3, 7, 14, 28])
def test_enlarging_keeps_a_constant(num_points: int) -> None:
    enlarger = length_scales.make_enlarging_matrix(num_points, 28)
    assert enlarger.shape == (28, num_points)
    np.testing.assert_allclose(enlarger.sum(axis=1), 1, atol=1e-6)


def test_a_grid_of_28_points_is_not_enlarged() -> None:
    np.testing.assert_array_equal(length_scales.make_enlarging_matrix(28, 28), np.eye(28))


@pytest.mark.slow
def test_a_phase_of_one_row_of_points_grows_only_columns(second_layer: Networks) -> None:
    params = enriching(((1, 7), (1, 28)), (10,), enrich_strength=0.5)
    starts = start_images.sample(image_spec(params), map_indices=np.arange(4), seed=3)[:, 0]
    found = ascend(second_layer.objective, AscentInputs(starts, np.arange(4)), params)
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
