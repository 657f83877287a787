import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.oips import example_results

from latentmaps.cnn.network import cnn
from latentmaps.errors import TrainingError
from latentmaps.oips import cnn_layers, excitation

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return cnn.build_cnn(cnn.Architecture((4, 4, 4), 8), seed=1)


@pytest.mark.slow
def test_an_activation_is_the_mean_over_all_positions(model: keras.Model) -> None:
    maps = cnn.predict(cnn.layer_model(model, "Conv2D_2"), IMAGES)
    networks = cnn_layers.up_to(model, "Conv2D_2")
    measured = cnn_layers.measure_digits(networks.responses, IMAGES)
    np.testing.assert_allclose(measured, maps.mean(axis=(1, 2)), rtol=1e-5)
    standardized = cnn_layers.standardize_digits(IMAGES)
    np.testing.assert_allclose(
        excitation.measure(networks.responses, standardized), measured, rtol=1e-5
    )
    assert networks.num_units == 4


@pytest.mark.slow
def test_a_peak_is_the_largest_value_before_the_relu(model: keras.Model) -> None:
    maps = cnn.predict(cnn.layer_model(model, "Conv2D_2"), IMAGES)
    networks = cnn_layers.up_to(model, "Conv2D_2")
    assert networks.max_pre_activations is not None
    peaks = cnn_layers.measure_digits(networks.max_pre_activations, IMAGES)
    np.testing.assert_allclose(np.maximum(peaks, 0), maps.max(axis=(1, 2)), atol=1e-5)
    assert (peaks[maps.max(axis=(1, 2)) == 0] <= 0).all()


def test_the_peak_of_a_silent_map_is_negative_and_not_flat(three_fates: keras.Model) -> None:
    peaks = cnn_layers.up_to(three_fates, "Conv2D_1").max_pre_activations
    assert peaks is not None
    images = tf.random.stateless_normal((4, 28, 28, 1), seed=(0, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        largest = peaks(images)[:, 1]
    assert (np.asarray(largest) < 0).all()
    assert np.asarray(tape.gradient(largest, images)).any(axis=(1, 2, 3)).all()


@pytest.mark.slow
def test_the_means_below_are_those_of_the_layer_below(model: keras.Model) -> None:
    means_below = cnn_layers.responses_below(model, "Conv2D_3")
    assert means_below is not None
    below = cnn_layers.up_to(model, "Conv2D_2").responses
    np.testing.assert_allclose(
        cnn_layers.measure_digits(means_below, IMAGES), cnn_layers.measure_digits(below, IMAGES)
    )
    assert cnn_layers.responses_below(model, "Conv2D_1") is None


@pytest.mark.slow
def test_responses_to_an_image_do_not_depend_on_the_other_images(model: keras.Model) -> None:
    network = cnn_layers.up_to(model, "Conv2D_3").responses
    images = np.random.default_rng(0).normal(size=(300, 28, 28, 1)).astype(np.float32)
    together = excitation.measure(network, images)
    for row in (0, 299):
        alone = excitation.measure(network, images[row : row + 1])
        np.testing.assert_array_equal(alone[0], together[row])


def test_batches_of_large_images_are_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = keras.Input((512, 1024, 1))
    network = keras.Model(inputs, keras.layers.GlobalMaxPooling2D()(inputs))
    images = np.zeros((10, 512, 1024, 1), np.float32)
    images[:, 0, 0, 0] = np.arange(10)
    sizes = []
    predict = network.predict_on_batch

    def note(batch: tf.Tensor) -> np.ndarray:
        sizes.append(len(batch))
        found: np.ndarray = predict(batch)
        return found

    monkeypatch.setattr(network, "predict_on_batch", note)
    assert excitation.measure(network, images)[:, 0].tolist() == list(range(10))
    assert sizes == [8, 8]


@pytest.mark.parametrize(
    ("name", "found"),
    [("Conv2D_9", "Conv2D_9"), ("pooling_1", "pooling_1, which has no units")],
)
def test_a_layer_without_units_is_rejected(model: keras.Model, name: str, found: str) -> None:
    with pytest.raises(
        TrainingError,
        match=rf"draw_oips\.layers: found {found}, expected one of Conv2D_1, Conv2D_2, Conv2D_3, "
        "dense, probabilities, layers",
    ):
        cnn_layers.up_to(model, name)


def test_a_cnn_for_another_image_size_is_refused() -> None:
    large = cnn.build_cnn(cnn.Architecture((2,), 3, image_size=32))
    with pytest.raises(TrainingError, match=r"an input of 32x32 pixels, expected 28x28"):
        cnn_layers.up_to(large, "Conv2D_1")


@pytest.mark.parametrize("layer_name", ["Conv2D_1", "Conv2D_2"])
def test_the_first_two_layers_see_every_pixel(model: keras.Model, layer_name: str) -> None:
    assert cnn_layers.up_to(model, layer_name).reachable_size == (28, 28)


def test_the_last_rows_and_columns_do_not_reach_the_third_layer(model: keras.Model) -> None:
    networks = cnn_layers.up_to(model, "Conv2D_3")
    images = tf.random.stateless_normal((64, 28, 28, 1), seed=(0, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(networks.responses(images))
    influence = np.abs(tape.gradient(total, images)).sum(axis=(0, 3))
    size, _ = networks.reachable_size
    assert networks.reachable_size == (26, 26)
    assert not influence[size:].any()
    assert not influence[:, size:].any()
    assert influence[size - 1].any()
    assert influence[:, size - 1].any()


def test_roughness_lowers_values_of_either_sign() -> None:
    images = np.zeros((3, 4, 5, 2), np.float32)
    images[1:, 0] = 3  # a step of 3 in 5 of the 15 neighbors above one another
    params = dataclasses.replace(example_results.PARAMS, smoothness=0.2)

    class Fixed:
        floor = -np.inf

        def __call__(self, images: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
            return tf.constant([-7.0, -7.0, 7.0])

    objectives, activations = excitation.penalized(Fixed(), params, tf.constant(images), None)
    np.testing.assert_allclose(activations, [-7, -7, 7])
    np.testing.assert_allclose(objectives, [-7, -7 * np.exp(0.6), 7 * np.exp(-0.6)], rtol=1e-5)


@pytest.mark.parametrize("shape", [(28, 28, 1), (5, 9, 3)])
def test_shifts_are_cyclic(shape: tuple[int, int, int]) -> None:
    images = np.arange(2 * np.prod(shape), dtype=np.float32).reshape(2, *shape)
    moved = excitation.shift(images, np.array([[1, -2], [0, 0]], np.int32))
    np.testing.assert_array_equal(moved[0], np.roll(images[0], (1, -2), axis=(0, 1)))
    np.testing.assert_array_equal(moved[1], images[1])
