import ast
import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.latent_mixture import Components
from latentmaps.vae.latent.samplers import Gaussian, Mixture, Prior, Sampler
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


def draw(sampler: Sampler, num_points: int, latent_dim: int = 3, **changes: float) -> np.ndarray:
    return samplers.draw(sampler, num_points, latent_dim, seed=1, **changes)  # type: ignore[arg-type]


def gaussian_of(some: Encodings) -> Gaussian:
    return Gaussian.fit(some, num_components=1, seed=1)


def test_the_gaussian_has_the_moments_of_points_drawn_from_the_posteriors() -> None:
    some = encodings(num_images=20_000)
    gaussian = gaussian_of(some)
    z = some.draw_z(seed=1)
    np.testing.assert_allclose(gaussian.mean, z.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(gaussian.covariance, np.cov(z.T), atol=0.15)


def test_points_of_the_gaussian_have_its_moments() -> None:
    gaussian = gaussian_of(encodings())
    z = draw(gaussian, 20_000)
    np.testing.assert_allclose(z.mean(axis=0), gaussian.mean, atol=0.05)
    np.testing.assert_allclose(np.cov(z.T), gaussian.covariance, atol=0.15)


def test_the_mixture_finds_two_clusters_that_one_gaussian_bridges() -> None:
    clusters = two_clusters(6)
    mixture = Mixture.fit(clusters, num_components=2, seed=1)
    order = mixture.means[:, 0].argsort()
    np.testing.assert_allclose(mixture.means[order, 0], [-4.0, 4.0], atol=0.1)
    np.testing.assert_allclose(mixture.weights[order], [0.25, 0.75], atol=0.01)
    first = draw(mixture, 4000, 6)[:, 0]
    assert np.abs(first).min() > 1.0
    assert (first < 0).mean() == pytest.approx(0.25, abs=0.03)
    assert np.abs(draw(gaussian_of(clusters), 4000, 6)[:, 0]).min() < 0.1


def test_the_mixture_keeps_the_spread_of_dimensions_that_carry_nothing() -> None:
    clusters = two_clusters(6)
    spread = draw(Mixture.fit(clusters, num_components=2, seed=1), 8000, 6).std(axis=0)
    np.testing.assert_allclose(spread[1:], np.sqrt(0.25 + 0.05**2), rtol=0.05)


def test_a_mixture_of_one_is_the_gaussian() -> None:
    some = encodings(num_images=20_000)
    mixture, gaussian = Mixture.fit(some, num_components=1, seed=1), gaussian_of(some)
    np.testing.assert_allclose(mixture.means[0], gaussian.mean, atol=0.05)
    np.testing.assert_allclose(mixture.covariances[0], gaussian.covariance, atol=0.15)


def mean_log_density(sampler: Gaussian | Mixture, z: np.ndarray) -> float:
    if isinstance(sampler, Gaussian):
        sampler = Mixture(np.ones(1), sampler.mean[None], sampler.covariance[None])
    return float(Components(**vars(sampler)).log_density(z).mean())


@pytest.mark.parametrize("spread", [0.0, 0.01])
def test_in_collapse_the_mixture_learns_nothing_by_heart(spread: float) -> None:
    # means that hardly differ, all dimensions alike: 57 of 64 hold 95 % of their variance
    def collapsed(num_images: int) -> Encodings:
        mean = RANDOM.normal(0.0, spread, (num_images, 64))
        return Encodings(mean, np.zeros_like(mean))

    train, unseen = collapsed(400), collapsed(400).draw_z(seed=2)
    mixture = Mixture.fit(train, num_components=10, seed=1)
    expected = mean_log_density(gaussian_of(train), unseen)
    assert mean_log_density(mixture, unseen) == pytest.approx(expected)


def test_unseen_points_of_clusters_are_likelier_in_the_mixture() -> None:
    train, unseen = two_clusters(6), two_clusters(6).draw_z(seed=2)
    gaussian, mixture = gaussian_of(train), Mixture.fit(train, num_components=2, seed=1)
    # two narrow clusters instead of one wide one: log(standard deviations) and who is in which
    gain = mean_log_density(mixture, unseen) - mean_log_density(gaussian, unseen)
    variance = 0.25 + 0.05**2
    entropy = -0.25 * np.log(0.25) - 0.75 * np.log(0.75)
    expected = 0.5 * np.log((variance + 64 * 0.25 * 0.75) / variance) - entropy
    assert gain == pytest.approx(expected, abs=0.05)


def test_the_same_seed_gives_the_same_mixture_to_the_last_bit() -> None:
    some = two_clusters(6)
    first, second = (Mixture.fit(some, num_components=4, seed=3) for _ in range(2))
    assert len(first.weights) == 4
    np.testing.assert_array_equal(first.covariances, second.covariances)
    np.testing.assert_array_equal(first.means, second.means)


def test_more_components_than_faces_are_refused() -> None:
    with pytest.raises(
        DataError, match=r"mixture_components: found 10, expected at most 7, .*training faces"
    ):
        Mixture.fit(encodings(num_images=7), num_components=10, seed=1)


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_a_point_does_not_depend_on_how_many_are_drawn(name: str) -> None:
    sampler = samplers.fit_all(two_clusters(3), num_components=3, seed=1)[name]
    many = draw(sampler, 20)
    np.testing.assert_allclose(draw(sampler, 5, first=7), many[7:12], rtol=1e-12)


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_temperature_zero_leaves_the_centers(name: str) -> None:
    sampler = samplers.fit_all(two_clusters(3), num_components=3, seed=1)[name]
    z = draw(sampler, 50, temperature=0.0)
    num_centers = 3 if "weights" in sampler.axes else 1
    assert len(np.unique(z.round(9), axis=0)) == num_centers


def test_temperature_scales_the_distance_from_the_center() -> None:
    warm, cool = draw(Prior(), 5), draw(Prior(), 5, temperature=0.5)
    np.testing.assert_allclose(cool, 0.5 * warm)


def test_every_sampler_is_found_by_its_name_and_fitted() -> None:
    # files and numbers of earlier runs have these names
    known = [("prior", Prior), ("gaussian", Gaussian), ("mixture", Mixture)]
    assert [item for item in samplers.SAMPLERS.items() if item in known] == known
    assert [kind.name for kind in samplers.SAMPLERS.values()] == list(samplers.SAMPLERS)
    fitted = samplers.fit_all(encodings(), num_components=2, seed=1)
    assert {name: type(one) for name, one in fitted.items()} == samplers.SAMPLERS
    assert not samplers.SAMPLERS[samplers.OF_THE_VAE].axes


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


def test_a_mixture_of_one_part_says_so() -> None:
    def mixture(num_parts: int) -> Mixture:
        shares = np.full(num_parts, 1 / num_parts)
        return Mixture(shares, np.zeros((num_parts, 2)), np.stack([np.eye(2)] * num_parts))

    assert mixture(1).note().startswith("Several Gaussians would fit unseen faces no better")
    assert mixture(2).note() == Prior().note() == gaussian_of(encodings()).note() == ""


def test_the_registry_is_read_without_tensorflow() -> None:
    program = "import latentmaps.vae.latent.samplers, sys; print(list(sys.modules))"
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {"tensorflow", "keras"}.isdisjoint(ast.literal_eval(found))
