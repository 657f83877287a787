import numpy as np
import pytest
import tensorflow as tf

from latentmaps.vae.training import losses

RANDOM = np.random.default_rng(1)


def test_bce_is_the_sum_over_pixels_and_the_mean_over_channels() -> None:
    pixels = RANDOM.random((4, 5, 6, 3)).astype(np.float32)
    logits = RANDOM.normal(0.0, 3.0, (4, 5, 6, 3)).astype(np.float32)
    share = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
    nats = -pixels * np.log(share) - (1.0 - pixels) * np.log(1.0 - share)
    expected = nats.mean(axis=3).sum(axis=(1, 2))
    np.testing.assert_allclose(losses.bce_from_logits(pixels, logits), expected, rtol=1e-5)


def test_bce_of_an_uninformed_reconstruction_is_ln_2_a_pixel() -> None:
    pixels = RANDOM.random((1, 96, 96, 3)).astype(np.float32)
    loss = losses.bce_from_logits(pixels, np.zeros_like(pixels))
    np.testing.assert_allclose(loss, [96 * 96 * np.log(2.0)], rtol=1e-5)


def test_bce_stays_finite_where_the_logistic_function_saturates() -> None:
    pixels = np.array([1.0, 0.0], np.float32).reshape((2, 1, 1, 1))
    logits = np.array([-200.0, 200.0], np.float32).reshape((2, 1, 1, 1))
    np.testing.assert_allclose(losses.bce_from_logits(pixels, logits), [200.0, 200.0])


def test_kl_is_zero_for_the_prior_itself() -> None:
    np.testing.assert_array_equal(losses.kl_divergence(np.zeros((2, 3)), np.zeros((2, 3))), 0.0)


def test_kl_agrees_with_an_integral_over_z() -> None:
    mean, log_var = 0.7, -0.9
    z = np.linspace(-12.0, 12.0, 200_001)
    sigma = np.exp(0.5 * log_var)
    log_q = -0.5 * ((z - mean) / sigma) ** 2 - np.log(sigma)
    log_p = -0.5 * z**2
    density = np.exp(log_q) / np.sqrt(2.0 * np.pi)
    expected = np.sum(density * (log_q - log_p)) * (z[1] - z[0])
    kl = losses.kl_divergence(np.array([[mean]]), np.array([[log_var]]))
    assert float(kl[0, 0]) == pytest.approx(expected, rel=1e-6)


def test_beta_is_three_times_fact_for_three_channels() -> None:
    assert losses.beta_equivalent("bce", 5.0, num_channels=3) == 15.0
    assert losses.beta_equivalent("bce", 5.0, num_channels=1) == 5.0
    assert losses.beta_equivalent("mse", 0.02, num_channels=3) == pytest.approx(0.03)


def test_squared_error_is_the_sum_over_pixels_and_the_mean_over_channels() -> None:
    pixels = RANDOM.random((4, 5, 6, 3)).astype(np.float32)
    logits = RANDOM.normal(0.0, 3.0, (4, 5, 6, 3)).astype(np.float32)
    expected = ((pixels - 1.0 / (1.0 + np.exp(-logits))) ** 2).mean(axis=3).sum(axis=(1, 2))
    np.testing.assert_allclose(losses.squared_error(pixels, logits), expected, rtol=1e-5)


def test_the_gaussian_likelihood_is_that_of_a_density() -> None:
    values = np.linspace(-3.0, 4.0, 20_001, dtype=np.float32).reshape((-1, 1, 1, 1))
    nll = losses.gaussian_nll(values, np.zeros_like(values), np.float32(np.log(0.2)))
    density = np.exp(-np.asarray(nll, np.float64))
    assert density.sum() * (7.0 / 20_000) == pytest.approx(1.0, rel=1e-4)
    assert float(values[density.argmax(), 0, 0, 0]) == pytest.approx(0.5, abs=1e-3)


def test_the_elbo_of_a_gaussian_is_at_a_third() -> None:
    assert losses.beta_equivalent("gaussian", 1 / 3, num_channels=3) == pytest.approx(1.0)


def test_mse_in_nats_is_a_gaussian_of_unit_variance() -> None:
    pixels = RANDOM.random((2, 4, 4, 3)).astype(np.float32)
    logits = RANDOM.normal(size=(2, 4, 4, 3)).astype(np.float32)
    mse = float(np.mean(losses.squared_error(pixels, logits)))
    nll = float(np.mean(losses.gaussian_nll(pixels, logits, np.float32(0.0))))
    expected = losses.nats_per_dim("gaussian", nll, num_pixels=16)
    assert losses.nats_per_dim("mse", mse, num_pixels=16) == pytest.approx(expected, rel=1e-5)


def test_floors_are_the_entropy_and_that_of_256_levels() -> None:
    assert losses.floor_per_dim("bce", 0.5) == 0.5
    assert losses.floor_per_dim("gaussian", 0.5) == pytest.approx(-np.log(256.0))


def test_the_gradient_of_bce_is_that_of_tensorflow() -> None:
    pixels = tf.constant(RANDOM.random((4, 5, 6, 3)).astype(np.float32))
    logits = tf.constant(RANDOM.normal(0.0, 5.0, (4, 5, 6, 3)).astype(np.float32))
    weights = tf.constant(RANDOM.random(4).astype(np.float32))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([pixels, logits])
        ours = tf.reduce_sum(weights * losses.bce_from_logits(pixels, logits))
        nats = tf.nn.sigmoid_cross_entropy_with_logits(labels=pixels, logits=logits)
        theirs = tf.reduce_sum(weights * tf.reduce_sum(nats, axis=(1, 2, 3)) / 3.0)
    for source in (pixels, logits):
        mine, expected = tape.gradient(ours, source), tape.gradient(theirs, source)
        np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-6)
