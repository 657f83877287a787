from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.vae.example_vae import RANDOM, architecture, images, small_vae

from latentmaps.errors import DataError, TrainingError
from latentmaps.vae.network import vae
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.network.inference import TrainedVae


def source(**changes: Any) -> Architecture:
    shape = {
        "image_size": 96,
        "num_channels": 3,
        "latent_dim": 256,
        "filters": (32, 64, 128, 256),
        "kernel_sizes": (3,) * 4,
        "strides": (2,) * 4,
        "paddings": ("same",) * 4,
    }
    return architecture(**shape | changes)


@pytest.mark.slow
def test_the_network_of_the_source_has_its_number_of_weights() -> None:
    encoder, decoder = vae.build_encoder(source()), vae.build_decoder(source())
    # normalized maps have no bias
    assert encoder.count_params() == 5_109_440 - (32 + 64 + 128 + 256)
    assert decoder.count_params() == 2_757_571 - (128 + 64 + 32)
    moving = sum(int(np.prod(v.shape)) for v in [*encoder.weights, *decoder.weights]) - sum(
        int(np.prod(v.shape)) for v in [*encoder.trainable_weights, *decoder.trainable_weights]
    )
    assert encoder.count_params() + decoder.count_params() - moving == 7_864_899


@pytest.mark.slow
def test_a_dense_layer_before_the_latent_layers_saves_weights() -> None:
    encoder = vae.build_encoder(source(dense_units=128))
    assert encoder.get_layer("dense").units == 128
    assert encoder.count_params() < 5_109_440 / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_channels": 1},
        {"batch_norm": "none"},
        {"batch_norm": "frozen"},
        {"activation": "relu"},
        {"activation": "selu", "batch_norm": "none", "dropout_rate": 0.2},
        {"dropout_rate": 0.2},
        {"dense_units": 7},
        {"upsampling": "resize"},
        {"upsampling": "resize", "strides": (1, 4)},
        {"paddings": ("valid", "valid")},
        {"paddings": ("valid", "same"), "image_size": 17, "strides": (2, 2)},
        {"image_size": 23, "paddings": ("valid", "valid"), "strides": (3, 2)},
        {"decoder_filters": (7, 3), "decoder_kernel_sizes": (2, 6)},
        {"decoder_filters": (7, 3), "dense_units": 5, "num_channels": 1},
        {"upsampling": "resize", "decoder_filters": (3, 8), "decoder_kernel_sizes": (4, 1)},
        {"paddings": ("valid", "same"), "image_size": 17, "strides": (2, 2)}
        | {"decoder_kernel_sizes": (7, 2)},
        {"paddings": ("valid", "valid"), "decoder_kernel_sizes": (7, 4)},
        {"paddings": ("valid", "valid"), "decoder_kernel_sizes": (4, 3)},
    ],
    ids=str,
)
def test_the_decoder_restores_the_shape_of_the_image(changes: dict[str, Any]) -> None:
    saved = small_vae(**changes)
    shape = saved.architecture
    pixels = np.zeros((2, shape.image_size, shape.image_size, shape.num_channels), np.float32)
    z_mean, z_log_var = saved.encoder(pixels)
    assert z_mean.shape == z_log_var.shape == (2, 5)
    assert saved.decoder(z_mean).shape == pixels.shape


def kinds(model: keras.Model) -> set[str]:
    return {type(layer).__name__ for layer in model.layers}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("batch_norm", "kind"),
    [("train", "FusedBatchNormalization"), ("frozen", "FrozenBatchNormalization"), ("none", None)],
)
def test_batch_norm_selects_the_kind_of_normalization(batch_norm: str, kind: str | None) -> None:
    saved = small_vae(batch_norm=batch_norm)
    for model in (saved.encoder, saved.decoder):
        found = {name for name in kinds(model) if "Normalization" in name}
        assert found == ({kind} if kind else set())


def test_selu_comes_with_its_initializer_and_its_dropout() -> None:
    saved = small_vae(activation="selu", batch_norm="none", dropout_rate=0.1)
    for model in (saved.encoder, saved.decoder):
        assert "AlphaDropout" in kinds(model)
        assert "Dropout" not in kinds(model)
    first = saved.encoder.get_layer("convolution_1")
    assert isinstance(first.kernel_initializer, keras.initializers.LecunNormal)


