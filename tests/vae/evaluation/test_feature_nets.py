from pathlib import Path

import keras
import numpy as np
import pytest

from latentmaps.errors import DataError, ParamsError
from latentmaps.vae.evaluation import feature_nets, fid_network, keras_features


def test_pixels_pca_needs_images_and_no_weights() -> None:
    images = np.random.default_rng(1).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    net = feature_nets.pixels_pca(images, np.arange(20), num_components=5)
    assert net.name == "pixels-pca"
    assert net.features(np.zeros((2, 8, 8, 3), np.float32)).shape == (2, 5)


def test_a_net_of_keras_is_loaded_by_its_name(tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    keras_features.build("MobileNet").save_weights(tmp_path / "w.weights.h5")
    net = feature_nets.load("keras-MobileNet", tmp_path / "w.weights.h5")
    assert net.name == "keras-MobileNet"
    assert net.features(np.zeros((1, 32, 32, 1), np.float32)).shape == (1, 1024)


def test_the_network_of_the_fid_needs_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "other.pth").write_bytes(b"other")
    with pytest.raises(DataError, match=r"other.pth: SHA-256"):
        feature_nets.load("inception-2015-fid", tmp_path / "other.pth")


@pytest.mark.parametrize("name", ["inception-2015-fid", "keras-InceptionV3"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"w.h5: no such file, expected the weights of {name}"):
        feature_nets.load(name, tmp_path / "w.h5")


@pytest.mark.parametrize("name", ["InceptionV3", "pixels-pca", "fid"])
def test_an_unknown_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=rf"found '{name}', expected inception-2015-fid or keras"):
        feature_nets.load(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("pixels-pca", []), (fid_network.NAME, ["torch", "torch-fidelity"])],
)
def test_a_net_names_the_libraries_that_compute_it(name: str, expected: list[str]) -> None:
    class Net:
        def features(self, pixels: np.ndarray) -> np.ndarray:
            return pixels

    net = Net()
    net.name = name  # type: ignore[attr-defined]
    assert feature_nets.libraries([net]) == expected  # type: ignore[list-item]
