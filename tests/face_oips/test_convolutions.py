"""The part of an image that a position sees is what changes its value."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tests.face_oips import example

from latentmaps.face_oips import convolutions
from latentmaps.face_oips.convolutions import Convolution
from latentmaps.oips import objectives

ARCHITECTURES = {**example.ARCHITECTURES, "larger than the image": example.LARGE}


def seen_pixels(encoder: Any, convolution: Convolution, position: int) -> set[int]:
    """Return the rows of the image that change the value at a position on the diagonal."""
    layer = encoder.get_layer(convolution.layer_name)
    network = tf.keras.Model(encoder.inputs, objectives.before_activation(layer))
    image = tf.constant(np.random.default_rng(0).random((1, *encoder.input_shape[1:])), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_sum(network(image)[0, position, position])
    moved = np.abs(tape.gradient(value, image)[0]).sum(axis=(1, 2))
    return set(np.flatnonzero(moved).tolist())


@pytest.mark.slow
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_position_sees_its_patch_and_nothing_else(name: str) -> None:
    encoder = example.encoder(**ARCHITECTURES[name])
    for convolution in convolutions.find_convolutions(encoder):
        places = convolution.field_layout
        _, num_positions, *_ = encoder.get_layer(convolution.layer_name).output.shape
        for position in range(num_positions):
            first = places.first + position * places.stride
            patch = range(first, first + convolution.patch_size)
            is_whole = patch.start >= 0 and patch.stop <= 16
            assert (position in convolution.inside_positions) == is_whole
            assert seen_pixels(encoder, convolution, position) == set(patch) & set(range(16))


@pytest.mark.slow
def test_all_convolutions_and_no_dense_layers_are_listed() -> None:
    found = convolutions.find_convolutions(example.encoder(dense_units=7))
    assert [convolution.layer_name for convolution in found] == ["activation_1", "activation_2"]
    assert [convolution.words for convolution in found] == ["Convolution 1", "Convolution 2"]


@pytest.mark.slow
def test_all_positions_count_if_no_patch_is_inside_the_image() -> None:
    *_, last = convolutions.find_convolutions(example.encoder(**example.LARGE))
    assert last.patch_size == 31
    assert not last.inside_positions
    assert last.positions == range(1)
