from typing import get_args, get_type_hints

import numpy as np
import pytest
import tensorflow as tf

from latentmaps.params.train_vae import TrainVae
from latentmaps.vae.network import corruption

SEED = tf.constant([1, 2])


def pixels(num_channels: int = 3) -> np.ndarray:
    return np.random.default_rng(1).random((6, 20, 20, num_channels)).astype(np.float32)


def corrupt(
    images: np.ndarray, kind: str, level: float = 0.25, seed: tf.Tensor = SEED
) -> np.ndarray:
    return np.asarray(corruption.corrupt(tf.constant(images), kind, level=level, seed=seed))


def test_none_changes_nothing() -> None:
    np.testing.assert_array_equal(corrupt(pixels(), "none"), pixels())


def test_noise_has_its_standard_deviation_and_stays_in_range() -> None:
    flat = np.full((6, 20, 20, 3), 0.5, np.float32)
    corrupted = corrupt(flat, "noise", level=0.1)
    assert (corrupted - flat).std() == pytest.approx(0.1, rel=0.05)
    loud = corrupt(pixels(), "noise", level=1.0)
    assert loud.min() == 0.0
    assert loud.max() == 1.0


def test_gray_is_the_luminance_in_every_channel() -> None:
    corrupted = corrupt(pixels(), "gray")
    expected = pixels() @ np.array([0.299, 0.587, 0.114])
    for channel in range(3):
        np.testing.assert_allclose(corrupted[..., channel], expected, rtol=1e-5)
    np.testing.assert_array_equal(corrupt(pixels(1), "gray"), pixels(1))


def test_a_mask_hides_one_square_in_each_image() -> None:
    hidden = corrupt(pixels(), "mask", level=0.25) == 0.5
    corners = set()
    for image in hidden.all(axis=-1):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert np.ptp(rows) == np.ptp(columns) == 4
        assert image.sum() == 25
        corners.add((rows[0], columns[0]))
    assert len(corners) > 1


def test_a_mask_as_large_as_the_image_hides_all_of_it() -> None:
    np.testing.assert_array_equal(corrupt(pixels(), "mask", level=1.0), 0.5)


@pytest.mark.parametrize("kind", ["noise", "mask"])
def test_the_seed_determines_the_corruption(kind: str) -> None:
    np.testing.assert_array_equal(corrupt(pixels(), kind), corrupt(pixels(), kind))
    assert np.any(corrupt(pixels(), kind) != corrupt(pixels(), kind, seed=tf.constant([1, 3])))


def test_params_accept_every_corruption_and_no_other() -> None:
    assert get_args(get_type_hints(TrainVae)["corruption"]) == tuple(corruption.CORRUPTIONS)


def test_an_unknown_corruption_is_an_error() -> None:
    with pytest.raises(KeyError, match="rain"):
        corrupt(pixels(), "rain")
