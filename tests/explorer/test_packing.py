import base64
import gzip

import keras
import numpy as np
import pytest
from tests.explorer import example
from tests.portable import architectures

from latentmaps.explorer import packing
from latentmaps.explorer.packing import Packed


def packed(max_difference: float, model: keras.Model | None = None) -> Packed:
    model = model or example.plain_decoder()
    inputs = architectures.inputs_of(model, num_inputs=70)
    return packing.pack_small(model, inputs, max_difference=max_difference)


def content(network: Packed) -> bytes:
    return gzip.decompress(base64.b64decode(network.weights))


@pytest.mark.slow
def test_the_smallest_format_within_the_limit_is_taken() -> None:
    loose, close, exact = packed(200.0), packed(0.5), packed(0.0)
    assert [network.format for network in (loose, close, exact)] == ["int8", "float16", "float32"]
    assert loose.difference is not None
    assert close.difference is not None
    assert exact.difference is None
    assert close.difference.largest <= 0.5 < loose.difference.largest
    assert 0 < close.difference.mean < close.difference.largest


@pytest.mark.slow
def test_each_format_has_a_number_of_bytes_per_weight() -> None:
    kernels, maps = 5 * 24 + 25 * 6 * 4 + 9 * 4 * 3, 24 + 4 + 3
    assert len(content(packed(200.0))) == kernels + 8 * maps
    assert len(content(packed(0.5))) == 2 * kernels + 4 * maps
    assert len(content(packed(0.0))) == 4 * kernels + 4 * maps


@pytest.mark.slow
def test_the_stated_difference_is_that_of_rounded_weights() -> None:
    model = example.plain_decoder()
    inputs = architectures.inputs_of(model, num_inputs=70)
    rounded = keras.models.clone_model(model)
    rounded.set_weights([w.astype(np.float16) if w.ndim > 1 else w for w in model.get_weights()])
    levels = 255 * np.abs(np.asarray(rounded(inputs)) - np.asarray(model(inputs)))
    found = packed(0.5, model).difference
    assert found is not None
    assert found.largest == pytest.approx(levels.max(), rel=1e-3)
    assert found.mean == pytest.approx(levels.mean(), rel=1e-3)


def test_int8_has_a_scale_for_each_map() -> None:
    model = example.plain_decoder()
    kernel, bias = model.get_layer("logits").get_weights()
    kernel *= np.array([1.0, 1e-3, 0.0])[:, np.newaxis]  # tiny and zero colors
    model.get_layer("logits").set_weights([kernel, bias])
    found = packed(200.0, model)
    assert found.format == "int8"
    numbers = content(found)
    # the lowest bytes of the three scales, then the next bytes
    planes = np.frombuffer(numbers, np.uint8, count=12, offset=4 * (24 * 2 + 4 * 2 + 3))
    scales = np.ascontiguousarray(planes.reshape(4, 3).T).view("<f4").ravel()
    largest = np.abs(kernel).max(axis=(0, 1, 3)) / 127
    np.testing.assert_allclose(scales, [*largest[:2], 1.0], rtol=1e-6)
    logits = np.frombuffer(numbers, np.int8)[-kernel.size :].reshape(3, 3, 4, 3)
    assert np.abs(logits).max(axis=(0, 1, 2)).tolist() == [127, 127, 0]


def test_weights_too_large_for_a_format_take_the_next_one() -> None:
    model = example.plain_decoder()
    kernel, bias = model.get_layer("features").get_weights()
    kernel[0, 0] = 1e5  # too large for float16
    model.get_layer("features").set_weights([kernel, bias])
    assert packed(1.0, model).format == "float32"


@pytest.mark.slow
def test_equal_networks_give_equal_text() -> None:
    assert packed(0.5) == packed(0.5)
    assert base64.b64decode(packed(0.5).weights)[4:8] == bytes(4)  # the time stored by gzip
    other = packed(0.5, example.plain_decoder(dense_units=3))
    assert other.weights != packed(0.5).weights
