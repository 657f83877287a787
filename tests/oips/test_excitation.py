import keras
import numpy as np
import pytest
import tensorflow as tf

from latentmaps.cnn.network import cnn
from latentmaps.errors import TrainingError
from latentmaps.oips import excitation

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return cnn.build_cnn(cnn.Architecture((4, 4, 4), 8), seed=1)


def test_an_activation_is_the_mean_over_all_positions(model: keras.Model) -> None:
    maps = cnn.predict(cnn.layer_model(model, "Conv2D_2"), IMAGES)
    networks = excitation.networks(model, "Conv2D_2")
    measured = excitation.measure_digits(networks.means, IMAGES)
    np.testing.assert_allclose(measured, maps.mean(axis=(1, 2)), rtol=1e-5)
    standardised = excitation.standardize_digits(IMAGES)
    np.testing.assert_allclose(
        excitation.measure(networks.means, standardised), measured, rtol=1e-5
    )
    assert networks.num_maps == 4


def test_a_peak_is_the_largest_value_before_the_relu(model: keras.Model) -> None:
    maps = cnn.predict(cnn.layer_model(model, "Conv2D_2"), IMAGES)
    networks = excitation.networks(model, "Conv2D_2")
    peaks = excitation.measure_digits(networks.peaks_before_relu, IMAGES)
    np.testing.assert_allclose(np.maximum(peaks, 0), maps.max(axis=(1, 2)), atol=1e-5)
    assert (peaks[maps.max(axis=(1, 2)) == 0] <= 0).all()


def test_the_peak_of_a_silent_map_is_negative_and_not_flat(three_fates: keras.Model) -> None:
    peaks = excitation.networks(three_fates, "Conv2D_1").peaks_before_relu
    images = tf.random.stateless_normal((4, 28, 28, 1), seed=(0, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        largest = peaks(images)[:, 1]
    assert (np.asarray(largest) < 0).all()
    assert np.asarray(tape.gradient(largest, images)).any(axis=(1, 2, 3)).all()


def test_the_means_below_are_those_of_the_layer_below(model: keras.Model) -> None:
    means_below = excitation.networks(model, "Conv2D_3").means_below
    below = excitation.networks(model, "Conv2D_2").means
    np.testing.assert_allclose(
        excitation.measure_digits(means_below, IMAGES), excitation.measure_digits(below, IMAGES)
    )
    assert excitation.networks(model, "Conv2D_1").means_below is None


def test_an_image_measures_the_same_alone_and_among_others(model: keras.Model) -> None:
    network = excitation.networks(model, "Conv2D_3").means
    images = np.random.default_rng(0).normal(size=(300, 28, 28)).astype(np.float32)
    together = excitation.measure(network, images)
    for row in (0, 299):
        alone = excitation.measure(network, images[row : row + 1])
        np.testing.assert_array_equal(alone[0], together[row])


@pytest.mark.parametrize(
    ("name", "found"),
    [("Conv2D_9", "Conv2D_9"), ("pooling_1", "pooling_1, which has no feature maps")],
)
def test_a_layer_without_maps_is_refused(model: keras.Model, name: str, found: str) -> None:
    with pytest.raises(
        TrainingError,
        match=rf"draw_oips\.layers: found {found}, expected one of Conv2D_1, Conv2D_2, Conv2D_3",
    ):
        excitation.networks(model, name)


def test_a_cnn_for_another_image_size_is_refused() -> None:
    large = cnn.build_cnn(cnn.Architecture((2,), 3, image_size=32))
    with pytest.raises(TrainingError, match=r"images of 32x32 pixels, expected 28x28"):
        excitation.networks(large, "Conv2D_1")


@pytest.mark.parametrize(("layer_name", "size"), [("Conv2D_1", 28), ("Conv2D_2", 28)])
def test_the_first_two_layers_see_every_pixel(
    model: keras.Model, layer_name: str, size: int
) -> None:
    assert excitation.networks(model, layer_name).reachable_size == size


def test_the_last_rows_and_columns_do_not_reach_the_third_layer(model: keras.Model) -> None:
    networks = excitation.networks(model, "Conv2D_3")
    images = tf.random.stateless_normal((64, 28, 28, 1), seed=(0, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(networks.means(images))
    influence = np.abs(tape.gradient(total, images)).sum(axis=(0, 3))
    size = networks.reachable_size
    assert size == 26
    assert not influence[size:].any()
    assert not influence[:, size:].any()
    assert influence[size - 1].any()
    assert influence[:, size - 1].any()


def test_a_shift_comes_back_on_the_other_side() -> None:
    images = np.arange(2 * 28 * 28, dtype=np.float32).reshape(2, 28, 28, 1)
    moved = excitation.shift(images, np.array([[1, -2], [0, 0]], np.int32))
    np.testing.assert_array_equal(moved[0], np.roll(images[0], (1, -2), axis=(0, 1)))
    np.testing.assert_array_equal(moved[1], images[1])


def test_along_the_sphere_mean_and_spread_stay() -> None:
    generator = np.random.default_rng(0)
    images = generator.normal(size=(3, 28, 28, 1)).astype(np.float32)
    images -= images.mean(axis=(1, 2, 3), keepdims=True)
    along = generator.normal(size=images.shape).astype(np.float32)
    along -= along.mean(axis=(1, 2, 3), keepdims=True)
    common = (along * images).sum(axis=(1, 2, 3)) / (images**2).sum(axis=(1, 2, 3))
    along -= common[:, None, None, None] * images
    factors = np.array([2, -3, 0], np.float32)[:, None, None, None]
    found = excitation.along_sphere(along + factors * images + 5, images)
    np.testing.assert_allclose(found, along, atol=1e-5)
    np.testing.assert_array_equal(excitation.along_sphere(0 * images, images), 0 * images)
