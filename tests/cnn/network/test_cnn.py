from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from latentmaps.cnn.network import cnn
from latentmaps.errors import DataError, TrainingError
from latentmaps.storage import model_folder

TINY = cnn.Architecture(filters=(2, 3, 4), dense_units=5)
IMAGES = np.random.default_rng(0).integers(0, 256, (7, 28, 28), np.uint8)


def test_three_convolutions_end_with_maps_of_three_pixels() -> None:
    model = cnn.build_cnn(cnn.Architecture((32, 64, 128), 100))
    shapes = [model.get_layer(f"Conv2D_{i}").output.shape[1:] for i in (1, 2, 3)]
    assert shapes == [(26, 26, 32), (11, 11, 64), (3, 3, 128)]
    # 320 + 18,496 + 73,856 for the convolutions, 115,300 + 1,010 for the dense layers
    assert model.count_params() == 208_982


@pytest.mark.slow
def test_the_outputs_are_probabilities() -> None:
    probabilities = cnn.predict(cnn.build_cnn(TINY), IMAGES)
    assert probabilities.shape == (7, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_standardize_agrees_with_numpy_and_leaves_a_black_image_black() -> None:
    images = np.concatenate([IMAGES, np.zeros((1, 28, 28), np.uint8)])
    centered = images - images.mean(axis=(1, 2), keepdims=True)
    spread = np.maximum(images.std(axis=(1, 2), keepdims=True), 1 / 28)
    standardized = np.asarray(cnn.standardize(images))
    assert standardized.shape == (8, 28, 28, 1)
    np.testing.assert_allclose(standardized[..., 0], centered / spread, atol=2e-6)


@pytest.mark.slow
def test_the_seed_decides_the_weights() -> None:
    first, again, other = (cnn.build_cnn(TINY, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).any()


def test_the_l2_penalty_counts_only_the_kernels() -> None:
    model = cnn.build_cnn(TINY, l2=0.5)
    kernels = [weight for weight in model.get_weights() if weight.ndim > 1]
    assert len(kernels) == 5
    expected = 0.5 * sum(float((kernel**2).sum()) for kernel in kernels)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    model = cnn.build_cnn(TINY, seed=3)
    cnn.save(tmp_path, TINY, model)
    np.testing.assert_array_equal(
        cnn.predict(cnn.load(tmp_path), IMAGES), cnn.predict(model, IMAGES)
    )


def test_equal_models_are_saved_with_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        cnn.save(tmp_path / name, TINY, cnn.build_cnn(TINY, seed=3))
    for file in ("architecture.json", "cnn.weights.h5"):
        first, second = (tmp_path / name / file for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("damage", [lambda b: b[:1000], lambda b: b[:99] + b"x" + b[100:]])
def test_damaged_weights_are_rejected(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    cnn.save(tmp_path, TINY, cnn.build_cnn(TINY))
    path = tmp_path / "cnn.weights.h5"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=r"cnn\.weights\.h5: altered since .*; run train_cnn again"):
        cnn.load(tmp_path)


def sign(folder: Path, **changes: Any) -> None:
    """Write a shape as if it belonged to the weights in the folder."""
    shape = {"filters": [2, 3, 4], "dense_units": 5, "kernel_size": 3, "pool_size": 2}
    parts = {"architecture": shape | {"image_size": 28} | changes}
    model_folder.sign(folder, parts, ["cnn.weights.h5"])


def test_weights_of_another_shape_are_rejected(tmp_path: Path) -> None:
    cnn.save(tmp_path, TINY, cnn.build_cnn(TINY))
    sign(tmp_path, filters=[2, 3, 9])
    with pytest.raises(DataError, match=r"cnn\.weights\.h5: not the weights of the network"):
        cnn.load(tmp_path)


def test_weights_that_are_not_finite_are_rejected(tmp_path: Path) -> None:
    damaged = cnn.build_cnn(TINY)
    damaged.get_layer("Conv2D_2").bias.assign([0.0, np.nan, 0.0])
    cnn.save(tmp_path, TINY, damaged)
    with pytest.raises(DataError, match=r"found a NaN .* in Conv2D_2/bias, .*run train_cnn again"):
        cnn.load(tmp_path)


def test_a_cnn_for_another_image_size_is_refused(tmp_path: Path) -> None:
    large = cnn.Architecture(filters=(2,), dense_units=3, image_size=32)
    cnn.save(tmp_path, large, cnn.build_cnn(large))
    with pytest.raises(DataError, match=r"image_size: found 32, expected 28, the size of a digit"):
        cnn.load(tmp_path)


def test_kernels_and_pooling_decide_the_sizes_of_the_maps() -> None:
    model = cnn.build_cnn(cnn.Architecture((2, 3), 4, kernel_size=5, pool_size=3))
    shapes = [model.get_layer(f"Conv2D_{i}").output.shape[1:] for i in (1, 2)]
    assert shapes == [(24, 24, 2), (4, 4, 3)]


@pytest.mark.parametrize("text", ["", "[]", '{"filters": [3], "dense_units": 5}'])
def test_a_text_that_is_not_a_shape_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "architecture.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"architecture\.json: .*; run train_cnn again"):
        cnn.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("filters", 3, "filters: found 3, expected a valid array"),
        ("filters", [2, -3, 4], r"filters\.1: found -3, expected greater"),
        ("dense_units", 5.5, r"dense_units: found 5\.5, expected a valid integer"),
        ("kernel_size", 10**30, "kernel_size: found 10+, expected less than or equal"),
        ("kernel_size", 13, "more convolutions than fit into a digit"),
        ("depth", 3, "depth: unknown"),
    ],
)
def test_an_invalid_value_of_the_shape_is_rejected(
    tmp_path: Path, name: str, value: Any, message: str
) -> None:
    cnn.save(tmp_path, TINY, cnn.build_cnn(TINY))
    sign(tmp_path, **{name: value})
    with pytest.raises(DataError, match=rf"architecture\.json: .*{message}.*; run train_cnn again"):
        cnn.load(tmp_path)


@pytest.mark.slow
def test_a_layer_model_ends_at_the_layer() -> None:
    maps = cnn.predict(cnn.layer_model(cnn.build_cnn(TINY), "Conv2D_2"), IMAGES)
    assert maps.shape == (7, 11, 11, 3)
    assert maps.min() >= 0


@pytest.mark.parametrize("name", ["Conv2D_4", "dense, which has no feature maps", "conv2d_1"])
def test_an_unknown_layer_is_rejected_with_a_list_of_layers(name: str) -> None:
    model: keras.Model = cnn.build_cnn(TINY)
    with pytest.raises(
        TrainingError, match=f"found {name}, expected one of Conv2D_1, Conv2D_2, Conv2D_3"
    ):
        cnn.layer_model(model, name.partition(",")[0])


def test_convolutions_and_dense_layers_have_units() -> None:
    model: keras.Model = cnn.build_cnn(TINY)
    names = ["Conv2D_1", "Conv2D_2", "Conv2D_3", "dense", "probabilities"]
    assert cnn.unit_layer_names(model) == names
    for name in names:
        cnn.require_layer(model, name)


@pytest.mark.parametrize("name", ["Conv2D_4", "features, which has no units"])
def test_a_layer_without_units_is_rejected_with_a_list_of_layers(name: str) -> None:
    model: keras.Model = cnn.build_cnn(TINY)
    with pytest.raises(
        TrainingError,
        match=rf"draw_oips\.layers: found {name}, expected one of .*, dense, probabilities, layers",
    ):
        cnn.require_layer(model, name.partition(",")[0])
