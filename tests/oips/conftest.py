"""Networks with known answers, and examples."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest
from tests.oips import example_results

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, page
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.networks import Networks
from latentmaps.pages import html_page
from latentmaps.params.draw_oips import DrawOips


def filter_model(
    kernels: npt.NDArray[np.float32], biases: npt.NDArray[np.float32], *, activation: str
) -> keras.Model:
    """Build a CNN of one convolution with the given kernels.

    Args:
        kernels: (size, size, num_maps).
        biases: (num_maps,).
        activation: linear or relu.
    """
    inputs = keras.Input((28, 28, 1))
    layer = keras.layers.Conv2D(
        kernels.shape[2], kernels.shape[0], activation=activation, name="Conv2D_1"
    )
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([kernels[:, :, np.newaxis, :], biases])
    return model


@pytest.fixture(name="filter_model")
def filter_model_fixture() -> Callable[..., keras.Model]:
    """The function ``filter_model`` as a fixture."""
    return filter_model


@pytest.fixture
def three_fates() -> keras.Model:
    """A CNN with a live map 0, a map 1 that only single bright pixels excite, and a dead map 2."""
    kernels = np.zeros((3, 3, 3), np.float32)
    kernels[1, :, 0] = -1, 0, 1
    kernels[1, 1, 1] = 1
    # noise has standard deviation 1 and does not reach 10; one bright pixel on black has value 28
    return filter_model(kernels, np.array([0, -10, -1], np.float32), activation="relu")


@pytest.fixture(scope="session")
def small_cnn() -> keras.Model:
    """An untrained CNN of two convolutions with 8 maps each."""
    return cnn.build_cnn(cnn.Architecture((8, 8), 8), seed=1)


@pytest.fixture(scope="session")
def second_layer(small_cnn: keras.Model) -> Networks:
    """The second layer of ``small_cnn``."""
    return cnn_layers.up_to(small_cnn, "Conv2D_2")


@pytest.fixture(scope="session")
def color_model() -> keras.Model:
    """An untrained network for color images of 40 rows and 30 columns."""
    keras.utils.set_random_seed(5)
    layers = keras.layers
    inputs = keras.Input((40, 30, 3))
    maps = layers.Conv2D(6, 5, activation="leaky_relu", name="edges")(inputs)
    maps = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="parts")(maps)
    maps = layers.BatchNormalization(name="normalized")(maps)
    maps = layers.ReLU(name="rectified")(maps)
    features = layers.GlobalAveragePooling2D(name="features")(maps)
    model = keras.Model(inputs, layers.Dense(5, activation="relu", name="units")(features))
    randomize(model)
    return model


def randomize(model: keras.Model) -> None:
    """Shift all weights of a network at random; variances stay positive."""
    generator = np.random.default_rng(2)
    for weight in model.weights:
        values = np.asarray(weight)
        if "variance" in weight.path:
            weight.assign(values * generator.uniform(0.5, 2, values.shape))
        else:
            weight.assign(values + generator.normal(scale=0.2, size=values.shape))


@pytest.fixture(scope="session")
def params() -> DrawOips:
    """Parameters of a short search."""
    return example_results.PARAMS


@pytest.fixture(scope="session")
def strokes() -> Digits:
    """Images of a bright bar on black, each at a different position."""
    images = np.zeros((12, 28, 28), np.uint8)
    for index, image in enumerate(images):
        image[4 + index : 7 + index, 5:20] = 255
    labels = np.arange(12, dtype=np.uint8) % 10
    return Digits(images[:6], labels[:6], images[6:], labels[6:])


@pytest.fixture
def dots() -> Digits:
    """Images of one bright pixel; test image 1 is half black, half white."""
    train_images = np.zeros((4, 28, 28), np.uint8)
    train_images[np.arange(4), 5, [5, 10, 15, 20]] = 255
    test_images = train_images[:2].copy()
    test_images[1, :, 14:] = 255
    return Digits(
        train_images, np.array([1, 2, 3, 4], np.uint8), test_images, np.array([7, 8], np.uint8)
    )


@pytest.fixture
def found() -> LayerResults:
    """Made-up results: alive, alive, rescued although no digit excites it, dead."""
    return example_results.example_results()


@pytest.fixture
def layer_page(tmp_path: Path) -> Path:
    path = tmp_path / "Conv2D_3.html"
    html_page.write(page.render(example_results.example_results()), path)
    return path
