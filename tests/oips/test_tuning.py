"""Which random images excite a unit, and which leave it silent."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from tests.oips.example_results import PARAMS, made_up_tuning

from latentmaps import seeds
from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, excitation, start_images, tuning
from latentmaps.oips.constraints import project_images, standardized
from latentmaps.oips.networks import Networks
from latentmaps.oips.start_images import StartImageSpec

SHAPE = (28, 28, 1)
PATTERNS = StartImageSpec(SHAPE, PARAMS, None)


@pytest.fixture
def broad(filter_model: Callable[..., keras.Model]) -> Networks:
    """A map that responds to large light areas."""
    kernel = np.full((9, 9, 1), 1 / 81, np.float32)
    model = filter_model(kernel, np.array([-0.5], np.float32), activation="relu")
    return cnn_layers.up_to(model, "Conv2D_1")


@pytest.mark.slow
def test_noise_of_its_wavelength_excites_a_map(broad: Networks) -> None:
    found = tuning.measure_tuning(broad, PATTERNS, constraint=standardized, seed=1)
    grids = found[found["kind"] == "grid"].set_index("num_points")
    assert list(grids.index) == [2, 3, 4, 5, 7, 10, 14, 19, 28]
    assert (grids["activation"][[2, 3, 4]] > 20 * grids["activation"][28]).all()
    assert grids["silent_share"][2] == 0 < grids["silent_share"][28]


@pytest.mark.slow
def test_a_row_is_the_mean_over_random_images(broad: Networks, strokes: Digits) -> None:
    found = tuning.measure_tuning(broad, PATTERNS, constraint=standardized, seed=1)
    noise = found[found["kind"] == "noise"]
    assert noise["num_points"].isna().all()
    streams = [seeds.tuning_image(1, 0, number) for number in range(64)]
    images = [start_images.sample_one("noise", PATTERNS, stream) for stream in streams]
    restored = project_images(np.array(images, np.float32), standardized)
    values = excitation.measure(broad.responses, restored)
    np.testing.assert_allclose(noise["activation"], values.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(noise["silent_share"], (values == 0).mean(axis=0))
    assert "digits" not in set(found["kind"])
    with_digits = tuning.measure_tuning(
        broad, PATTERNS._replace(digits=strokes.train_images), constraint=standardized, seed=1
    )
    assert "digits" in set(with_digits["kind"])


@pytest.mark.slow
def test_another_seed_shows_other_images(broad: Networks) -> None:
    first, again, other = (
        tuning.measure_tuning(broad, PATTERNS, constraint=standardized, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert list(first.columns) == list(made_up_tuning().columns)
    assert not first["activation"].equals(other["activation"])
