import keras
import numpy as np

from latentmaps.models.layers import FusedBatchNormalization, Sampling

RANDOM = np.random.default_rng(2)


def test_fused_batch_normalisation_does_what_keras_does() -> None:
    ours, theirs = FusedBatchNormalization(), keras.layers.BatchNormalization()
    for _ in range(3):
        maps = RANDOM.normal(2.0, 3.0, (8, 5, 5, 4)).astype(np.float32)
        expected = theirs(maps, training=True)
        np.testing.assert_allclose(ours(maps, training=True), expected, atol=1e-5)
    for mine, reference in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine.numpy(), reference.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(maps), theirs(maps), atol=1e-5)


def test_fused_batch_normalisation_leaves_its_statistics_alone_in_inference() -> None:
    layer = FusedBatchNormalization()
    layer(np.full((2, 3, 3, 1), 7.0, np.float32), training=False)
    assert layer.moving_mean.numpy() == [0.0]
    assert layer.moving_variance.numpy() == [1.0]


def test_z_has_the_mean_and_the_variance_of_the_posterior() -> None:
    mean = np.full((40_000, 2), [1.5, -2.0], np.float32)
    log_var = np.full((40_000, 2), np.log([4.0, 0.25]), np.float32)
    z = Sampling(seed=3)(mean, log_var).numpy()
    np.testing.assert_allclose(z.mean(axis=0), [1.5, -2.0], atol=0.05)
    np.testing.assert_allclose(z.var(axis=0), [4.0, 0.25], rtol=0.05)


def test_the_seed_decides_z() -> None:
    zeros = np.zeros((2, 3), np.float32)
    first, same, other = (Sampling(seed=seed)(zeros, zeros).numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, same)
    assert np.any(first != other)


def test_every_call_draws_anew() -> None:
    zeros, layer = np.zeros((2, 3), np.float32), Sampling(seed=3)
    assert np.any(layer(zeros, zeros).numpy() != layer(zeros, zeros).numpy())
