import ast
import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.samplers import Gaussian, Parzen, Prior, Sampler
from latentmaps.vae.network.encodings import Encodings

RANDOM = np.random.default_rng(5)


def encodings(num_images: int = 400, latent_dim: int = 3) -> Encodings:
    return Encodings(
        RANDOM.normal(1.0, 2.0, (num_images, latent_dim)),
        RANDOM.normal(-1.0, 0.5, (num_images, latent_dim)),
    )


def two_clusters(latent_dim: int) -> Encodings:
    """Means at -4 and +4 in the first dimension, near 0 in the others; one quarter on the left."""
    mean = RANDOM.normal(0.0, 0.05, (2000, latent_dim))
    mean[:, 0] += np.where(np.arange(2000) % 4 == 0, -4.0, 4.0)
    return Encodings(mean, np.full_like(mean, np.log(0.25)))


def sample(sampler: Sampler, num_points: int, latent_dim: int = 3, **changes: float) -> np.ndarray:
    return samplers.sample(sampler, num_points, latent_dim, seed=1, **changes)  # type: ignore[arg-type]


def gaussian_of(some: Encodings) -> Gaussian:
    return Gaussian.fit(some, seed=1)


@pytest.mark.slow
def test_the_gaussian_has_the_moments_of_points_sampled_from_the_posteriors() -> None:
    some = encodings(num_images=20_000)
    gaussian = gaussian_of(some)
    z = some.sample_z(seed=1)
    np.testing.assert_allclose(gaussian.mean, z.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(gaussian.covariance, np.cov(z.T), atol=0.15)


@pytest.mark.slow
def test_points_of_the_gaussian_have_its_moments() -> None:
    gaussian = gaussian_of(encodings())
    z = sample(gaussian, 20_000)
    np.testing.assert_allclose(z.mean(axis=0), gaussian.mean, atol=0.05)
    np.testing.assert_allclose(np.cov(z.T), gaussian.covariance, atol=0.15)


@pytest.mark.slow
def test_points_of_the_windows_have_its_moments_too() -> None:
    clusters = two_clusters(3)
    parzen, gaussian = Parzen.fit(clusters, seed=1), gaussian_of(clusters)
    z = sample(parzen, 20_000)
    assert len(parzen.centers) == 2000
    np.testing.assert_allclose(z.mean(axis=0), gaussian.mean, atol=0.08)
    np.testing.assert_allclose(np.cov(z.T), gaussian.covariance, atol=0.2)


@pytest.mark.slow
def test_the_windows_find_two_clusters_that_one_gaussian_bridges() -> None:
    clusters = two_clusters(6)
    first = sample(Parzen.fit(clusters, seed=1), 4000, 6)[:, 0]
    bridge = (sample(gaussian_of(clusters), 4000, 6)[:, 0], first)
    of_gaussian, of_windows = ((np.abs(found) < 0.5).mean() for found in bridge)
    assert of_windows < 0.3 * of_gaussian
    assert (first < 0).mean() == pytest.approx(0.25, abs=0.04)


def test_each_point_comes_from_the_window_of_its_choice() -> None:
    parzen = Parzen(np.array([[0.0], [10.0], [20.0], [30.0]]), 1e-6 * np.eye(1))
    choices = np.array([0.0, 0.2499, 0.25, 0.51, 0.75, np.nextafter(1.0, 0.0)])
    z = parzen.place(np.zeros((6, 1)), choices)
    np.testing.assert_allclose(z[:, 0], [0.0, 0.0, 10.0, 20.0, 30.0, 30.0], atol=1e-6)


@pytest.mark.slow
def test_a_face_comes_from_the_same_training_face_for_every_network() -> None:
    # encodings of another network have other axes
    clusters = two_clusters(6)
    rotation = np.linalg.qr(RANDOM.normal(size=(6, 6)))[0]
    other = Encodings(clusters.z_mean @ rotation, clusters.z_log_var)
    origins = []
    for some in (clusters, other):
        parzen = Parzen.fit(some, seed=1)
        # almost a single point per window
        z = sample(dataclasses.replace(parzen, covariance=1e-12 * np.eye(6)), 30, 6)
        origins.append(np.linalg.norm(z[:, None] - parzen.centers, axis=-1).argmin(axis=1))
    np.testing.assert_array_equal(*origins)
    assert len(set(origins[0])) > 25


def test_a_single_window_is_the_gaussian() -> None:
    few = encodings(num_images=9)
    parzen, gaussian = Parzen.fit(few, seed=1), gaussian_of(few)
    np.testing.assert_array_equal(sample(parzen, 5), sample(gaussian, 5))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_windows_to_the_last_bit() -> None:
    some = two_clusters(6)
    first, second = (Parzen.fit(some, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.centers, second.centers)
    np.testing.assert_array_equal(first.covariance, second.covariance)


@pytest.mark.slow
@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_a_point_does_not_depend_on_how_many_are_sampled(name: str) -> None:
    sampler = samplers.fit_all(two_clusters(3), seed=1)[name]
    many = sample(sampler, 20)
    np.testing.assert_allclose(sample(sampler, 5, first=7), many[7:12], rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_temperature_scales_the_distance_from_the_mean(name: str) -> None:
    sampler = samplers.fit_all(two_clusters(3), seed=1)[name]
    warm, cool, mean = (sample(sampler, 50, temperature=t) for t in (1.0, 0.5, 0.0))
    assert np.ptp(mean, axis=0).max() < 1e-9
    np.testing.assert_allclose(cool - mean, 0.5 * (warm - mean), atol=1e-9)


def test_every_sampler_is_found_by_its_name_and_fitted() -> None:
    # files and numbers of earlier runs have these names
    known = [("prior", Prior), ("gaussian", Gaussian), ("parzen", Parzen)]
    assert [item for item in samplers.SAMPLERS.items() if item in known] == known
    assert [kind.name for kind in samplers.SAMPLERS.values()] == list(samplers.SAMPLERS)
    fitted = samplers.fit_all(encodings(), seed=1)
    assert {name: type(sampler) for name, sampler in fitted.items()} == samplers.SAMPLERS
    assert not samplers.SAMPLERS[samplers.NOT_FITTED].axes


@pytest.mark.parametrize("kind", samplers.SAMPLERS.values(), ids=samplers.SAMPLERS)
def test_a_sampler_is_saved_whole(kind: type[Sampler]) -> None:
    fields = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    assert list(kind.axes) == fields
    assert not kind.axes or any(letters.endswith("d") for letters in kind.axes.values())
    assert kind.words.startswith("z ~ ")


@pytest.mark.parametrize("missing", ["fit", "place"])
def test_a_sampler_without_a_fit_or_without_points_cannot_be_made(missing: str) -> None:
    methods = {"fit": Prior.fit, "place": Prior.place}
    del methods[missing]
    broken = type("Broken", (Sampler,), methods)
    with pytest.raises(TypeError, match=f"abstract method '?{missing}"):
        broken()


def test_a_single_window_says_so() -> None:
    one, two = (Parzen(np.zeros((num_windows, 2)), np.eye(2)) for num_windows in (1, 2))
    assert one.note().startswith("Windows around training faces would fit unseen faces no better")
    assert two.note() == Prior().note() == gaussian_of(encodings()).note() == ""


@pytest.mark.slow
def test_the_registry_is_read_without_tensorflow() -> None:
    program = "import latentmaps.vae.latent.samplers, sys; print(list(sys.modules))"
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {"tensorflow", "keras"}.isdisjoint(ast.literal_eval(found))
