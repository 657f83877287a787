import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt
import pytest
from tests.oips.example_ascents import ASCENT, ascend, ascent_inputs, part

from latentmaps.errors import TrainingError
from latentmaps.oips import cnn_layers, excitation, oip
from latentmaps.oips.networks import Networks
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import AscentResult


def linear(
    filter_model: Callable[..., keras.Model], kernels: npt.NDArray[np.float32], bias: float
) -> Objective:
    """Return the objective of maps of one position, with the value w.x + bias."""
    biases = np.full(kernels.shape[2], bias, np.float32)
    model = filter_model(kernels, biases, activation="linear")
    return cnn_layers.up_to(model, "Conv2D_1").objective


@functools.cache
def long_ascent(filter_model: Callable[..., keras.Model], bias: float) -> AscentResult:
    """Return the ascent of three linear maps, which converges before its last step."""
    kernels = np.random.default_rng(0).normal(size=(28, 28, 3)).astype(np.float32)
    params = dataclasses.replace(ASCENT, num_steps=200)
    network = linear(filter_model, kernels, bias)
    return ascend(network, ascent_inputs(3, num_maps=3), params, chunk_size=3)


@pytest.mark.slow
def test_the_optimum_of_a_linear_map_is_its_kernel(
    filter_model: Callable[..., keras.Model],
) -> None:
    """On standardized images, the maximum of w.x is 784 std(w), at x = w standardized."""
    kernels = np.random.default_rng(0).normal(size=(28, 28, 2)).astype(np.float32)
    network = linear(filter_model, kernels, 5000)
    params = dataclasses.replace(ASCENT, num_steps=150, convergence_threshold=1e-9)
    found = ascend(network, ascent_inputs(2, num_maps=2), params, chunk_size=2)
    centered = kernels - kernels.mean(axis=(0, 1))
    spread = centered.std(axis=(0, 1))
    expected = np.moveaxis(centered / spread, 2, 0)[..., np.newaxis]
    np.testing.assert_allclose(found.images, expected, atol=0.01)
    np.testing.assert_allclose(found.activations, 784 * spread + 5000, rtol=1e-4)


@pytest.mark.slow
def test_components_removed_by_standardization_do_not_shorten_a_step(
    filter_model: Callable[..., keras.Model],
) -> None:
    """Nearly all of the gradient is its mean, which standardization removes."""
    kernels = np.random.default_rng(0).normal(100, 1, size=(28, 28, 1)).astype(np.float32)
    network = linear(filter_model, kernels, 5000)
    params = dataclasses.replace(ASCENT, num_steps=20, step_size=0.5)
    found = ascend(network, ascent_inputs(1, num_maps=1), params, chunk_size=1)
    best = 784 * kernels.std()
    assert found.activations[0] - 5000 == pytest.approx(best, rel=0.01)


@pytest.mark.slow
def test_half_of_each_step_continues_in_the_previous_direction(
    filter_model: Callable[..., keras.Model],
) -> None:
    """With a constant gradient, images stay in the plane of the start image and the kernel."""
    kernels = np.random.default_rng(0).normal(size=(28, 28, 1)).astype(np.float32)
    network = linear(filter_model, kernels, 5000)
    params = dataclasses.replace(ASCENT, num_steps=4, step_size=0.1, convergence_threshold=1e-9)
    found = ascend(network, ascent_inputs(1, num_maps=1), params, chunk_size=1)
    cosines = (found.curves[0] - 5000) / (784 * kernels.std())
    turns = np.diff(np.arccos(cosines)) * -1
    # the first step has half of its length, the second three quarters, the third seven eighths
    np.testing.assert_allclose(turns, 0.1 * np.array([1 / 2, 3 / 4, 7 / 8, 15 / 16]), rtol=0.02)


@pytest.mark.slow
def test_the_activation_grows(second_layer: Networks) -> None:
    found = ascend(second_layer.objective, ascent_inputs(8), ASCENT)
    loud = found.activations > 0
    assert loud.any()
    assert (found.activations[loud] > 1.2 * found.curves[loud, 0]).all()
    np.testing.assert_allclose(found.images.std(axis=(1, 2, 3)), 1, rtol=1e-4)


