from pathlib import Path

import numpy as np
import pytest
from tests.models.example_vae import ORIGIN, RANDOM, architecture, images, small_vae

from latentmaps.errors import DataError, TrainingError
from latentmaps.models import vae
from latentmaps.models.inference import TrainedVae


def test_the_network_of_the_source_has_its_number_of_weights() -> None:
    shape = vae.Architecture(
        96, 3, 256, (32, 64, 128, 256), (3,) * 4, (2,) * 4, "leaky_relu", "train"
    )
    assert vae.build_encoder(shape).count_params() == 5_109_440
    assert vae.build_decoder(shape).count_params() == 2_757_571


@pytest.mark.parametrize("batch_norm", ["train", "none"])
@pytest.mark.parametrize("num_channels", [1, 3])
def test_the_decoder_gives_back_the_shape_of_the_image(num_channels: int, batch_norm: str) -> None:
    saved = small_vae(num_channels=num_channels, batch_norm=batch_norm)
    pixels = np.zeros((2, 16, 16, num_channels), np.float32)
    z_mean, z_log_var = saved.encoder(pixels)
    assert z_mean.shape == z_log_var.shape == (2, 5)
    assert saved.decoder(z_mean).shape == pixels.shape
    kinds = {type(layer).__name__ for layer in saved.encoder.layers}
    assert ("FusedBatchNormalization" in kinds) == (batch_norm == "train")


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_latent_layers_and_logits_stay_float32(precision: str) -> None:
    encoder = vae.build_encoder(architecture(), precision=precision)
    decoder = vae.build_decoder(architecture(), precision=precision)
    assert [output.dtype for output in encoder.outputs] == ["float32", "float32"]
    assert [output.dtype for output in decoder.outputs] == ["float32"]
    assert encoder.get_layer("convolution_1").compute_dtype == precision
    assert decoder.get_layer("logits").compute_dtype == precision


def test_strides_that_do_not_divide_the_image_are_refused() -> None:
    with pytest.raises(TrainingError, match="found 20, expected a multiple of 8, the product of"):
        architecture(image_size=20)


def test_a_saved_vae_gives_the_same_numbers_when_loaded(tmp_path: Path) -> None:
    saved = small_vae()
    vae.save(tmp_path, saved)
    before, after = TrainedVae(saved), TrainedVae.load(tmp_path)
    faces = images()
    np.testing.assert_array_equal(before.encode(faces).z_mean, after.encode(faces).z_mean)
    z = RANDOM.standard_normal((2, 5))
    np.testing.assert_array_equal(before.decode(z), after.decode(z))
    assert after.origin == ORIGIN
    assert after.architecture == saved.architecture


def test_equal_models_are_saved_with_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        vae.save(tmp_path / name, small_vae())
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert files == ["architecture.json", "decoder.weights.h5", "encoder.weights.h5"]
    for file in files:
        first, second = ((tmp_path / name / file).read_bytes() for name in ("first", "second"))
        assert first == second


def test_reconstructions_are_pixels() -> None:
    pixels = TrainedVae(small_vae()).decode(RANDOM.normal(0.0, 9.0, (200, 5)))
    assert pixels.shape == (200, 16, 16, 3)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0.0
    assert pixels.max() <= 1.0


def test_rows_are_encoded_in_the_order_asked_for() -> None:
    trained, faces = TrainedVae(small_vae()), images(150)
    rows = np.array([149, 0, 7])
    some = trained.encode(faces, rows).z_mean
    np.testing.assert_allclose(some, trained.encode(faces).z_mean[rows], atol=1e-5)


def test_images_of_another_size_are_refused() -> None:
    with pytest.raises(DataError, match=r"\(8, 8, 3\).*expected \(16, 16, 3\)"):
        TrainedVae(small_vae()).encode(np.zeros((1, 8, 8, 3), np.uint8))


@pytest.mark.parametrize("file", ["architecture.json", "encoder.weights.h5", "decoder.weights.h5"])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_damaged_folder_names_its_file(tmp_path: Path, file: str, damage: str) -> None:
    vae.save(tmp_path, small_vae())
    path = tmp_path / file
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=rf"{file}: no .*; run train_vae again"):
        vae.load(tmp_path)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    vae.save(tmp_path, small_vae())
    small_vae(latent_dim=6).encoder.save_weights(tmp_path / "encoder.weights.h5")
    with pytest.raises(DataError, match="no weights for the shape"):
        vae.load(tmp_path)
