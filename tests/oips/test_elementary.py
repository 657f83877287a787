"""Elementary patterns: what excites a map at one position."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
import pytest
from tests.oips.example_results import PARAMS

from latentmaps.oips import elementary

SEARCH = dataclasses.replace(PARAMS, num_steps=60, step_size=0.5)


@pytest.mark.slow
def test_the_pattern_of_a_linear_map_is_its_kernel(
    filter_model: Callable[..., keras.Model],
) -> None:
    kernels = np.random.default_rng(0).normal(0.2, 1, (5, 5, 3)).astype(np.float32)
    biases = np.array([0.0, -9.0, 2.0], np.float32)
    model = filter_model(kernels, biases, activation="relu")
    found = elementary.find(model, "Conv2D_1", SEARCH, seed=2, jit_compile=False, chunk_size=8)
    assert found is not None
    assert found.images.shape == (3, 5, 5, 1)
    rms = np.sqrt((kernels**2).mean(axis=(0, 1)))
    np.testing.assert_allclose(found.images[..., 0], np.moveaxis(kernels / rms, 2, 0), atol=0.1)
    # no patch of mean square 1 excites it more than its kernel; the second is silent after a ReLU
    np.testing.assert_allclose(found.activations, 25 * rms + biases, rtol=0.01)


@pytest.mark.slow
def test_a_map_has_the_same_pattern_alone(small_cnn: keras.Model) -> None:
    every, alone = (
        elementary.find(
            small_cnn,
            "Conv2D_2",
            PARAMS,
            seed=2,
            jit_compile=False,
            chunk_size=8,
            map_indices=None if rows is None else np.array(rows),
        )
        for rows in (None, [3])
    )
    assert every is not None
    assert alone is not None
    np.testing.assert_array_equal(alone.images[0], every.images[3])


def test_a_dense_unit_has_no_pattern(small_cnn: keras.Model) -> None:
    found = elementary.find(small_cnn, "dense", PARAMS, seed=2, jit_compile=False, chunk_size=8)
    assert found is None
