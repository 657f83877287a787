"""Objectives compared with the outputs of the layer, and optima with a closed form."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from tests.oips.example_ascents import ASCENT, AscentInputs, ascend

from latentmaps.oips import excitation, networks, objectives
from latentmaps.oips.constraints import Constraint, standardized, unit_rms
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import AscentResult

IMAGES = np.random.default_rng(0).normal(size=(4, 40, 30, 3)).astype(np.float32)


def outputs(model: keras.Model, layer_name: str) -> npt.NDArray[np.float32]:
    """Return the outputs of a layer."""
    part = keras.Model(model.inputs, model.get_layer(layer_name).output)
    return np.asarray(part(tf.constant(IMAGES), training=False))


def measured(model: keras.Model, layer_name: str, name: str) -> npt.NDArray[np.float32]:
    return excitation.measure(objectives.responses(model, layer_name, name), IMAGES)


def slope(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Apply the leaky ReLU of Keras."""
    return np.where(values > 0, values, np.float32(0.2) * values)


@pytest.mark.slow
def test_the_mean_is_that_of_the_outputs_of_the_layer(color_model: keras.Model) -> None:
    for name in ("edges", "normalized", "rectified"):
        maps = outputs(color_model, name)
        found = measured(color_model, name, "mean")
        np.testing.assert_allclose(found, maps.mean(axis=(1, 2)), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_the_largest_value_and_the_central_one_are_those_before_the_activation(
    color_model: keras.Model,
) -> None:
    maps = outputs(color_model, "normalized")  # (n, 18, 13, 8), what the ReLU reads
    peaks, centers = (measured(color_model, "rectified", name) for name in ("max", "position"))
    np.testing.assert_allclose(peaks, maps.max(axis=(1, 2)), rtol=1e-4)
    np.testing.assert_allclose(centers, maps[:, 9, 6], rtol=1e-4, atol=1e-5)
    assert (centers < 0).any()


@pytest.mark.slow
def test_an_activation_of_the_layer_itself_is_left_out(color_model: keras.Model) -> None:
    edges = outputs(color_model, "edges")  # (n, 36, 26, 6)
    centers = measured(color_model, "edges", "position")
    assert (centers < 0).any()
    np.testing.assert_allclose(slope(centers), edges[:, 18, 13], rtol=1e-4, atol=1e-5)
    units = measured(color_model, "units", "unit")
    assert (units < 0).any()
    np.testing.assert_allclose(np.maximum(units, 0), outputs(color_model, "units"), atol=1e-5)


def test_the_value_of_one_unit_is_one_of_those_of_all_units(color_model: keras.Model) -> None:
    responses = objectives.responses(color_model, "edges", "max")
    units = np.array([5, 0, 0, 2], np.int32)
    found = objectives.SelectedUnit(responses, 0.0)(tf.constant(IMAGES), units)
    expected = excitation.measure(responses, IMAGES)[np.arange(4), units]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layer", "is_behind"),
    [
        (keras.layers.Conv2D(2, 3, activation="relu"), True),
        (keras.layers.Activation("relu"), True),
        (keras.layers.Conv2D(2, 3, activation="relu6"), True),
        (keras.layers.ReLU(), True),
        (keras.layers.LeakyReLU(negative_slope=0.0), True),
        (keras.layers.ReLU(negative_slope=0.1), False),
        (keras.layers.LeakyReLU(), False),
        (keras.layers.Conv2D(2, 3, activation="leaky_relu"), False),
        (keras.layers.Conv2D(2, 3), False),
        (keras.layers.BatchNormalization(), False),
    ],
    ids=lambda value: value.name if isinstance(value, keras.Layer) else str(value),
)
def test_only_the_mean_after_a_relu_has_a_floor(layer: keras.layers.Layer, is_behind: bool) -> None:
    assert objectives.ends_with_relu(layer) == is_behind
    inputs = keras.Input((8, 8, 2))
    pooled = keras.layers.MaxPooling2D(name="pooled")(layer(inputs))
    dropped = keras.layers.Dropout(0.5, name="dropped")(pooled)
    model = keras.Model(inputs, keras.layers.BatchNormalization(name="moved")(dropped))
    for name in (layer.name, "pooled", "dropped"):
        found = objectives.silencing_relu(model, name, "mean")
        assert found is (layer if is_behind else None)
        assert objectives.silencing_relu(model, name, "max") is None
        cut = networks.up_to(model, name, "mean")
        assert cut.objective.floor == (0 if is_behind else -np.inf)
        assert (cut.max_pre_activations is not None) == is_behind
    assert objectives.silencing_relu(model, "moved", "mean") is None