def test_selu_keeps_mean_and_variance() -> None:
    keras.utils.set_random_seed(2)
    shape = source(activation="selu", batch_norm="none", filters=(64,) * 4)
    encoder = vae.build_encoder(shape)
    maps = keras.Model(encoder.input, encoder.get_layer("activation_4").output)
    values = maps(RANDOM.standard_normal((8, 96, 96, 3)).astype(np.float32)).numpy()
    assert abs(values.mean()) < 0.2
    assert 0.6 < values.std() < 1.4


def test_dropout_drops_its_share_in_training_only() -> None:
    saved = small_vae(dropout_rate=0.25, batch_norm="none")
    maps = keras.Model(saved.encoder.input, saved.encoder.get_layer("dropout_1").output)
    pixels = RANDOM.random((20, 16, 16, 3)).astype(np.float32)
    assert np.mean(maps(pixels, training=True).numpy() == 0.0) == pytest.approx(0.25, abs=0.02)
    assert np.mean(maps(pixels, training=False).numpy() == 0.0) < 0.01


@pytest.mark.slow
def test_resizing_leaves_no_checkerboard() -> None:
    """All maps are flat, so any pattern comes from the last layer."""
    amplitudes = {}
    for upsampling in ("transpose", "resize"):
        keras.utils.set_random_seed(3)
        shape = source(upsampling=upsampling, batch_norm="none", filters=(4,) * 4, latent_dim=3)
        decoder = vae.build_decoder(shape)
        decoder.get_layer("features").kernel.assign(np.ones((3, 6 * 6 * 4)))
        inner = decoder(np.full((1, 3), 0.3, np.float32)).numpy()[0, 32:64, 32:64]
        amplitudes[upsampling] = inner.std(axis=(0, 1)).max()
    assert amplitudes["transpose"] > 1e-3
    assert amplitudes["resize"] < 1e-5


@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_latent_layers_and_logits_stay_float32(compute_dtype: str) -> None:
    encoder = vae.build_encoder(architecture(), compute_dtype=compute_dtype)
    decoder = vae.build_decoder(architecture(), compute_dtype=compute_dtype)
    assert [output.dtype for output in encoder.outputs] == ["float32", "float32"]
    assert [output.dtype for output in decoder.outputs] == ["float32"]
    assert encoder.get_layer("convolution_1").compute_dtype == compute_dtype
    assert decoder.get_layer("logits").compute_dtype == compute_dtype


def test_strides_that_do_not_divide_the_maps_are_refused() -> None:
    message = (
        "image_size: found 20, which produces 10x10 maps before convolution 2, expected a multiple "
        "of its stride 4, because the decoder multiplies by it; change it to 16 or 24, or"
    )
    with pytest.raises(TrainingError, match=message):
        architecture(image_size=20)


def test_a_kernel_larger_than_its_maps_is_refused() -> None:
    with pytest.raises(TrainingError, match="value 2 is 5, expected at most 3"):
        architecture(image_size=8, paddings=("valid", "valid"))


def test_each_transposed_convolution_has_the_requested_maps_and_kernel() -> None:
    decoder = small_vae(decoder_filters=(7, 5), decoder_kernel_sizes=(2, 6)).decoder
    assert decoder.get_layer("maps").output.shape[1:] == (2, 2, 7)
    # (rows, columns, output maps, input maps)
    assert decoder.get_layer("convolution_2").kernel.shape == (2, 2, 5, 7)
    assert decoder.get_layer("logits").kernel.shape == (6, 6, 3, 5)


