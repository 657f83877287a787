from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from latentmaps.oips import networks, receptive_fields

LAYERS = keras.layers


def layers_of(*layers: keras.layers.Layer, shape: tuple[int, int, int] = (40, 30, 3)) -> Any:
    """Build a network with the given layers in sequence, and return them."""
    inputs = keras.Input(shape)
    maps = inputs
    for layer in layers:
        maps = layer(maps)
    return receptive_fields.chain(keras.Model(inputs, maps), layers[-1].name)


def test_a_chain_has_all_layers_in_order() -> None:
    layers = [
        LAYERS.Rescaling(1 / 255),
        LAYERS.Conv2D(2, 3),
        LAYERS.BatchNormalization(),
        LAYERS.AlphaDropout(0.1),
    ]
    model = keras.Sequential([keras.Input((40, 30, 3)), *layers])
    for number in (1, 2, 3, 4):
        assert receptive_fields.chain(model, layers[number - 1].name) == layers[:number]


def test_a_patch_is_rescaled_like_the_image() -> None:
    layers = layers_of(LAYERS.Rescaling(1 / 255, offset=-0.5), LAYERS.Conv2D(2, 3))
    image = np.random.default_rng(0).uniform(0, 255, (1, 40, 30, 3)).astype(np.float32)
    maps = layers[1](layers[0](image))
    found = receptive_fields.patch_model(layers)(image[:, 4:7, 5:8])
    np.testing.assert_allclose(found, maps[:, 4, 5], atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        LAYERS.Flatten(),
        LAYERS.GlobalAveragePooling2D(),
        LAYERS.UpSampling2D(2),
        LAYERS.Conv2D(2, 3, dilation_rate=2),
        LAYERS.Conv2DTranspose(2, 3),
        LAYERS.ZeroPadding2D(1),
    ],
    ids=lambda layer: str(layer.name),
)
def test_other_layers_do_not_form_a_chain(layer: keras.layers.Layer) -> None:
    assert layers_of(LAYERS.Conv2D(2, 3), layer) is None


def test_a_branch_is_not_a_chain() -> None:
    inputs = keras.Input((12, 12, 1))
    maps = LAYERS.Conv2D(2, 3, padding="same")(inputs)
    joined = LAYERS.Add()([maps, LAYERS.Conv2D(2, 3, padding="same")(maps)])
    model = keras.Model(inputs, LAYERS.Conv2D(2, 3, name="behind")(joined))
    assert receptive_fields.chain(model, "behind") is None
    skipped = LAYERS.Conv2D(2, 3, name="second")(inputs)
    model = keras.Model(inputs, [maps, skipped])
    assert receptive_fields.chain(model, "second") == [model.get_layer("second")]


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda: [LAYERS.Conv2D(2, (5, 3))], (5, 3)),
        (lambda: [LAYERS.Conv2D(2, 3), LAYERS.ReLU(), LAYERS.Conv2D(2, 3)], (5, 5)),
        # 2 positions of a pooling layer see 4 rows, and the convolution before it 2 more
        (
            lambda: [LAYERS.Conv2D(2, 3), LAYERS.MaxPooling2D(2), LAYERS.Conv2D(2, (2, 1))],
            (6, 4),
        ),
        (lambda: [LAYERS.Conv2D(2, 3, strides=(2, 3), padding="same")], (3, 3)),
        (
            lambda: [
                LAYERS.DepthwiseConv2D((3, 1), strides=1),
                LAYERS.AveragePooling2D((3, 4), strides=(1, 2)),
                LAYERS.Conv2D(2, 3, strides=3),
            ],
            (7, 8),
        ),
    ],
)
def test_what_one_position_sees(
    make: Callable[[], list[keras.layers.Layer]], size: tuple[int, int]
) -> None:
    assert receptive_fields.field_size(layers_of(*make())) == size


def test_the_last_rows_and_columns_that_a_layer_reads_differ_in_images_that_are_not_square() -> (
    None
):
    inputs = keras.Input((41, 30, 2))
    maps = LAYERS.Conv2D(3, 4, strides=(3, 2), activation="tanh", name="first")(inputs)
    maps = LAYERS.AveragePooling2D(2, name="pooled")(maps)
    model = keras.Model(inputs, LAYERS.Conv2D(3, 3, padding="same", name="padded")(maps))
    # 13 x 14 positions, of which 12 x 14 are pooled
    for name, size in (("first", (40, 30)), ("pooled", (37, 30)), ("padded", (41, 30))):
        cut = networks.up_to(model, name, "mean")
        assert cut.reachable_size == size
        images = tf.random.stateless_normal((4, *cut.shape), seed=(0, 1))
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(cut.responses(images))
        influence = np.abs(tape.gradient(total, images)).sum(axis=(0, 3))
        rows, columns = (np.flatnonzero(influence.sum(axis=axis)) for axis in (1, 0))
        if name != "padded":  # for it, the size is an upper bound
            assert (rows[-1] + 1, columns[-1] + 1) == size
        assert rows[-1] < size[0]
        assert columns[-1] < size[1]