# linear networks, whose optimum is known


@pytest.fixture(scope="module")
def linear_model() -> keras.Model:
    """A convolution of 5 x 3 pixels, and dense units, on color images of 12 rows and 10 columns."""
    inputs = keras.Input((12, 10, 3))
    maps = keras.layers.Conv2D(4, (5, 3), bias_initializer="normal", name="maps")(inputs)
    flat = keras.layers.Flatten()(inputs)
    units = keras.layers.Dense(3, bias_initializer="normal", name="units")(flat)
    model = keras.Model(inputs, [maps, units])
    random = np.random.default_rng(1)
    for layer in (model.get_layer("maps"), model.get_layer("units")):
        kernel, bias = layer.get_weights()
        layer.set_weights([random.normal(0.3, 1, kernel.shape), random.normal(size=bias.shape)])
    return model


def converge(cut: Networks, constraint: Constraint, **others: Any) -> AscentResult:
    """Run the ascent from one random image per unit."""
    starts = np.random.default_rng(1).normal(size=(cut.num_units, *cut.shape)).astype(np.float32)
    ascent_inputs = AscentInputs(np.array(constraint(starts)), np.arange(cut.num_units))
    params = dataclasses.replace(ASCENT, num_steps=150, convergence_threshold=1e-9, **others)
    return ascend(cut.objective, ascent_inputs, params, constraint=constraint)


def with_unit_rms(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return weights (h, w, c, n) as images (n, h, w, c) of RMS 1."""
    images = np.moveaxis(weights, -1, 0)
    rms: npt.NDArray[np.float32] = np.sqrt((images**2).mean(axis=(1, 2, 3), keepdims=True))
    return images / rms


def centered(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return weights (h, w, c, n) as images (n, h, w, c) of mean 0 and standard deviation 1."""
    return with_unit_rms(weights - weights.mean(axis=(0, 1, 2)))


OPTIMA = pytest.mark.parametrize(
    ("constraint", "optimum"),
    [(unit_rms, with_unit_rms), (standardized, centered)],
    ids=["unit_rms", "standardized"],
)


@pytest.mark.slow
@OPTIMA
def test_the_optimum_of_a_linear_map_on_its_patch_is_its_kernel(
    linear_model: keras.Model,
    constraint: Constraint,
    optimum: Callable[..., npt.NDArray[np.float32]],
) -> None:
    patches = networks.on_patches(keras.Model(linear_model.inputs, linear_model.outputs[0]), "maps")
    assert patches is not None
    assert patches.shape == (5, 3, 3)
    kernel, bias = linear_model.get_layer("maps").get_weights()
    found = converge(patches, constraint)
    np.testing.assert_allclose(found.images, optimum(kernel), atol=0.02)
    products = np.moveaxis(kernel, -1, 0) * optimum(kernel)
    np.testing.assert_allclose(found.activations, products.sum(axis=(1, 2, 3)) + bias, rtol=1e-3)


@pytest.mark.slow
@OPTIMA
def test_the_optimum_of_a_linear_unit_is_its_weights(
    linear_model: keras.Model,
    constraint: Constraint,
    optimum: Callable[..., npt.NDArray[np.float32]],
) -> None:
    kernel, _ = linear_model.get_layer("units").get_weights()
    found = converge(networks.up_to(linear_model, "units", "unit"), constraint)
    np.testing.assert_allclose(found.images, optimum(kernel.reshape(12, 10, 3, 3)), atol=0.03)


@pytest.mark.slow
def test_the_largest_value_of_a_linear_map_is_at_least_that_of_its_kernel_as_a_patch(
    linear_model: keras.Model,
) -> None:
    cut = networks.up_to(linear_model, "maps", "max")
    kernel, _ = linear_model.get_layer("maps").get_weights()
    images = np.zeros((4, 12, 10, 3), np.float32)
    images[:, 4:9, 3:6] = np.moveaxis(kernel, -1, 0)
    known = np.diag(excitation.measure(cut.responses, np.array(standardized(images))))
    found = converge(cut, standardized)
    assert (found.activations > 0.999 * known).all()
    assert (found.curves[:, 0] < 0.9 * known).all()
