"""In how many directions a mixture is fitted: as many as make unseen faces likelier."""

import numpy as np
import pytest

from latentmaps.vae.latent import latent_mixture
from latentmaps.vae.latent.latent_mixture import Components
from latentmaps.vae.network.encodings import Encodings

RANDOM = np.random.default_rng(11)


def corners(num_images: int, *, num_directions: int, latent_dim: int = 8) -> Encodings:
    """Gives means at -3 or +3 in each of some directions, near 0 in the others."""
    mean = RANDOM.normal(0.0, 0.1, (num_images, latent_dim))
    mean[:, :num_directions] += RANDOM.choice([-3.0, 3.0], (num_images, num_directions))
    return Encodings(mean, np.full_like(mean, np.log(0.25)))


def choose(encodings: Encodings, num_components: int) -> int:
    z = encodings.draw_z(seed=1)
    return latent_mixture.choose_num_mixed(encodings, z, num_components=num_components, seed=1)


def test_the_log_density_is_that_of_the_definition() -> None:
    root = RANDOM.normal(size=(2, 3, 3))
    covariances = root @ root.transpose(0, 2, 1) + np.eye(3)
    weights, means = np.array([0.3, 0.7]), RANDOM.normal(size=(2, 3))
    z = RANDOM.normal(size=(5, 3))

    def density(point: np.ndarray) -> float:
        offsets = point - means
        squared = [o @ np.linalg.inv(c) @ o for o, c in zip(offsets, covariances, strict=True)]
        volumes = np.sqrt((2.0 * np.pi) ** 3 * np.linalg.det(covariances))
        return float((weights * np.exp(-0.5 * np.array(squared)) / volumes).sum())

    found = Components(weights, means, covariances).log_density(z)
    np.testing.assert_allclose(found, np.log([density(point) for point in z]))


@pytest.mark.parametrize("num_directions", [1, 2])
def test_directions_with_clusters_are_mixed(num_directions: int) -> None:
    assert choose(corners(1000, num_directions=num_directions), 2**num_directions) == num_directions


def test_directions_without_clusters_are_not() -> None:
    normal = Encodings(RANDOM.normal(size=(1000, 8)), np.zeros((1000, 8)))
    assert choose(normal, 4) == 0


def test_equal_posteriors_have_no_direction() -> None:
    assert choose(Encodings(np.zeros((100, 8)), np.zeros((100, 8))), 4) == 0


@pytest.mark.parametrize(("num_images", "num_components"), [(9, 1), (10, 9)])
def test_too_few_faces_to_hold_some_out_give_one_gaussian(
    num_images: int, num_components: int
) -> None:
    some = corners(num_images, num_directions=1)
    assert choose(some, num_components) == 0
    fitted = latent_mixture.fit(some, num_components=num_components, seed=1)
    mean, covariance = some.moments()
    np.testing.assert_array_equal(fitted.weights, [1.0])
    np.testing.assert_array_equal(fitted.means, [mean])
    np.testing.assert_array_equal(fitted.covariances, [covariance])


def test_the_log_tells_in_how_many_directions(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        latent_mixture.fit(corners(1000, num_directions=1), num_components=2, seed=1)
        latent_mixture.fit(corners(9, num_directions=1), num_components=2, seed=1)
    assert "Fitted 2 Gaussians in 1 of 8 directions to the z-points of 1,000" in caplog.text
    assert "Fitted one Gaussian, since several describe other faces no better" in caplog.text
