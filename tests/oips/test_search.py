import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from latentmaps.data.digits import Digits
from latentmaps.models import cnn
from latentmaps.oips import excitation, search
from latentmaps.oips.search import Oips, Settings

SETTINGS = Settings(
    num_starts=2, length_scales=(7, 28), num_steps=10, step_size=0.05, seed=4, jit_compile=False
)


@pytest.fixture
def fates(three_fates: keras.Model) -> keras.Model:
    return excitation.excitation_model(three_fates, "Conv2D_1")


def test_a_real_digit_saves_a_map_that_noise_leaves_silent(
    fates: keras.Model, dots: Digits
) -> None:
    oips = search.find_oips(fates, dots, SETTINGS)
    assert oips.silent.tolist() == [[False, False, False], [True, True, False], [True, True, True]]
    assert (oips.activations > 0).tolist() == (~oips.silent).tolist()
    assert oips.winners[1] == 2
    np.testing.assert_allclose(
        oips.starts[1], cnn.standardise(dots.train_images[:1])[0, :, :, 0], rtol=1e-6
    )


def test_a_test_digit_stands_in_where_no_training_digit_excites_the_map(
    fates: keras.Model, dots: Digits
) -> None:
    black = dataclasses.replace(dots, train_images=np.zeros_like(dots.train_images))
    oips = search.find_oips(fates, black, SETTINGS)
    np.testing.assert_allclose(
        oips.starts[1], cnn.standardise(dots.test_images[:1])[0, :, :, 0], rtol=1e-6
    )


def test_the_best_end_is_kept(fates: keras.Model, dots: Digits) -> None:
    oips = search.find_oips(fates, dots, SETTINGS)
    activations = fates.predict(oips.images[..., None], verbose=0)
    np.testing.assert_allclose(np.diag(activations), oips.activations.max(axis=1), rtol=1e-5)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    fates: keras.Model, dots: Digits, tmp_path: Path
) -> None:
    contents = []
    for name, seed in (("first", 4), ("again", 4), ("other", 5)):
        settings = dataclasses.replace(SETTINGS, seed=seed)
        search.save(search.find_oips(fates, dots, settings), tmp_path / f"{name}.npz")
        contents.append((tmp_path / f"{name}.npz").read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_a_curve_is_flat_when_each_of_its_last_four_steps_is() -> None:
    rising = np.array([1, 2, 3, 4, 5, 6.0])
    flat = np.array([1, 5, 5, 5, 5, 5.001])
    flat_once_too_few = np.array([1, 4, 5, 5, 5, 5])
    silent = np.zeros(6)
    curves = np.array([rising, flat, flat_once_too_few, silent], np.float32)
    assert search._is_flat(curves).tolist() == [False, True, False, False]


def test_the_file_holds_the_best_ends(tmp_path: Path) -> None:
    oips = Oips(
        images=np.ones((2, 28, 28), np.float32),
        starts=np.zeros((2, 28, 28), np.float32),
        activations=np.array([[1, 3, 2], [0, 0, 0]], np.float32),
        silent=np.zeros((2, 3), bool),
        converged=np.zeros(2, bool),
    )
    search.save(oips, tmp_path / "Conv2D_1.npz")
    with np.load(tmp_path / "Conv2D_1.npz", allow_pickle=False) as content:
        assert sorted(content) == ["activations", "images", "starts"]
        assert content["activations"].tolist() == [3, 0]
        np.testing.assert_array_equal(content["images"], oips.images)
