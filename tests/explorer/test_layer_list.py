from typing import Any

import keras
import pytest
from tests.explorer import example
from tests.portable import architectures

from latentmaps.explorer import layer_list
from latentmaps.portable import folding


def layers(**changes: Any) -> dict[str, dict[str, Any]]:
    described = layer_list.describe(example.plain_decoder(**changes))
    return {layer["name"]: layer for layer in described.description["layers"]}


@pytest.mark.slow
def test_an_activation_goes_into_the_layer_before_it() -> None:
    found = layers()
    assert list(found) == ["features", "convolution_2", "logits"]
    assert found["features"]["activation"] == "linear"
    assert found["convolution_2"]["activation"] == "leaky_relu"
    assert found["convolution_2"]["slope"] == pytest.approx(0.3)
    assert found["logits"]["activation"] == "sigmoid"
    assert layers(activation="selu", batch_norm="none")["convolution_2"]["activation"] == "selu"
    assert (
        layers(activation="relu")["convolution_2"] | {"slope": 0.0}
        == layers(activation="relu")["convolution_2"]
    )


def test_shapes_are_those_that_a_layer_reads_and_puts_out() -> None:
    model = example.plain_decoder()
    described = layer_list.describe(model).description
    assert (described["input"], described["output"]) == ([5], [16, 16, 3])
    found = {layer["name"]: (layer["reads"], layer["shape"]) for layer in described["layers"]}
    assert found == {
        "features": ([5], [24]),
        "convolution_2": ([2, 2, 6], [8, 8, 4]),
        "logits": ([8, 8, 4], [16, 16, 3]),
    }


@pytest.mark.slow
def test_only_same_padding_puts_zeros_before_the_larger_maps() -> None:
    assert layers()["convolution_2"]["zeros"] == 0  # 5x5, stride 4: the zeros follow the maps
    assert layers(kernel_sizes=(7, 7))["logits"]["zeros"] == 2
    assert layers(paddings=("valid", "valid"))["logits"]["zeros"] == 0
    assert layers(upsampling="resize")["convolution_2"]["zeros"] == 2


def test_kernels_of_all_layers_have_one_order_of_axes() -> None:
    shapes = [layer.kernel.shape for layer in layer_list.describe(example.plain_decoder()).weights]
    assert shapes == [(1, 1, 5, 24), (5, 5, 6, 4), (3, 3, 4, 3)]


def test_a_network_with_two_outputs_is_refused() -> None:
    with pytest.raises(ValueError, match="layer z_log_var: expected z_mean as its only input"):
        layer_list.describe(folding.to_plain(architectures.encoder()))


def test_a_second_activation_is_refused() -> None:
    inputs = keras.Input((3,))
    activated = keras.layers.Dense(2, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Activation("sigmoid", name="odd")(activated))
    with pytest.raises(ValueError, match="layer odd: expected no activation in the layer before"):
        layer_list.describe(model)


def test_an_unsupported_layer_is_refused() -> None:
    inputs = keras.Input((4, 4, 1))
    model = keras.Model(inputs, keras.layers.AveragePooling2D(2, name="odd")(inputs))
    with pytest.raises(ValueError, match="layer odd: found a AveragePooling2D"):
        layer_list.describe(model)
