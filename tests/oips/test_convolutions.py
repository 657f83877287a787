from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from latentmaps.cnn.network import cnn
from latentmaps.oips import cnn_layers, networks, receptive_fields
from latentmaps.oips.convolutions import SingleMapMean
from latentmaps.oips.objectives import Objective, SelectedUnit

IMAGES = np.random.default_rng(0).normal(size=(6, 28, 28, 1)).astype(np.float32)
MAP_INDICES = np.array([0, 4, 2, 2, 1, 3], np.int32)


@pytest.mark.parametrize("layer_name", ["Conv2D_1", "Conv2D_2", "Conv2D_3"])
@pytest.mark.parametrize("kernel_size", [2, 3])
def test_activations_and_gradients_are_those_of_keras(layer_name: str, kernel_size: int) -> None:
    model = cnn.build_cnn(cnn.Architecture((6, 7, 5), 4, kernel_size=kernel_size), seed=1)
    cut = cnn_layers.up_to(model, layer_name)
    assert_equal(cut.objective, SelectedUnit(cut.responses, 0.0), IMAGES)


def test_images_may_have_more_rows_than_columns() -> None:
    model = gray_model(shape=(33, 20, 1))
    cut = networks.up_to(model, "last", "mean")
    assert cut.reachable_size == (33, 19)
    images = np.random.default_rng(0).normal(size=(6, 33, 20, 1)).astype(np.float32)
    assert_equal(cut.objective, SelectedUnit(cut.responses, 0.0), images)


def assert_equal(fast: Objective, general: Objective, images: npt.NDArray[np.float32]) -> None:
    """Assert that values and gradients of the fast objective equal those of the general one."""
    assert isinstance(fast, SingleMapMean)
    assert fast.floor == general.floor == 0
    images = tf.constant(images)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        expected = general(images, tf.constant(MAP_INDICES))
        found = fast(images, tf.constant(MAP_INDICES))
    assert (np.asarray(found) > 0).sum() > 3
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    gradients = [np.asarray(tape.gradient(values, images)) for values in (found, expected)]
    np.testing.assert_allclose(gradients[0], gradients[1], atol=1e-4 * np.abs(gradients[1]).max())


def gray_model(
    *,
    shape: tuple[int, int, int] = (20, 20, 1),
    first: dict[str, Any] | None = None,
    last: dict[str, Any] | None = None,
    pooling: keras.layers.Layer | None = None,
) -> keras.Model:
    """Build a network of two convolutions with some of their settings changed."""
    settings = {"activation": "relu"}
    inputs = keras.Input(shape)
    initializer = keras.initializers.GlorotUniform(1)
    convolution = keras.layers.Conv2D(
        4, **({"kernel_size": 4, "kernel_initializer": initializer} | settings | (first or {}))
    )
    maps = (pooling or keras.layers.MaxPooling2D(2))(convolution(inputs))
    convolution = keras.layers.Conv2D(
        6,
        name="last",
        **({"kernel_size": 3, "kernel_initializer": initializer} | settings | (last or {})),
    )
    return keras.Model(inputs, convolution(maps))


def test_plain_layers_are_supported() -> None:
    layers = receptive_fields.chain(gray_model(), "last")
    assert layers is not None
    assert SingleMapMean.supports(layers)
    assert not SingleMapMean.supports(layers[:-1])  # ends with a pooling


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": (20, 20, 3)},
        {"first": {"strides": 2}},
        {"last": {"strides": 2}},
        {"first": {"padding": "same"}},
        {"last": {"padding": "same"}},
        {"pooling": keras.layers.MaxPooling2D(2, padding="same")},
        {"pooling": keras.layers.AveragePooling2D(2)},
        {"pooling": keras.layers.BatchNormalization()},
        {"first": {"use_bias": False}},
        {"last": {"use_bias": False}},
        {"first": {"activation": "leaky_relu"}},
        {"last": {"activation": "leaky_relu"}},
        {"last": {"activation": None}},
        {"first": {"kernel_size": (3, 4)}},
        {"last": {"groups": 2}},
    ],
    ids=str,
)
def test_other_layers_use_the_general_objective(changes: dict[str, Any]) -> None:
    model = gray_model(**changes)
    layers = receptive_fields.chain(model, "last")
    assert layers is not None
    assert not SingleMapMean.supports(layers)
    assert isinstance(networks.up_to(model, "last", "mean").objective, SelectedUnit)


def test_the_gradient_of_what_the_layer_cannot_see_is_zero() -> None:
    cut = cnn_layers.up_to(cnn.build_cnn(cnn.Architecture((4, 4, 5), 4), seed=1), "Conv2D_3")
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        found = cut.objective(images, tf.constant(MAP_INDICES))
    gradient = np.asarray(tape.gradient(found, images))
    assert cut.reachable_size == (26, 26)
    assert not gradient[:, 26:].any()
    assert not gradient[:, :, 26:].any()
    assert gradient[:, 25].any()
