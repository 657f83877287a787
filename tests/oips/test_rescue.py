from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from latentmaps.oips import cnn_layers, constraints, excitation, rescue

IMAGES = np.random.default_rng(0).normal(size=(3, 28, 28, 1)).astype(np.float32)


def activate(model: keras.Model, *, num_steps: int, **settings: Any) -> np.ndarray:
    networks = cnn_layers.up_to(model, "Conv2D_1")
    assert networks.max_pre_activations is not None
    values: dict[str, Any] = {
        "step_size": 0.1,
        "constraint": constraints.standardized,
        "chunk_size": 2,
    } | settings
    pushed: np.ndarray = rescue.activate_silent_maps(
        networks.max_pre_activations, IMAGES, np.zeros(3, np.int64), num_steps=num_steps, **values
    )
    return pushed


def dot_model(filter_model: Callable[..., keras.Model], bias: float) -> keras.Model:
    kernels = np.zeros((3, 3, 1), np.float32)
    kernels[1, 1] = 1
    return filter_model(kernels, np.array([bias], np.float32), activation="relu")


@pytest.mark.slow
def test_a_silent_map_responds_after_some_steps(filter_model: Callable[..., keras.Model]) -> None:
    model = dot_model(filter_model, -10)
    activations = cnn_layers.up_to(model, "Conv2D_1").responses
    assert not excitation.measure(activations, IMAGES).any()
    assert (excitation.measure(activations, activate(model, num_steps=20)) > 0).all()


@pytest.mark.slow
def test_an_image_that_excites_its_map_does_not_change(
    filter_model: Callable[..., keras.Model],
) -> None:
    model = dot_model(filter_model, -1)  # noise reaches 1 somewhere
    np.testing.assert_array_equal(activate(model, num_steps=5), IMAGES)


@pytest.mark.slow
def test_too_few_steps_leave_a_map_silent(filter_model: Callable[..., keras.Model]) -> None:
    model = dot_model(filter_model, -10)
    pushed = activate(model, num_steps=1)
    peaks = cnn_layers.up_to(model, "Conv2D_1").max_pre_activations
    assert peaks is not None
    before, after = (excitation.measure(peaks, images) for images in (IMAGES, pushed))
    assert (after < 0).all()
    assert (after > before).all()


@pytest.mark.slow
def test_the_pixel_range_is_respected(filter_model: Callable[..., keras.Model]) -> None:
    model = dot_model(filter_model, -10)
    pushed = activate(model, num_steps=20, constraint=constraints.in_range((-0.5, 2.5)))
    assert pushed.min() >= -0.5
    assert pushed.max() <= 2.5
