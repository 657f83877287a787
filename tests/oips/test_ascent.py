from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt
import pytest

from latentmaps.models import cnn
from latentmaps.oips import ascent, excitation, start_images


@pytest.fixture(scope="module")
def second_layer() -> keras.Model:
    model = cnn.build_cnn(cnn.Architecture((8, 8), 8), seed=1)
    return excitation.excitation_model(model, "Conv2D_2")


def noise(num_images: int) -> npt.NDArray[np.float32]:
    return start_images.draw(3, num_maps=num_images, num_starts=1, length_scales=(3, 7, 28))[:, 0]


def test_the_optimum_of_a_linear_map_is_its_kernel(
    filter_model: Callable[..., keras.Model],
) -> None:
    """On images of mean 0 and spread 1, w.x is largest for x = w standardised: 784 std(w)."""
    kernels = np.random.default_rng(0).normal(size=(28, 28, 2)).astype(np.float32)
    biases = np.full(2, 5000, np.float32)  # no start is silent
    model = filter_model(kernels, biases, activation="linear")
    found = ascent.climb(
        excitation.excitation_model(model, "Conv2D_1"),
        noise(2),
        np.arange(2),
        num_steps=150,
        step_size=0.1,
    )
    centred = kernels - kernels.mean(axis=(0, 1))
    spread = centred.std(axis=(0, 1))
    np.testing.assert_allclose(found.images, np.moveaxis(centred / spread, 2, 0), atol=0.01)
    np.testing.assert_allclose(found.activations[:, -1], 784 * spread + 5000, rtol=1e-4)


def test_the_activation_grows(second_layer: keras.Model) -> None:
    found = ascent.climb(second_layer, noise(8), np.arange(8), num_steps=20, step_size=0.05)
    loud = found.activations[:, 0] > 0
    assert loud.any()
    assert (found.activations[loud, -1] > 1.2 * found.activations[loud, 0]).all()
    np.testing.assert_allclose(found.images.std(axis=(1, 2)), 1, rtol=1e-4)


def test_the_last_activation_is_that_of_the_image(second_layer: keras.Model) -> None:
    found = ascent.climb(second_layer, noise(4), np.arange(4), num_steps=5, step_size=0.05)
    outputs = second_layer.predict(found.images[..., None], verbose=0)
    np.testing.assert_allclose(found.activations[:, -1], np.diag(outputs), rtol=1e-5)


def test_an_image_does_not_depend_on_its_companions(second_layer: keras.Model) -> None:
    starts, map_indices = noise(70), np.arange(70) % 8  # two chunks
    together = ascent.climb(second_layer, starts, map_indices, num_steps=10, step_size=0.05)
    for index in (0, 69):
        alone = ascent.climb(
            second_layer,
            starts[index : index + 1],
            map_indices[index : index + 1],
            num_steps=10,
            step_size=0.05,
        )
        np.testing.assert_array_equal(alone.images[0], together.images[index])
        np.testing.assert_array_equal(alone.activations[0], together.activations[index])


def test_a_silent_start_stays_as_it_is(filter_model: Callable[..., keras.Model]) -> None:
    kernels, biases = np.ones((3, 3, 1), np.float32), np.array([-1000], np.float32)
    model = filter_model(kernels, biases, activation="relu")
    found = ascent.climb(
        excitation.excitation_model(model, "Conv2D_1"),
        noise(1),
        np.zeros(1, np.int64),
        num_steps=5,
        step_size=0.05,
    )
    np.testing.assert_array_equal(found.images, noise(1))
    assert not found.activations.any()