@pytest.mark.slow
def test_the_activation_is_that_of_the_image_and_the_highest_of_the_curve(
    second_layer: Networks,
) -> None:
    found = ascend(second_layer.objective, ascent_inputs(8), ASCENT)
    measured = np.diag(excitation.measure(second_layer.responses, found.images))
    np.testing.assert_allclose(found.activations, measured, rtol=1e-5)
    np.testing.assert_array_equal(found.activations, np.nanmax(found.curves, axis=1))


@pytest.mark.slow
def test_an_image_does_not_depend_on_the_other_images(second_layer: Networks) -> None:
    whole = ascent_inputs(18)  # three chunks
    together = ascend(second_layer.objective, whole, ASCENT)
    for row in (0, 10, 17):
        alone = ascend(second_layer.objective, part(whole, row), ASCENT)
        np.testing.assert_array_equal(alone.images[0], together.images[row])
        np.testing.assert_array_equal(alone.curves[0], together.curves[row])


@pytest.mark.slow
def test_a_silent_start_does_not_change_and_takes_no_step(
    filter_model: Callable[..., keras.Model],
) -> None:
    kernels, biases = np.ones((3, 3, 1), np.float32), np.array([-1000], np.float32)
    model = filter_model(kernels, biases, activation="relu")
    network = cnn_layers.up_to(model, "Conv2D_1").objective
    found = ascend(network, ascent_inputs(1, num_maps=1), ASCENT)
    np.testing.assert_array_equal(found.images, ascent_inputs(1).starts)
    assert found.activations.tolist() == [0]
    assert found.num_steps.tolist() == [0]
    assert not found.converged.any()
    assert np.isnan(found.curves[0, 1:]).all()


@pytest.mark.slow
def test_an_image_stops_after_four_steps_without_a_change(
    filter_model: Callable[..., keras.Model],
) -> None:
    found = long_ascent(filter_model, 5000)
    assert found.converged.all()
    for curve, num_steps in zip(found.curves, found.num_steps, strict=True):
        known = curve[: num_steps + 1]
        changes = np.abs(np.diff(known)) / known[1:]
        assert np.isnan(curve[num_steps + 1 :]).all()
        assert (changes[-4:] < 5e-4).all()
        is_stable = changes < 5e-4
        windows = np.convolve(is_stable, np.ones(4), mode="valid")
        assert (windows == 4).sum() == 1  # only at the end


@pytest.mark.slow
def test_a_unit_that_is_always_negative_increases_and_converges(
    filter_model: Callable[..., keras.Model],
) -> None:
    """Changes are relative to the absolute value."""
    kernels = np.random.default_rng(0).normal(size=(28, 28, 3)).astype(np.float32)
    found = {bias: long_ascent(filter_model, bias) for bias in (-5000, 5000)}
    negative = found[-5000]
    np.testing.assert_allclose(
        negative.activations, 784 * kernels.std(axis=(0, 1)) - 5000, rtol=5e-3
    )
    assert (negative.activations < 0).all()
    assert (negative.activations > negative.curves[:, 0] + 500).all()
    assert negative.converged.all()
    for curve, num_steps in zip(negative.curves, negative.num_steps, strict=True):
        changes = np.abs(np.diff(curve[: num_steps + 1])) / -curve[1 : num_steps + 1]
        assert (changes[-4:] < 5e-4).all()
        assert changes[-5] >= 5e-4
    # steps do not depend on the sign: only relative changes differ
    num_steps = int(min(negative.num_steps.min(), found[5000].num_steps.min()))
    np.testing.assert_allclose(
        negative.curves[:, :num_steps] + 10000, found[5000].curves[:, :num_steps], rtol=1e-4
    )


@pytest.mark.slow
def test_the_penalty_smooths_images_where_values_are_negative(
    filter_model: Callable[..., keras.Model],
) -> None:
    kernels = np.random.default_rng(0).normal(size=(28, 28, 4)).astype(np.float32)
    objective = linear(filter_model, kernels, -5000)
    roughness = []
    for smoothness in (0.0, 0.02, 0.1):
        params = dataclasses.replace(ASCENT, smoothness=smoothness, num_steps=60)
        found = ascend(objective, ascent_inputs(4, num_maps=4), params)
        assert (found.activations < 0).all()
        assert ((found.objectives < found.activations) == (smoothness > 0)).all()
        roughness.append(float((np.diff(found.images, axis=1) ** 2).mean()))
    assert roughness[0] > 1.1 * roughness[1] > 1.2 * roughness[2]


