import keras
import numpy as np
import pytest

from latentmaps.cnn.network import cnn
from latentmaps.oips import cnn_layers

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 28, 28), np.uint8)


def outputs(model: keras.Model, layer_name: str) -> np.ndarray:
    """Return the outputs of a layer for the images."""
    part = keras.Model(model.inputs, model.get_layer(layer_name).output)
    return np.asarray(cnn.predict(part, IMAGES))


@pytest.mark.slow
def test_the_objective_is_the_mean_of_a_map_or_a_dense_unit_before_its_activation(
    small_cnn: keras.Model,
) -> None:
    convolution, dense, last = (
        cnn_layers.up_to(small_cnn, name) for name in ("Conv2D_2", "dense", "probabilities")
    )
    names = [cut.objective_name for cut in (convolution, dense, last)]
    assert names == ["mean", "unit", "unit"]
    units = cnn_layers.measure_digits(dense.responses, IMAGES)
    np.testing.assert_allclose(np.maximum(units, 0), outputs(small_cnn, "dense"), atol=1e-5)
    logits = cnn_layers.measure_digits(last.responses, IMAGES)
    assert (logits < 0).any()
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, outputs(small_cnn, "probabilities"), rtol=1e-4)


@pytest.mark.slow
def test_the_layer_below_a_dense_layer_is_the_one_that_it_reads(
    small_cnn: keras.Model,
) -> None:
    for name, below in (("dense", "Conv2D_2"), ("probabilities", "dense")):
        found = cnn_layers.responses_below(small_cnn, name)
        assert found is not None
        expected = cnn_layers.up_to(small_cnn, below).responses
        np.testing.assert_array_equal(
            cnn_layers.measure_digits(found, IMAGES), cnn_layers.measure_digits(expected, IMAGES)
        )
