from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.evaluation import latent
from latentmaps.models.encodings import Encodings, draw_prior

RANDOM = np.random.default_rng(5)


def encodings(num_images: int = 50, latent_dim: int = 4) -> Encodings:
    return Encodings(
        RANDOM.normal(1.0, 2.0, (num_images, latent_dim)),
        RANDOM.normal(-1.0, 0.5, (num_images, latent_dim)),
    )


def test_kl_of_the_prior_is_zero_and_of_a_shift_is_half_its_square() -> None:
    zeros = np.zeros((3, 2))
    np.testing.assert_array_equal(Encodings(zeros, zeros).kl_per_dimension(), 0.0)
    shifted = Encodings(zeros + np.array([3.0, 0.0]), zeros)
    np.testing.assert_allclose(shifted.kl_per_dimension(), [4.5, 0.0])


def test_a_dimension_counts_as_active_when_its_mean_varies() -> None:
    mean = np.stack([RANDOM.normal(size=100), np.full(100, 7.0)], axis=1)
    numbers = latent.evaluate(Encodings(mean, np.zeros_like(mean)), active_variance=0.01, seed=1)
    assert numbers["active_units"] == 1


def test_z_from_the_prior_is_as_near_as_the_floor_and_another_one_is_not() -> None:
    zeros = np.zeros((300, 4))
    near = latent.evaluate(Encodings(zeros, zeros), active_variance=0.01, seed=1)
    far = latent.evaluate(Encodings(zeros + 2.0, zeros), active_variance=0.01, seed=1)
    assert abs(near["mmd_prior"]) < 0.02
    assert near["mmd_floor"] == far["mmd_floor"]
    assert far["mmd_prior"] > 10.0 * abs(near["mmd_floor"])


def test_a_z_does_not_depend_on_the_other_images() -> None:
    some = encodings(num_images=9)
    rest = Encodings(some.z_mean[4:], some.z_log_var[4:])
    np.testing.assert_array_equal(some.draw_z(seed=1)[4:], rest.draw_z(seed=1, first=4))


def test_the_radius_of_the_prior_is_the_mean_of_chi() -> None:
    assert latent.prior_radius(1) == pytest.approx(np.sqrt(2.0 / np.pi))
    assert latent.prior_radius(256) == pytest.approx(16.0, abs=0.02)
    drawn = latent.radii(draw_prior(4000, 8, seed=1)).mean()
    assert drawn == pytest.approx(latent.prior_radius(8), rel=0.02)


def test_a_point_of_the_prior_does_not_depend_on_how_many_are_drawn() -> None:
    few, many = (draw_prior(count, 6, seed=2) for count in (3, 10))
    np.testing.assert_array_equal(few, many[:3])
    assert np.any(draw_prior(3, 6, seed=3) != few)


def test_the_aggregate_posterior_has_the_moments_of_points_drawn_from_the_posteriors() -> None:
    some = encodings(num_images=20_000, latent_dim=3)
    gaussian = latent.AggregatePosterior.fit(some)
    z = some.draw_z(seed=1)
    np.testing.assert_allclose(gaussian.mean, z.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(gaussian.covariance, np.cov(z.T), atol=0.15)


def test_points_of_the_prior_become_points_of_the_aggregate_posterior() -> None:
    gaussian = latent.AggregatePosterior.fit(encodings(latent_dim=3))
    z = gaussian.transform(draw_prior(50_000, 3, seed=1))
    np.testing.assert_allclose(z.mean(axis=0), gaussian.mean, atol=0.05)
    np.testing.assert_allclose(np.cov(z.T), gaussian.covariance, atol=0.1)


def test_a_pair_is_two_different_images() -> None:
    assert all(set(pair) == {0, 1} for pair in latent.draw_pairs(2, 10, seed=1))
    few, many = (latent.draw_pairs(9, count, seed=1) for count in (3, 5))
    np.testing.assert_array_equal(few, many[:3])
    with pytest.raises(DataError, match="num_test: found 1, expected 2 or more"):
        latent.draw_pairs(1, 1, seed=1)


def test_encodings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    train, test = encodings(), encodings(num_images=7)
    latent.save(tmp_path, train=train, test=test)
    loaded = latent.load_encodings(tmp_path, "test")
    np.testing.assert_array_equal(loaded.z_mean, test.z_mean)
    np.testing.assert_array_equal(loaded.z_log_var, test.z_log_var)
    expected = latent.AggregatePosterior.fit(train).covariance
    np.testing.assert_array_equal(latent.load_aggregate_posterior(tmp_path).covariance, expected)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut", b"text"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "test.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"test\.npz: .*run evaluate_vae again"):
        latent.load_encodings(tmp_path, "test")
