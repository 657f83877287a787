"""Every form of a convolution has the same values and gradients as the layer of Keras."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from latentmaps.vae.network import convolutions
from latentmaps.vae.network.convolutions import Convolution, TransposedConvolution

# relative to the largest value of Keras in float32. In bfloat16, the layers have no bias: its
# gradient, which ours inherit from Keras, has an error of 7%.
TOLERANCE = {"float32": 1e-5, "mixed_bfloat16": 2e-2}


def values_and_gradients(layer: keras.layers.Layer, maps: tf.Tensor) -> list[np.ndarray]:
    """Return the output of a layer, and the gradients of its weighted sum for maps and weights."""
    weights = list(layer.trainable_weights)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        outputs = tf.cast(layer(maps), tf.float32)
        factors = tf.reshape(tf.cast(tf.range(tf.size(outputs)) % 7, tf.float32), outputs.shape)
        total = tf.reduce_sum(outputs * factors)
    gradients = tape.gradient(total, [maps, *(weight.value for weight in weights)])
    return [np.asarray(value, np.float32) for value in (outputs, *gradients)]


def assert_equal_to(
    shape: tuple[int, ...], ours: keras.layers.Layer, theirs: keras.layers.Layer
) -> None:
    random = np.random.default_rng(6)
    maps = tf.constant(random.normal(size=shape).astype(np.float32))
    for layer in (ours, theirs):
        layer(maps)
    weights = [random.uniform(-0.3, 0.3, value.shape) for value in ours.get_weights()]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    tolerance = TOLERANCE[ours.dtype_policy.name]
    for mine, reference in zip(
        values_and_gradients(ours, maps), values_and_gradients(theirs, maps), strict=True
    ):
        np.testing.assert_allclose(mine, reference, atol=tolerance * np.abs(reference).max())


SHAPES = [(kernel, stride) for kernel in (1, 2, 3, 4, 5) for stride in (1, 2, 3)]


@pytest.mark.parametrize("policy", TOLERANCE)
@pytest.mark.parametrize(("kernel_size", "stride"), SHAPES)
def test_a_convolution_agrees_with_keras(kernel_size: int, stride: int, policy: str) -> None:
    arguments: dict[str, Any] = {"strides": stride, "padding": "same"}
    arguments["use_bias"] = policy == "float32"
    ours = Convolution(5, kernel_size, dtype=policy, **arguments)
    theirs = keras.layers.Conv2D(5, kernel_size, **arguments)
    assert_equal_to((3, 4 * stride, 2 * stride, 7), ours, theirs)


@pytest.mark.parametrize("num_maps", [1, 3, 6])
@pytest.mark.parametrize("policy", TOLERANCE)
@pytest.mark.parametrize(("kernel_size", "stride"), SHAPES)
def test_a_transposed_convolution_agrees_with_keras(
    kernel_size: int, stride: int, policy: str, num_maps: int
) -> None:
    arguments: dict[str, Any] = {"strides": stride, "padding": "same"}
    arguments["use_bias"] = policy == "float32"
    ours = TransposedConvolution(num_maps, kernel_size, dtype=policy, **arguments)
    theirs = keras.layers.Conv2DTranspose(num_maps, kernel_size, **arguments)
    assert_equal_to((3, 4, 2, 7), ours, theirs)


def test_valid_padding_is_left_to_keras() -> None:
    arguments: dict[str, Any] = {"strides": 2, "padding": "valid", "output_padding": 1}
    kinds = (TransposedConvolution, keras.layers.Conv2DTranspose)
    assert_equal_to((3, 4, 4, 5), *(kind(2, 3, **arguments) for kind in kinds))


@pytest.mark.parametrize("num_maps", [2, 8])
def test_the_fast_forms_are_used_where_they_are_faster(
    num_maps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    for name in ("kernel_gradient", "interleaved"):
        form = getattr(convolutions, name)

        def count(*tensors: Any, name: str = name, form: Any = form) -> Any:
            taken.append(name)
            return form(*tensors)

        monkeypatch.setattr(convolutions, name, count)
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [])
    arguments: dict[str, Any] = {"strides": 2, "padding": "same", "use_bias": False}
    for dtype in ("mixed_bfloat16", "float32"):
        for rows in (16, 18):
            wide = tf.zeros((1, rows, rows, 2))
            values_and_gradients(Convolution(4, 3, dtype=dtype, **arguments), wide)
            narrow = tf.zeros((1, rows // 2, rows // 2, 2))
            values_and_gradients(
                TransposedConvolution(num_maps, 3, dtype=dtype, **arguments), narrow
            )
    assert taken.count("kernel_gradient") == 2  # bfloat16, 16 rows: both layers
    assert taken.count("interleaved") == (4 if num_maps == 2 else 0)
