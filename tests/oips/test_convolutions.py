import numpy as np
import pytest
import tensorflow as tf

from latentmaps.cnn.network import cnn
from latentmaps.oips import cnn_layers

IMAGES = np.random.default_rng(0).normal(size=(6, 28, 28, 1)).astype(np.float32)
MAP_INDICES = np.array([0, 4, 2, 2, 1, 3], np.int32)


@pytest.mark.parametrize("layer_name", ["Conv2D_1", "Conv2D_2", "Conv2D_3"])
@pytest.mark.parametrize("kernel_size", [2, 3])
def test_activations_and_gradients_are_those_of_keras(layer_name: str, kernel_size: int) -> None:
    model = cnn.build_cnn(cnn.Architecture((6, 7, 5), 4, kernel_size=kernel_size), seed=1)
    networks = cnn_layers.up_to(model, layer_name)
    images = tf.constant(IMAGES)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        expected = tf.gather(networks.responses(images), MAP_INDICES, axis=1, batch_dims=1)
        found = networks.objective(images, tf.constant(MAP_INDICES))
    assert (np.asarray(found) > 0).sum() > 3
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    gradients = [np.asarray(tape.gradient(values, images)) for values in (found, expected)]
    np.testing.assert_allclose(gradients[0], gradients[1], atol=1e-4 * np.abs(gradients[1]).max())


def test_the_gradient_of_what_the_layer_cannot_see_is_zero() -> None:
    networks = cnn_layers.up_to(cnn.build_cnn(cnn.Architecture((4, 4, 5), 4), seed=1), "Conv2D_3")
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        found = networks.objective(images, tf.constant(MAP_INDICES))
    gradient = np.asarray(tape.gradient(found, images))
    assert networks.reachable_size == (26, 26)
    assert not gradient[:, 26:].any()
    assert not gradient[:, :, 26:].any()
    assert gradient[:, 25].any()
