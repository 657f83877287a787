import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from latentmaps.errors import DataError, ParamsError
from latentmaps.vae.evaluation import keras_features

RANDOM = np.random.default_rng(2)
PIXELS = RANDOM.random((3, 96, 96, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(4)
    return keras_features.build("MobileNet")


@pytest.fixture(scope="module")
def weights(network: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "mobilenet.weights.h5"
    network.save_weights(path)
    return path


def test_features_are_those_of_the_network_on_its_own_size_and_range(
    network: keras.Model, weights: Path
) -> None:
    net = keras_features.load("keras-MobileNet", weights)
    assert net.name == "keras-MobileNet"
    # a size that needs no resizing; MobileNet wants -1..1
    pixels = RANDOM.random((2, 224, 224, 3), dtype=np.float32)
    expected = np.asarray(network(2.0 * pixels - 1.0, training=False))
    assert net.features(pixels) == pytest.approx(expected, rel=1e-3, abs=1e-7)
    assert net.features(pixels).shape == (2, 1024)


def test_pixels_of_another_size_are_resized(network: keras.Model, weights: Path) -> None:
    net = keras_features.load("keras-MobileNet", weights)
    doubled = PIXELS[:, :8, :8].repeat(28, axis=1).repeat(28, axis=2)
    found = net.features(doubled[:, ::2, ::2])
    assert found.shape == (3, 1024)
    assert found.dtype == np.float32
    smooth = np.asarray(network(2.0 * doubled - 1.0, training=False))
    assert np.corrcoef(found.ravel(), smooth.ravel())[0, 1] > 0.99


def test_gray_pixels_become_three_channels(weights: Path) -> None:
    net = keras_features.load("keras-MobileNet", weights)
    gray = PIXELS[..., :1]
    np.testing.assert_allclose(
        net.features(gray), net.features(gray.repeat(3, axis=-1)), rtol=1e-5, atol=1e-9
    )


def test_every_application_gets_the_size_that_keras_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sides = {}

    def note(_: object, *, default_size: int, **others: object) -> None:
        raise StopIteration(default_size)

    for name in keras_features.usable_applications():
        function = getattr(keras.applications, name)
        module = sys.modules[function.__module__]
        monkeypatch.setattr(module.imagenet_utils, "obtain_input_shape", note)
        if not name.startswith("MobileNetV3"):  # those ask nobody
            with pytest.raises(StopIteration) as told:
                function(weights=None)
            sides[name] = told.value.value
        assert callable(keras_features._module(name).preprocess_input)
    assert len(sides) >= 38
    assert sides == {name: keras_features.input_side(name) for name in sides}


def test_an_unknown_application_is_refused_with_the_known_ones(weights: Path) -> None:
    with pytest.raises(ParamsError, match=r"no 'Inception', expected .*InceptionV3, MobileNet,"):
        keras_features.load("keras-Inception", weights)


def test_weights_of_another_network_are_refused(weights: Path) -> None:
    with pytest.raises(DataError, match=r"no weights for keras.applications.MobileNetV2 without"):
        keras_features.load("keras-MobileNetV2", weights)


def test_weights_that_lack_a_layer_are_refused(network: keras.Model, tmp_path: Path) -> None:
    shorter = keras.Model(network.inputs, network.layers[-4].output)
    shorter.save_weights(tmp_path / "shorter.weights.h5")
    with pytest.raises(DataError, match=r"shorter.weights.h5: no weights for keras.applications"):
        keras_features.load("keras-MobileNet", tmp_path / "shorter.weights.h5")


@pytest.mark.parametrize("name", ["cut.weights.h5", "cut.h5", "cut.bin"])
def test_a_damaged_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n and nothing else")
    with pytest.raises(DataError, match=rf"(?s){name}: no weights .*save_weights"):
        keras_features.load("keras-MobileNet", tmp_path / name)
