import numpy as np
import pytest

from latentmaps.models import losses

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
    assert losses.beta_equivalent(5.0, num_channels=3) == 15.0
    assert losses.beta_equivalent(5.0, num_channels=1) == 5.0
