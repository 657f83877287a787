import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.evaluation import latent
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.network.encodings import Encodings, sample_prior

RANDOM = np.random.default_rng(5)


def evaluate(mean: np.ndarray, log_var: float = 0.0) -> dict[str, float]:
    encodings = Encodings(mean, np.full_like(mean, log_var))
    return latent.evaluate(encodings, latent_geometry.describe_dimensions(encodings), seed=1)


def test_a_dimension_counts_as_active_when_its_mean_varies() -> None:
    mean = np.stack([RANDOM.normal(size=100), np.full(100, 7.0)], axis=1)
    assert evaluate(mean)["active_units"] == 1


@pytest.mark.slow
def test_dimensions_in_use_have_kl_where_all_means_vary() -> None:
    # KL of a mean with variance v and a posterior variance of 1: v / 2
    mean = np.stack([scale * RANDOM.normal(size=2000) for scale in (2.0, 1.0, 0.2, 0.2)], axis=1)
    numbers = evaluate(mean)
    assert numbers["num_dimensions_used"] == 2
    assert numbers["num_dimensions_90"] == 2
    assert numbers["active_units"] == 4


def test_the_kl_of_means_and_of_variances_add_up() -> None:
    mean = np.array([[3.0, 4.0], [1.0, 0.0]])
    numbers = evaluate(mean, log_var=np.log(0.5))
    # half the mean square of the radius; two dimensions of (0.5 - ln 0.5 - 1) / 2
    assert numbers["kl_nats_of_means"] == pytest.approx((25.0 + 1.0) / 4.0)
    assert numbers["kl_nats_of_variances"] == pytest.approx(np.log(2.0) - 0.5)
    assert numbers["kl_nats"] == pytest.approx(6.0 + np.log(2.0))


def test_z_from_the_prior_is_as_near_as_the_floor_and_another_one_is_not() -> None:
    near, far = evaluate(np.zeros((300, 4))), evaluate(np.full((300, 4), 2.0))
    assert abs(near["mmd_prior"]) < 0.02
    assert near["mmd_floor"] == far["mmd_floor"]
    assert far["mmd_prior"] > 10.0 * abs(near["mmd_floor"])


def test_a_posterior_that_is_the_prior_has_its_moments() -> None:
    numbers = evaluate(np.zeros((10, 4)))
    moments = [numbers[f"z_{name}"] for name in ("mean_rms", "std_mean", "std_min", "std_max")]
    assert moments == [0.0, 1.0, 1.0, 1.0]
    assert numbers["kl_nats"] == 0.0


def test_the_radii_of_sharp_posteriors_are_those_of_their_means() -> None:
    # a variance of exp(-60): z is the mean; 3-4-5, and 6-8-10 twice
    mean = np.array([[3.0, 4.0], [-6.0, 8.0], [8.0, -6.0]])
    numbers = evaluate(mean, log_var=-60.0)
    assert numbers["radius_mean"] == pytest.approx(25.0 / 3.0)
    assert numbers["radius_std"] == pytest.approx(np.sqrt((25 + 100 + 100) / 3 - (25 / 3) ** 2))
    assert numbers["radius_prior"] == pytest.approx(np.sqrt(np.pi / 2.0))


def test_the_dimensions_have_mean_and_spread_of_their_z_points() -> None:
    mean = np.array([[1.0, 3.0], [5.0, 3.0]])
    log_var = np.log(np.array([[5.0, 0.25], [5.0, 0.25]]))
    table = latent_geometry.describe_dimensions(Encodings(mean, log_var))
    assert list(table["dimension"]) == [0, 1]
    np.testing.assert_allclose(table["mean"], [3.0, 3.0])
    np.testing.assert_allclose(table["std"], [3.0, 0.5])  # sqrt(4 + 5), sqrt(0 + 0.25)
    np.testing.assert_allclose(table["mean_variance"], [4.0, 0.0])
    expected = 0.5 * (13.0 + 5.0 - np.log(5.0) - 1.0)
    np.testing.assert_allclose(table["kl_nats"][0], expected)


def test_the_radius_of_the_prior_is_the_mean_of_chi() -> None:
    assert latent_geometry.prior_radius(1) == pytest.approx(np.sqrt(2.0 / np.pi))
    assert latent_geometry.prior_radius(256) == pytest.approx(16.0, abs=0.02)
    sampled = latent_geometry.radii(sample_prior(4000, 8, seed=1)).mean()
    assert sampled == pytest.approx(latent_geometry.prior_radius(8), rel=0.02)


def test_a_pair_is_two_different_images() -> None:
    assert all(set(pair) == {0, 1} for pair in latent_geometry.sample_pairs(2, 10, seed=1))
    few, many = (latent_geometry.sample_pairs(9, count, seed=1) for count in (3, 5))
    np.testing.assert_array_equal(few, many[:3])
    with pytest.raises(DataError, match="num_test: found 1, expected 2 or more"):
        latent_geometry.sample_pairs(1, 1, seed=1)
