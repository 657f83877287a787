"""Windows follow the encodings only as closely as makes unseen faces more likely."""

import numpy as np
import pytest

from latentmaps.vae.latent import parzen_windows
from latentmaps.vae.latent.parzen_windows import Windows
from latentmaps.vae.network.encodings import Encodings

RANDOM = np.random.default_rng(11)


def corners(num_images: int, latent_dim: int = 8) -> Encodings:
    """Return posteriors with means at -3 or +3 in each of two directions, near 0 in the others."""
    mean = RANDOM.normal(0.0, 0.1, (num_images, latent_dim))
    mean[:, :2] += RANDOM.choice([-3.0, 3.0], (num_images, 2))
    return Encodings(mean, RANDOM.normal(np.log(0.25), 0.1, mean.shape))


def test_the_log_density_is_that_of_the_definition() -> None:
    root = RANDOM.normal(size=(3, 3))
    centers, covariance = RANDOM.normal(7.0, 2.0, (4, 3)), root @ root.T + np.eye(3)
    z = RANDOM.normal(7.0, 2.0, (1203, 3))  # three blocks
    offsets = z[:, None] - centers
    squared = np.einsum("nki,ij,nkj->nk", offsets, np.linalg.inv(covariance), offsets)
    volume = np.sqrt((2.0 * np.pi) ** 3 * np.linalg.det(covariance))
    expected = np.log((np.exp(-0.5 * squared) / volume).mean(axis=1))
    found = Windows(centers, covariance).log_density(z)
    np.testing.assert_allclose(found, expected)


def test_a_density_far_below_the_smallest_number_has_a_logarithm() -> None:
    found = Windows(np.zeros((2, 1)), np.eye(1)).log_density(np.array([[100.0]]))
    np.testing.assert_allclose(found, -5000.0 - 0.5 * np.log(2.0 * np.pi))


@pytest.mark.parametrize("pull", [0.0, 0.3, 0.9, 1.0])
def test_every_pull_keeps_the_moments(pull: float) -> None:
    some = corners(500)
    windows = parzen_windows.place(some, pull)
    mean, covariance = some.moments()
    between = np.cov(windows.centers.T, bias=True) if pull else 0.0
    np.testing.assert_allclose(windows.centers.mean(axis=0), mean, atol=1e-12)
    np.testing.assert_allclose(windows.covariance + between, covariance, atol=1e-12)


def test_the_ends_are_the_gaussian_and_the_posteriors() -> None:
    some = corners(500)
    mean, covariance = some.moments()
    gaussian, posteriors = (parzen_windows.place(some, pull) for pull in (0.0, 1.0))
    np.testing.assert_array_equal(gaussian.centers, [mean])
    np.testing.assert_array_equal(gaussian.covariance, covariance)
    np.testing.assert_allclose(posteriors.centers, some.z_mean, atol=1e-12)
    np.testing.assert_allclose(posteriors.covariance, np.diag(some.variances_within()))


def test_clusters_pull_as_far_as_is_allowed() -> None:
    assert parzen_windows.choose_pull(corners(1000), seed=1) == 0.9


@pytest.mark.slow
def test_no_window_is_as_narrow_as_the_posteriors() -> None:
    narrow = corners(1000)
    narrow = Encodings(narrow.z_mean, np.full_like(narrow.z_mean, -20.0))
    windows = parzen_windows.fit(narrow, seed=1)
    variances = narrow.moments()[1].diagonal()
    assert np.all(windows.covariance.diagonal() > 0.18 * variances)


def test_means_of_one_gaussian_do_not_pull() -> None:
    normal = Encodings(RANDOM.normal(size=(1000, 8)), np.zeros((1000, 8)))
    assert parzen_windows.choose_pull(normal, seed=1) == 0.0


@pytest.mark.parametrize("spread", [0.0, 0.01])
def test_no_window_memorizes_a_face_if_the_posteriors_collapse(spread: float) -> None:
    def collapsed(num_images: int) -> Encodings:
        mean = RANDOM.normal(0.0, spread, (num_images, 64))
        return Encodings(mean, np.zeros_like(mean))

    train, unseen = collapsed(400), collapsed(400).sample_z(seed=2)
    found = parzen_windows.fit(train, seed=1).log_density(unseen).mean()
    gaussian = parzen_windows.place(train, 0.0).log_density(unseen).mean()
    assert found == pytest.approx(gaussian, abs=0.01)


@pytest.mark.slow
def test_unseen_points_of_clusters_are_likelier_in_windows() -> None:
    train, unseen = corners(1000), corners(1000).sample_z(seed=2)
    windows, gaussian = parzen_windows.fit(train, seed=1), parzen_windows.place(train, 0.0)
    gain = windows.log_density(unseen).mean() - gaussian.log_density(unseen).mean()
    # in each of two directions: clusters at 3 instead of one Gaussian; windows at 0.9 times 3 with
    # the rest of the variance, 0.19 times 9; half of them are on the other side
    variance = 0.25 + 0.1**2
    of_window = variance + 0.19 * 9.0
    narrower = 0.5 * np.log((variance + 9.0) / of_window)
    nearer = 0.5 - 0.5 * (variance + 0.3**2) / of_window
    assert gain == pytest.approx(2.0 * (narrower + nearer - np.log(2.0)), abs=0.05)


@pytest.mark.parametrize("num_images", [1, 2, 9])
def test_too_few_faces_to_hold_some_out_give_the_gaussian(num_images: int) -> None:
    some = corners(num_images)
    windows = parzen_windows.fit(some, seed=1)
    mean, covariance = some.moments()
    np.testing.assert_array_equal(windows.centers, [mean])
    np.testing.assert_array_equal(windows.covariance, covariance)


def test_the_file_is_no_larger_than_that_of_the_means() -> None:
    some = corners(1000)
    small = Encodings(some.z_mean.astype(np.float32), some.z_log_var.astype(np.float32))
    windows = parzen_windows.fit(small, seed=1)
    assert windows.centers.nbytes == small.z_mean.nbytes


def test_the_log_names_the_pull(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        parzen_windows.fit(corners(1000), seed=1)
        parzen_windows.fit(corners(9), seed=1)
    assert "Fitted windows with a pull of 0.9 to the encodings of 1,000 faces" in caplog.text
    assert "Fitted one Gaussian, since windows describe held-out faces no better" in caplog.text
