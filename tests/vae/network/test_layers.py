import keras
import numpy as np
import pytest
import tensorflow as tf

from latentmaps.vae.network.layers import (
    AlphaDropout,
    Bias,
    Dropout,
    FrozenBatchNormalization,
    FusedBatchNormalization,
)

RANDOM = np.random.default_rng(2)


def test_fused_batch_normalization_agrees_with_keras() -> None:
    ours, theirs = FusedBatchNormalization(), keras.layers.BatchNormalization(momentum=0.9)
    for _ in range(3):
        maps = RANDOM.normal(2.0, 3.0, (8, 5, 5, 4)).astype(np.float32)
        expected = theirs(maps, training=True)
        np.testing.assert_allclose(ours(maps, training=True), expected, atol=1e-5)
    for mine, reference in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine.numpy(), reference.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(maps), theirs(maps), atol=1e-5)


def test_fused_batch_normalization_keeps_its_statistics_in_inference() -> None:
    layer = FusedBatchNormalization()
    layer(np.full((2, 3, 3, 1), 7.0, np.float32), training=False)
    assert layer.moving_mean.numpy() == [0.0]
    assert layer.moving_variance.numpy() == [1.0]


def test_frozen_batch_normalization_ignores_the_statistics_of_a_batch() -> None:
    layer = FrozenBatchNormalization()
    maps = RANDOM.normal(2.0, 3.0, (8, 5, 5, 4)).astype(np.float32)
    outputs = layer(maps, training=True)
    np.testing.assert_allclose(outputs, maps / np.sqrt(1.0 + layer.epsilon), rtol=1e-5)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), 0.0)
    assert len(layer.trainable_weights) == 2


def test_a_bias_adds_a_number_to_each_map_and_has_the_right_gradient() -> None:
    layer = Bias()
    maps = tf.constant(RANDOM.normal(size=(4, 5, 6, 3)).astype(np.float32))
    weights = RANDOM.normal(size=(4, 5, 6, 3)).astype(np.float32)
    layer(maps)
    layer.bias.assign([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(maps)
        outputs = layer(maps)
        loss = tf.reduce_sum(weights * outputs)
    np.testing.assert_allclose(outputs, maps + tf.constant([1.0, 2.0, 3.0]), rtol=1e-6)
    of_maps, of_bias = tape.gradient(loss, [maps, layer.bias.value])
    np.testing.assert_array_equal(of_maps, weights)
    np.testing.assert_allclose(of_bias, weights.sum(axis=(0, 1, 2)), rtol=1e-5)


DROPOUTS = [Dropout, AlphaDropout]


def dropped(kind: type[keras.layers.Layer], *, jit_compile: bool, seed: int = 3) -> np.ndarray:
    """Return the results of two steps on ones, (2, 64, 512)."""
    layer = kind(0.25, seed=seed)
    step = tf.function(lambda ones: layer(ones, training=True), jit_compile=jit_compile)
    return np.stack([step(tf.ones((64, 512))).numpy() for _ in range(2)])


@pytest.mark.slow
@pytest.mark.parametrize("kind", DROPOUTS)
def test_dropout_drops_the_same_values_with_and_without_xla(
    kind: type[keras.layers.Layer],
) -> None:
    plain = dropped(kind, jit_compile=False)
    np.testing.assert_allclose(dropped(kind, jit_compile=True), plain, rtol=1e-6, atol=1e-6)
    for other in (plain[1], dropped(kind, jit_compile=False, seed=4)[0]):
        # two independent masks differ in 2 * 0.25 * 0.75 of the values
        assert np.mean(plain[0] != other) == pytest.approx(0.375, abs=0.015)


@pytest.mark.parametrize("kind", DROPOUTS)
def test_dropout_changes_values_as_keras_does(kind: type[keras.layers.Layer]) -> None:
    theirs = getattr(keras.layers, kind.__name__)(0.25, seed=3)
    reference = theirs(tf.ones((64, 512)), training=True)
    expected, counts = np.unique(np.round(reference.numpy(), 5), return_counts=True)
    mine = dropped(kind, jit_compile=False)[0]
    values, shares = np.unique(np.round(mine, 5), return_counts=True)
    np.testing.assert_allclose(values, expected, atol=2e-5)
    np.testing.assert_allclose(shares / mine.size, counts / mine.size, atol=0.01)


@pytest.mark.parametrize("kind", DROPOUTS)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_dropout_keeps_the_dtype_and_is_off_in_inference(
    kind: type[keras.layers.Layer], dtype: str
) -> None:
    layer = kind(0.25, seed=3, dtype=dtype)
    values = tf.cast(RANDOM.normal(size=(4, 8)), dtype)
    assert layer(values, training=True).dtype == dtype
    np.testing.assert_array_equal(layer(values), values)


@pytest.mark.parametrize(
    ("layer", "values"),
    [
        (FusedBatchNormalization(momentum=0.7, epsilon=0.1), {"momentum": 0.7, "epsilon": 0.1}),
        (FusedBatchNormalization(), {"momentum": 0.9}),
        (Bias(name="b"), {"name": "b", "trainable": True}),
        (Dropout(0.3, seed=5), {"rate": 0.3, "seed": 5}),
        (AlphaDropout(0.3), {"rate": 0.3}),
        (FrozenBatchNormalization(), {}),
    ],
)
def test_a_layer_is_restored_from_its_config(
    layer: keras.layers.Layer, values: dict[str, object]
) -> None:
    config = layer.get_config()
    assert config | values == config
    again = type(layer).from_config(config)
    assert again.get_config() == config
    name = keras.saving.get_registered_name(type(layer))
    assert name == f"latentmaps>{type(layer).__name__}"


def test_a_bias_is_computed_in_float32_unless_another_dtype_is_given() -> None:
    assert Bias().compute_dtype == "float32"
    assert Bias.from_config(Bias(dtype="float64").get_config()).compute_dtype == "float64"