@pytest.mark.slow
def test_a_step_that_keeps_overshooting_is_halved(
    filter_model: Callable[..., keras.Model],
) -> None:
    """Steps of 2 standard deviations jump over the optimum, and would do so forever."""
    kernels = np.random.default_rng(0).normal(size=(28, 28, 1)).astype(np.float32)
    network = linear(filter_model, kernels, 5000)
    params = dataclasses.replace(ASCENT, num_steps=100, step_size=2.0)
    found = ascend(network, ascent_inputs(1, num_maps=1), params, chunk_size=1)
    assert found.activations[0] == pytest.approx(784 * kernels.std() + 5000, rel=1e-3)
    assert found.converged.all()


@pytest.mark.slow
def test_a_step_compiled_with_xla_gives_the_same_images(second_layer: Networks) -> None:
    plain, compiled = (
        ascend(second_layer.objective, ascent_inputs(4), ASCENT, jit_compile=is_compiled)
        for is_compiled in (False, True)
    )
    np.testing.assert_allclose(compiled.images, plain.images, atol=1e-3)
    np.testing.assert_allclose(compiled.activations, plain.activations, rtol=1e-4)


@pytest.mark.slow
def test_jitter_has_its_own_random_stream(second_layer: Networks) -> None:
    params = dataclasses.replace(ASCENT, jitter=2)
    whole = ascent_inputs(8)
    first, again, other = (
        ascend(second_layer.objective, whole, params, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.images != other.images).any()
    alone = ascend(second_layer.objective, part(whole, 5), params, seed=1)
    np.testing.assert_array_equal(alone.images[0], first.images[5])
    loud = first.activations > 0
    assert (first.activations[loud] > first.curves[loud, 0]).all()


@pytest.mark.slow
def test_the_penalty_smooths_images(second_layer: Networks) -> None:
    roughness = []
    for smoothness in (0.0, 0.3, 2.0):
        params = dataclasses.replace(ASCENT, smoothness=smoothness, num_steps=60)
        found = ascend(second_layer.objective, ascent_inputs(8), params)
        images = found.images[found.activations > 0]
        roughness.append(float((np.diff(images, axis=1) ** 2).mean()))
        is_penalized = (
            found.objectives[found.activations > 0] < found.activations[found.activations > 0]
        )
        assert is_penalized.all() == (smoothness > 0)
    assert roughness[0] > 1.1 * roughness[1] > 1.2 * roughness[2]


@pytest.mark.slow
def test_snapshots_are_log_spaced_from_the_first_to_the_last_step(second_layer: Networks) -> None:
    params = dataclasses.replace(ASCENT, convergence_threshold=1e-9)
    found = ascend(second_layer.objective, ascent_inputs(8), params)
    assert oip.snapshot_steps(params) == [0, 1, 2, 5, 10, 20]
    assert found.snapshots.shape == (8, 6, 28, 28, 1)
    np.testing.assert_array_equal(found.snapshots[:, 0], ascent_inputs(8).starts)
    loud = np.flatnonzero(found.activations > 0)
    measured = excitation.measure(second_layer.responses, found.snapshots[loud, 3])
    expected = measured[np.arange(len(loud)), ascent_inputs(8).map_indices[loud]]
    np.testing.assert_allclose(found.curves[loud, 5], expected, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("num_steps", [1, 2, 3])
def test_a_short_run_has_its_snapshots_once(second_layer: Networks, num_steps: int) -> None:
    params = dataclasses.replace(ASCENT, num_steps=num_steps)
    found = ascend(second_layer.objective, ascent_inputs(2), params)
    assert found.snapshots.shape[1] == len(oip.snapshot_steps(params)) <= num_steps + 1
    assert found.curves.shape[1] == num_steps + 1
    assert found.num_steps.max() <= num_steps


@pytest.mark.slow
def test_a_gradient_of_nan_is_rejected(
    filter_model: Callable[..., keras.Model],
) -> None:
    kernels = np.ones((3, 3, 2), np.float32)
    kernels[0, 0, 1] = np.nan
    model = filter_model(kernels, np.zeros(2, np.float32), activation="relu")
    network = cnn_layers.up_to(model, "Conv2D_1").objective
    with pytest.raises(TrainingError, match="unit 1: the gradient is not a number within"):
        ascend(network, ascent_inputs(2, num_maps=2), ASCENT)
