"""The public functions of the library."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import images, small_vae

import latentmaps
from latentmaps.cnn.network import cnn
from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.errors import DataError
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.inference import TrainedVae

DIGITS = np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)


@pytest.fixture(scope="module")
def vae(tmp_path_factory: pytest.TempPathFactory) -> TrainedVae:
    folder = tmp_path_factory.mktemp("vae")
    vae_files.save(folder, small_vae())
    return latentmaps.load_vae(str(folder))


@pytest.fixture(scope="module")
def trained_cnn(tmp_path_factory: pytest.TempPathFactory) -> TrainedCnn:
    folder = tmp_path_factory.mktemp("cnn")
    shape = cnn.Architecture((2, 3), 4)
    cnn.save(folder, shape, cnn.build_cnn(shape, seed=1))
    return latentmaps.load_cnn(folder)


@pytest.mark.slow
def test_a_vae_is_loaded_encodes_decodes_and_samples(vae: TrainedVae) -> None:
    posteriors = vae.encode(images(4))
    assert posteriors.z_mean.shape == posteriors.z_log_var.shape == (4, 5)
    assert vae.decode(posteriors.z_mean).shape == (4, 16, 16, 3)
    assert vae.sample(3, seed=1).shape == (3, 16, 16, 3)
    assert vae.sample(np.int64(1), seed=0).shape == (1, 16, 16, 3)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_cnn_is_loaded_predicts_and_shows_its_maps(trained_cnn: TrainedCnn) -> None:
    np.testing.assert_allclose(trained_cnn.predict(DIGITS).sum(axis=1), 1.0, rtol=1e-5)
    assert trained_cnn.layer_names == ["Conv2D_1", "Conv2D_2"]
    assert trained_cnn.feature_maps(DIGITS, "Conv2D_2").shape == (5, 11, 11, 3)
    probabilities = trained_cnn.model(cnn.standardize(DIGITS))
    np.testing.assert_allclose(probabilities, trained_cnn.predict(DIGITS), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("filters", [(2, 3), (4,)])
@pytest.mark.parametrize("num_images", [1, 5])
def test_all_feature_maps_are_those_of_each_layer(
    filters: tuple[int, ...], num_images: int
) -> None:
    trained_cnn = TrainedCnn(cnn.build_cnn(cnn.Architecture(filters, 4), seed=1))
    images = DIGITS[:num_images]
    every = trained_cnn.all_feature_maps(images)
    assert list(every) == trained_cnn.layer_names
    for name, maps in every.items():
        np.testing.assert_allclose(maps, trained_cnn.feature_maps(images, name), atol=1e-6)


NO_IMAGES = [
    (images(1) / 255.0, r"found float64 from 0.* to 1, .*\(255 \* pixels\)\.round\(\)\.astype"),
    (images(1).astype(np.int64), r"found int64 from 0 to 255, expected a NumPy array of 16x16x3"),
    (np.full((1, 16, 16, 3), np.nan), "found float64 with values that are not finite"),
    (np.zeros((1, 16, 16, 3), bool), "found bool, expected a NumPy array"),
    (images(1).tolist(), "found list, expected a NumPy array"),
    (images(1)[:, :12], r"16x16x3 images expected, found .*\(1, 12, 16, 3\); crop and resize them"),
    (images(1)[..., :1], r"16x16x3 images expected, found .*\(1, 16, 16, 1\); crop and resize"),
    (images(1)[0], r"found an array of shape \(16, 16, 3\); add an axis"),
    (images(1)[:0], r"found an array of shape \(0, 16, 16, 3\); pass at least one"),
    (np.uint8(3), "found uint8, expected a NumPy array"),
]


@pytest.mark.parametrize(("given", "message"), NO_IMAGES, ids=range(len(NO_IMAGES)))
def test_encode_refuses_all_but_images(vae: TrainedVae, given: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^images: .*{message}"):
        vae.encode(given)


@pytest.mark.parametrize("rows", [[3], [-1], [0.0], [[0]], []])
def test_encode_refuses_rows_that_do_not_exist(vae: TrainedVae, rows: list[Any]) -> None:
    with pytest.raises(
        DataError, match=r"^rows: found .*expected a 1-D array of integers from 0 to 2;"
    ):
        vae.encode(images(3), np.array(rows))


NO_POINTS = [
    (np.zeros((2, 4)), r"found the shape \(2, 4\), expected floating-point numbers .* \(n, 5\)"),
    (np.zeros(5), r"found the shape \(5,\), .*; add an axis for a single point"),
    (np.zeros((0, 5)), r"found the shape \(0, 5\)"),
    (np.zeros((1, 5), int), "found int64, expected floating-point numbers"),
    (np.zeros((1, 5), complex), "found complex128, expected floating-point numbers"),
    ([[0.0] * 5], "found list, expected floating-point numbers"),
    (np.array([[0.0] * 5, [np.nan] * 5]), "1 of 2 points, the first at index 1, contain NaN"),
    (np.array([[1e300] * 5]), "exceed the range of float32"),
]


@pytest.mark.parametrize(("given", "message"), NO_POINTS, ids=range(len(NO_POINTS)))
def test_decode_refuses_all_but_points(vae: TrainedVae, given: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^z: .*{message}"):
        vae.decode(given)


@pytest.mark.parametrize("number", [0, -1, 2.0, True, "3", None, 10**100 - 10**101])
def test_sample_refuses_a_number_of_faces_below_one(vae: TrainedVae, number: Any) -> None:
    with pytest.raises(DataError, match=r"^num_faces: found .{1,50}, expected an integer of at le"):
        vae.sample(number, seed=1)


@pytest.mark.parametrize("seed", [-1, 0.5, "1", None])
def test_sample_refuses_an_invalid_seed(vae: TrainedVae, seed: Any) -> None:
    with pytest.raises(DataError, match=r"^seed: found .*, expected an integer of at least 0"):
        vae.sample(1, seed=seed)


NO_DIGITS = [
    (DIGITS / 255.0, r"found float64 from 0 to 1, expected .* of 28x28 images"),
    (DIGITS[..., None], r"\(5, 28, 28, 1\); drop the last axis"),
    (DIGITS[0], r"\(28, 28\); add an axis"),
    (DIGITS[:, :27], r"\(5, 27, 28\); crop and resize them"),
    (DIGITS[:0], "pass at least one"),
]


@pytest.mark.parametrize(("given", "message"), NO_DIGITS, ids=range(len(NO_DIGITS)))
def test_a_cnn_refuses_all_but_digits(trained_cnn: TrainedCnn, given: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^images: .*{message}"):
        trained_cnn.predict(given)
    with pytest.raises(DataError, match=f"^images: .*{message}"):
        trained_cnn.feature_maps(given, "Conv2D_1")


@pytest.mark.parametrize(
    ("name", "guess"),
    [("conv2", r"; did you mean Conv2D_2\?"), ("CONV2D_1", r"; did you mean Conv2D_1\?"),
     ("dense", ""), (2, ""), ("x" * 9999, "")],
)  # fmt: skip
def test_an_unknown_layer_is_refused_with_a_guess(
    trained_cnn: TrainedCnn, name: Any, guess: str
) -> None:
    message = f"^layer_name: found .{{1,80}}, expected one of Conv2D_1, Conv2D_2{guess}$"
    with pytest.raises(DataError, match=message):
        trained_cnn.feature_maps(DIGITS, name)


def test_the_package_is_imported_without_tensorflow(root: Path) -> None:
    program = "import sys, latentmaps; sys.exit('tensorflow' in sys.modules)"
    environment = {"PYTHONPATH": str(root / "src")}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_a_number_of_any_length_is_refused_in_one_line(vae: TrainedVae) -> None:
    with pytest.raises(DataError, match="seed: found a huge integer, expected"):
        vae.sample(1, seed=-(10**5000))