def test_null_means_the_encoder_in_reverse() -> None:
    assert architecture(decoder_filters=(6, 4), decoder_kernel_sizes=(5, 3)) == architecture()
    assert architecture(decoder_filters=(4, 6)) != architecture()
    assert architecture(decoder_kernel_sizes=(3, 5)) != architecture()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((8, 4), "value 1 is 8, expected 4 to 7, because .* a stride of 4 must .* maps to 7x7;"),
        ((3, 4), "value 1 is 3, expected 4 to 7, because"),
        ((5, 5), "value 2 is 5, expected 3 to 4, because .* a stride of 2 must .* maps to 16x16;"),
        ((5, 2), "value 2 is 2, expected 3 to 4, because"),
    ],
)
def test_a_kernel_that_cannot_restore_the_larger_maps_is_refused(
    sizes: tuple[int, int], message: str
) -> None:
    with pytest.raises(TrainingError, match=rf"train_vae\.decoder_kernel_sizes: {message}"):
        architecture(paddings=("valid", "valid"), decoder_kernel_sizes=sizes)


def test_images_that_are_not_square_are_refused() -> None:
    with pytest.raises(TrainingError, match="found 8x9 pixels"):
        Architecture.for_images((5, 8, 9, 3), None)


def test_an_architecture_is_read_from_a_section() -> None:
    section = architecture(num_channels=1)
    assert Architecture.for_images((5, 32, 32, 3), section) == architecture(image_size=32)


@pytest.mark.slow
def test_reconstructions_are_pixels() -> None:
    pixels = TrainedVae(small_vae()).decode(RANDOM.normal(0.0, 9.0, (200, 5)))
    assert pixels.shape == (200, 16, 16, 3)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0.0
    assert pixels.max() <= 1.0


@pytest.mark.slow
def test_rows_are_encoded_in_the_requested_order() -> None:
    trained, faces = TrainedVae(small_vae()), images(150)
    rows = np.array([149, 0, 7])
    some = trained.encode(faces, rows).z_mean
    np.testing.assert_allclose(some, trained.encode(faces).z_mean[rows], atol=1e-5)


def test_images_of_another_size_are_refused() -> None:
    with pytest.raises(DataError, match=r"16x16x3 images expected, found .*\(1, 8, 8, 3\)"):
        TrainedVae(small_vae()).encode(np.zeros((1, 8, 8, 3), np.uint8))


@pytest.mark.slow
def test_a_random_face_does_not_depend_on_the_number_of_faces() -> None:
    trained = TrainedVae(small_vae())
    few, many = trained.sample(2, seed=3), trained.sample(5, seed=3)
    np.testing.assert_allclose(few, many[:2], atol=1e-6)
    assert np.any(np.abs(trained.sample(2, seed=4) - few) > 1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"dropout_rate": 0.2, "dense_units": 7},
        {"batch_norm": "frozen", "upsampling": "resize"},
        {"activation": "selu", "batch_norm": "none", "dropout_rate": 0.2},
    ],
)
@pytest.mark.parametrize("compute_dtype", ["float32", "bfloat16"])
def test_a_network_saved_as_a_whole_reloads(
    changes: dict[str, Any], compute_dtype: str, tmp_path: Path
) -> None:
    shape = architecture(**changes)
    for build in (vae.build_encoder, vae.build_decoder):
        network = build(shape, compute_dtype=compute_dtype)
        network.save(tmp_path / "network.keras")
        loaded = keras.saving.load_model(tmp_path / "network.keras")
        assert list(map(type, loaded.layers)) == list(map(type, network.layers))
        pairs = zip(loaded.layers, network.layers, strict=True)
        assert all(mine.get_config() == other.get_config() for mine, other in pairs)
        values = RANDOM.uniform(size=(2, *network.input_shape[1:])).astype(np.float32)
        np.testing.assert_array_equal(loaded(values), network(values))


@pytest.mark.slow
def test_the_networks_of_a_trained_vae_are_keras_models() -> None:
    trained = TrainedVae(small_vae())
    pictures = images(4)
    means, log_vars = trained.encoder(pictures.astype(np.float32) / 255.0)
    posteriors = trained.encode(pictures)
    np.testing.assert_allclose(means, posteriors.z_mean, atol=1e-6)
    np.testing.assert_allclose(log_vars, posteriors.z_log_var, atol=1e-6)
    # pixels, not logits
    pixels = trained.decoder(posteriors.z_mean)
    np.testing.assert_allclose(pixels, trained.decode(posteriors.z_mean), atol=1e-6)
    assert trained.decoder is trained.decoder
    assert trained.decoder.output_names == ["pixels"]
