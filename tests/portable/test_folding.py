from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.portable import architectures
from tests.vae.example_vae import architecture

from latentmaps.portable import folding
from latentmaps.vae.network import vae

PLAIN = {
    "Activation",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Flatten",
    "InputLayer",
    "LeakyReLU",
    "MaxPooling2D",
    "Reshape",
    "UpSampling2D",
}
EQUAL = 1e-5


def outputs(model: keras.Model, values: np.ndarray) -> list[np.ndarray]:
    found = model(values, training=False)
    return [
        np.asarray(output) for output in (found if isinstance(found, list | tuple) else [found])
    ]


def assert_equal(plain: keras.Model, model: keras.Model) -> None:
    values = architectures.inputs_of(model)
    pairs = list(zip(outputs(plain, values), outputs(model, values), strict=True))
    for found, expected in pairs:
        scale = max(1.0, float(np.abs(expected).max()))
        assert expected.std() > 1e-3
        np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=EQUAL)


def assert_plain(model: keras.Model) -> None:
    for layer in model.layers:
        assert type(layer).__module__.startswith("keras.src.layers")
        assert type(layer).__name__ in PLAIN
        assert layer.compute_dtype == "float32"


@pytest.mark.slow
@pytest.mark.parametrize("changes", architectures.CHANGES, ids=str)
def test_a_plain_encoder_computes_the_same(changes: dict[str, Any]) -> None:
    model = architectures.encoder(**changes)
    plain = folding.to_plain(model)
    assert_equal(plain, model)
    assert_plain(plain)
    assert len(plain.outputs) == 2


@pytest.mark.slow
@pytest.mark.parametrize("changes", architectures.CHANGES, ids=str)
def test_a_plain_decoder_computes_the_same(changes: dict[str, Any]) -> None:
    model = architectures.decoder(**changes)
    plain = folding.to_plain(model)
    assert_equal(plain, model)
    assert_plain(plain)


@pytest.mark.parametrize("shape", architectures.CNNS, ids=str)
def test_a_plain_cnn_computes_the_same(shape: dict[str, Any]) -> None:
    model = architectures.digit_cnn(**shape)
    plain = folding.to_plain(model)
    assert_equal(plain, model)
    assert_plain(plain)
    assert [layer.name for layer in plain.layers] == [layer.name for layer in model.layers]


def test_pixels_come_out_of_a_decoder_with_a_sigmoid() -> None:
    model = architectures.decoder()
    plain = folding.to_plain(model, output_activation="sigmoid")
    z = architectures.inputs_of(model)
    expected = 1.0 / (1.0 + np.exp(-outputs(model, z)[0]))
    np.testing.assert_allclose(outputs(plain, z)[0], expected, rtol=0, atol=EQUAL)


def test_layers_keep_their_names() -> None:
    names = [
        layer.name for layer in folding.to_plain(architectures.decoder(dropout_rate=0.1)).layers
    ]
    assert names == ["z", "features", "maps", "convolution_2", "activation_2", "logits"]


@pytest.mark.slow
def test_a_network_in_lower_precision_becomes_one_of_float32() -> None:
    model = architectures.randomize(vae.build_decoder(architecture(), compute_dtype="bfloat16"))
    plain = folding.to_plain(model)
    assert_plain(plain)
    same = architectures.decoder()
    np.testing.assert_array_equal(
        outputs(plain, architectures.inputs_of(same))[0],
        outputs(folding.to_plain(same), architectures.inputs_of(same))[0],
    )


@pytest.mark.slow
def test_a_saved_plain_network_loads_without_classes_of_ours(tmp_path: Path) -> None:
    plain = folding.to_plain(architectures.decoder(dense_units=3), output_activation="sigmoid")
    plain.save(tmp_path / "decoder.keras")
    again = keras.models.load_model(tmp_path / "decoder.keras")
    z = architectures.inputs_of(plain)
    np.testing.assert_array_equal(outputs(again, z)[0], outputs(plain, z)[0])


def test_a_layer_without_a_plain_form_is_refused() -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.LayerNormalization(name="odd")(inputs))
    with pytest.raises(ValueError, match="layer odd: found a LayerNormalization"):
        folding.to_plain(model)


def test_a_normalization_of_activated_maps_is_refused() -> None:
    inputs = keras.Input((4,))
    features = keras.layers.Dense(3, activation="relu", name="dense")(inputs)
    model = keras.Model(inputs, keras.layers.BatchNormalization(name="late")(features))
    with pytest.raises(ValueError, match=r"layer late: expected to follow .* found dense"):
        folding.to_plain(model)


def test_a_normalization_of_maps_that_others_read_is_refused() -> None:
    inputs = keras.Input((4,))
    features = keras.layers.Dense(3, name="dense")(inputs)
    normalized = keras.layers.BatchNormalization(name="shared")(features)
    other = keras.layers.Dense(2, name="other")(features)
    for outputs_ in ([normalized, other], [normalized, features]):
        with pytest.raises(ValueError, match="layer shared: expected to be the only reader"):
            folding.to_plain(keras.Model(inputs, outputs_))
