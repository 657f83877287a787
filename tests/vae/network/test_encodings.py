import numpy as np
import pytest

from latentmaps.vae.network import encodings
from latentmaps.vae.network.encodings import Encodings, sample_choices, sample_prior

RANDOM = np.random.default_rng(5)


def test_kl_of_the_prior_is_zero_and_of_a_shift_is_half_its_square() -> None:
    zeros = np.zeros((3, 2))
    np.testing.assert_array_equal(Encodings(zeros, zeros).kl_per_dimension(), 0.0)
    shifted = Encodings(zeros + np.array([3.0, 0.0]), zeros)
    np.testing.assert_allclose(shifted.kl_per_dimension(), [4.5, 0.0])


def test_a_z_does_not_depend_on_the_other_images() -> None:
    some = Encodings(RANDOM.normal(size=(9, 4)), RANDOM.normal(size=(9, 4)))
    rest = Encodings(some.z_mean[4:], some.z_log_var[4:])
    np.testing.assert_array_equal(some.sample_z(seed=1)[4:], rest.sample_z(seed=1, first=4))


@pytest.mark.slow
def test_a_z_has_the_moments_of_its_posterior() -> None:
    mean, log_var = np.full((20_000, 1), 3.0), np.full((20_000, 1), np.log(4.0))
    z = Encodings(mean, log_var).sample_z(seed=1)
    np.testing.assert_allclose([z.mean(), z.std()], [3.0, 2.0], atol=0.05)


def test_a_point_of_the_prior_does_not_depend_on_the_number_of_points() -> None:
    few, many = (sample_prior(count, 6, seed=2) for count in (3, 10))
    np.testing.assert_array_equal(few, many[:3])
    np.testing.assert_array_equal(sample_prior(4, 6, seed=2, first=6), many[6:])
    assert np.any(sample_prior(3, 6, seed=3) != few)


def test_a_choice_does_not_depend_on_the_number_of_choices() -> None:
    many = sample_choices(2000, seed=2)
    np.testing.assert_array_equal(sample_choices(5, seed=2, first=3), many[3:8])
    np.testing.assert_allclose(
        np.quantile(many, [0.0, 0.25, 0.5, 1.0]), [0, 0.25, 0.5, 1], atol=0.05
    )


def test_a_dimension_is_used_if_its_kl_exceeds_the_limit() -> None:
    kl_nats = np.array([2.0, 0.1, 0.11, 0.0])
    assert encodings.count_used(kl_nats) == 2


@pytest.mark.parametrize(
    ("kl_nats", "expected"),
    [([1.0, 8.0, 1.0], 2), ([9.0, 1.0], 1), ([1.0] * 10, 9), ([0.0, 0.0], 0)],
)
def test_the_fewest_dimensions_hold_most_of_the_kl(kl_nats: list[float], expected: int) -> None:
    assert encodings.count_for_share(np.array(kl_nats), 0.9) == expected
