import numpy as np
import pytest

from latentmaps.vae.training import kl_terms


def test_kl_is_zero_for_the_prior_itself() -> None:
    np.testing.assert_array_equal(kl_terms.kl_divergence(np.zeros((2, 3)), np.zeros((2, 3))), 0.0)


def test_kl_agrees_with_an_integral_over_z() -> None:
    mean, log_var = 0.7, -0.9
    z = np.linspace(-12.0, 12.0, 200_001)
    sigma = np.exp(0.5 * log_var)
    log_q = -0.5 * ((z - mean) / sigma) ** 2 - np.log(sigma)
    log_p = -0.5 * z**2
    density = np.exp(log_q) / np.sqrt(2.0 * np.pi)
    expected = np.sum(density * (log_q - log_p)) * (z[1] - z[0])
    kl = kl_terms.kl_divergence(np.array([[mean]]), np.array([[log_var]]))
    assert float(kl[0, 0]) == pytest.approx(expected, rel=1e-6)


def test_the_parts_of_the_kl_add_up() -> None:
    mean, log_var = np.random.default_rng(2).normal(size=(2, 3, 4)).astype(np.float32)
    parts = kl_terms.kl_of_means(mean) + kl_terms.kl_of_variances(log_var)
    np.testing.assert_allclose(parts, kl_terms.kl_divergence(mean, log_var), rtol=1e-6)
