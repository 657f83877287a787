import keras
import numpy as np
import pytest
import tensorflow as tf

from latentmaps.data.digits import Digits
from latentmaps.errors import TrainingError
from latentmaps.models import cnn
from latentmaps.oips import excitation


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return cnn.build_cnn(cnn.Architecture((4, 4, 4), 8), seed=1)


def test_an_activation_is_the_mean_over_all_positions(model: keras.Model) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    maps = cnn.predict(cnn.layer_model(model, "Conv2D_2"), images)
    activations = cnn.predict(excitation.excitation_model(model, "Conv2D_2"), images)
    np.testing.assert_allclose(activations, maps.mean(axis=(1, 2)), rtol=1e-5)


def test_a_layer_that_the_cnn_lacks_is_refused(model: keras.Model) -> None:
    with pytest.raises(TrainingError, match=r"draw_oips\.layers: found Conv2D_9"):
        excitation.excitation_model(model, "Conv2D_9")


def test_the_strongest_image_is_found_for_each_map(three_fates: keras.Model, dots: Digits) -> None:
    found = excitation.strongest(
        excitation.excitation_model(three_fates, "Conv2D_1"), dots.test_images
    )
    assert found.rows[:2].tolist() == [1, 0]  # the edge excites map 0, the dot map 1
    # 26 of 26 x 26 positions see the edge from -1 to 1, on two columns
    assert found.activations[0] == pytest.approx(2 * 2 / 26, rel=0.1)
    assert found.activations[2] == 0


@pytest.mark.parametrize(("layer_name", "size"), [("Conv2D_1", 28), ("Conv2D_2", 28)])
def test_the_first_two_layers_see_every_pixel(
    model: keras.Model, layer_name: str, size: int
) -> None:
    assert excitation.reachable_size(excitation.excitation_model(model, layer_name)) == size


def test_the_last_rows_and_columns_do_not_reach_the_third_layer(model: keras.Model) -> None:
    third = excitation.excitation_model(model, "Conv2D_3")
    images = tf.random.stateless_normal((64, 28, 28, 1), seed=(0, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(third(images))
    influence = np.abs(tape.gradient(total, images)).sum(axis=(0, 3))
    size = excitation.reachable_size(third)
    assert size == 26
    assert not influence[size:].any()
    assert not influence[:, size:].any()
    assert influence[size - 1].any()
    assert influence[:, size - 1].any()
