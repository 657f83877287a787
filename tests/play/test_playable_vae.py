from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.vae.example_vae import images, small_vae

import latentmaps
from latentmaps.errors import DataError
from latentmaps.play.playable_vae import PlayableVae
from latentmaps.vae.latent import attribute_directions, latent_files, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae


def some_latents() -> Latents:
    encodings = Encodings(np.random.default_rng(8).normal(size=(60, 5)), np.zeros((60, 5)))
    faces = EncodedFaces(np.arange(60), encodings)
    shown = pd.DataFrame({"Smiling": np.arange(60) % 2 == 0, "Bald": np.arange(60) < 3})
    attributes = attribute_directions.fit(encodings, shown, encodings, shown)
    return Latents(faces, faces, samplers.fit_all(encodings, seed=1), attributes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project")
    (made / "vae").mkdir()
    vae_files.save(made / "vae", small_vae())
    latent_files.save(made / "latents", some_latents())
    return made


@pytest.fixture(scope="module")
def vae(folder: Path) -> PlayableVae:
    return latentmaps.load_vae(str(folder / "vae"), latents=str(folder / "latents"))


@pytest.fixture(scope="module")
def alone(folder: Path) -> PlayableVae:
    return latentmaps.load_vae(folder / "vae")


@pytest.mark.slow
def test_samples_of_the_prior_are_those_of_the_stages_byte_for_byte(
    vae: PlayableVae, alone: PlayableVae, folder: Path
) -> None:
    expected = TrainedVae.load(folder / "vae").sample(3, seed=4)
    for playable in (vae, alone):
        assert playable.sample(3, seed=4).tobytes() == expected.tobytes()
        assert playable.sample(3, seed=4, sampler="prior").tobytes() == expected.tobytes()


@pytest.mark.parametrize("sampler", list(samplers.SAMPLERS))
def test_a_sampler_and_a_temperature_are_those_of_the_stages(
    vae: PlayableVae, sampler: str
) -> None:
    assert vae.latents is not None
    fitted = vae.latents.samplers[sampler]
    z = samplers.sample(fitted, 4, 5, seed=2, temperature=0.5)
    found = vae.sample(4, seed=2, sampler=sampler, temperature=0.5)
    np.testing.assert_array_equal(found, vae.decode(z))


def test_temperature_0_is_the_mean(vae: PlayableVae) -> None:
    first, second = vae.sample(2, seed=2, sampler="gaussian", temperature=0)
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_a_direction_is_the_saved_one(vae: PlayableVae) -> None:
    assert vae.attributes == ("Smiling",)
    assert vae.latents is not None
    direction = vae.attribute_direction("Smiling")
    np.testing.assert_array_equal(direction, vae.latents.attributes.directions[0])
    moved = vae.encode(images(2)).z_mean + direction
    assert vae.decode(moved).shape == (2, 16, 16, 3)


def test_reconstructions_are_those_of_the_means(vae: PlayableVae) -> None:
    faces = images(2)
    expected = vae.decode(vae.encode(faces).z_mean)
    np.testing.assert_array_equal(vae.reconstruct(faces), expected)


@pytest.mark.slow
def test_an_interpolation_begins_and_ends_at_its_ends(vae: PlayableVae) -> None:
    faces = images(2)
    z = vae.encode(faces).z_mean
    for spherical in (False, True):
        walk = vae.interpolate(faces[0], z[1], 5, spherical=spherical)
        assert walk.shape == (5, 16, 16, 3)
        np.testing.assert_allclose(walk[[0, -1]], vae.reconstruct(faces), atol=1e-5)
    middle = vae.interpolate(z[0], z[1], 3)[1]
    np.testing.assert_allclose(middle, vae.decode(z.mean(axis=0)[None])[0], atol=1e-5)


def test_an_arc_keeps_the_radius(vae: PlayableVae) -> None:
    ends = 3.0 * np.eye(5)[:2]
    arc = vae.interpolate(ends[0], ends[1], 3, spherical=True)
    at_radius = np.array([[1.0, 1.0, 0.0, 0.0, 0.0]]) * 3.0 / np.sqrt(2.0)
    np.testing.assert_allclose(arc[1], vae.decode(at_radius)[0], atol=1e-5)


def test_the_shape_of_an_image_is_that_of_the_model(vae: PlayableVae) -> None:
    assert vae.image_shape == (16, 16, 3)


def test_anything_that_needs_latents_is_refused_without_them(alone: PlayableVae) -> None:
    assert alone.attributes == ()
    message = "found no latents, expected the folder that evaluate_vae wrote; load the VAE with"
    with pytest.raises(DataError, match=f"^attribute 'Smiling': {message}"):
        alone.attribute_direction("Smiling")
    with pytest.raises(DataError, match=f"^sampler parzen: {message}"):
        alone.sample(1, seed=1, sampler="parzen")


@pytest.mark.slow
def test_latents_of_another_vae_are_refused(folder: Path, tmp_path: Path) -> None:
    vae_files.save(tmp_path, small_vae(latent_dim=4))
    with pytest.raises(DataError, match=r"train\.npz: points of 5 dimensions, expected 4"):
        latentmaps.load_vae(tmp_path, folder / "latents")


@pytest.mark.slow
def test_latents_without_attributes_are_refused(folder: Path, tmp_path: Path) -> None:
    latent_files.save(tmp_path, some_latents())
    (tmp_path / "attributes.npz").unlink()
    with pytest.raises(DataError, match=r"attributes\.npz: not an .npz file .*; run eval"):
        latentmaps.load_vae(folder / "vae", tmp_path)


@pytest.mark.parametrize("name", ["smiling", "Bald", "", None, 3, ["Smiling"]])
def test_an_unusable_attribute_is_refused(vae: PlayableVae, name: Any) -> None:
    with pytest.raises(DataError, match=r"^attribute .*(expected one of Smiling|at least 20)"):
        vae.attribute_direction(name)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sampler": "normal"}, "sampler: found 'normal', expected one of prior, gaussian, parzen"),
    ({"sampler": None}, "sampler: found None"),
    ({"sampler": ["prior"]}, r"sampler: found \['prior'\]"),
    ({"temperature": -0.1}, "temperature: found -0.1, expected a number from 0 to 10"),
    ({"temperature": float("nan")}, "temperature: found nan"),
    ({"temperature": "1"}, "temperature: found '1'"),
    ({"seed": -1}, "seed: found -1"),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=range(len(WRONG)))
def test_an_invalid_sample_is_refused(
    vae: PlayableVae, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=f"^{message}"):
        vae.sample(1, **({"seed": 1} | given))


@pytest.mark.parametrize(
    ("start", "num_steps", "message"),
    [
        (images(1)[0], 1, "num_steps: found 1, expected an integer of at least 2"),
        (images(1), 3, "images: 16x16x3 images expected"),
        (np.zeros(4), 3, r"z: found the shape \(1, 4\)"),
        ("a", 3, "images: found str, expected a NumPy array"),
    ],
)
def test_an_invalid_interpolation_is_refused(
    vae: PlayableVae, start: Any, num_steps: int, message: str
) -> None:
    with pytest.raises(DataError, match=f"^{message}"):
        vae.interpolate(start, np.zeros(5), num_steps)
