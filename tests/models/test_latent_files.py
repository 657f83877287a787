from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.models import latent_files, samplers
from latentmaps.models.encodings import Encodings
from latentmaps.models.latent_files import EncodedFaces, Latents

RANDOM = np.random.default_rng(5)


def encoded(num_faces: int) -> EncodedFaces:
    return EncodedFaces(
        RANDOM.permutation(100)[:num_faces],
        Encodings(RANDOM.normal(size=(num_faces, 4)), RANDOM.normal(size=(num_faces, 4))),
    )


@pytest.fixture
def latents() -> Latents:
    train = encoded(50)
    return Latents(train, encoded(7), samplers.fit_all(train.encodings, num_components=2, seed=1))


def test_everything_comes_back_as_it_was_saved(tmp_path: Path, latents: Latents) -> None:
    latent_files.save(tmp_path, latents)
    loaded = latent_files.load(tmp_path, latent_dim=4)
    for part in ("train", "test"):
        saved, back = getattr(latents, part), getattr(loaded, part)
        np.testing.assert_array_equal(back.rows, saved.rows)
        np.testing.assert_array_equal(back.encodings.z_mean, saved.encodings.z_mean)
        np.testing.assert_array_equal(back.encodings.z_log_var, saved.encodings.z_log_var)
    for name, sampler in latents.samplers.items():
        np.testing.assert_array_equal(
            samplers.draw(loaded.samplers[name], 9, 4, seed=1),
            samplers.draw(sampler, 9, 4, seed=1),
        )


@pytest.mark.parametrize("name", ["train", "test", "gaussian", "mixture"])
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut"])
def test_a_damaged_file_is_named(
    tmp_path: Path, latents: Latents, name: str, content: bytes | None
) -> None:
    latent_files.save(tmp_path, latents)
    path = tmp_path / f"{name}.npz"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}\.npz: .*run evaluate_vae again"):
        latent_files.load(tmp_path, latent_dim=4)


def test_points_of_another_vae_are_refused(tmp_path: Path, latents: Latents) -> None:
    latent_files.save(tmp_path, latents)
    with pytest.raises(
        DataError,
        match=r"train\.npz: points of 4 dimensions, expected 8, as the VAE .* evaluate_vae again",
    ):
        latent_files.load(tmp_path, latent_dim=8)


@pytest.mark.parametrize("name", ["train", "test", "gaussian", "mixture"])
def test_each_file_must_belong_to_the_vae(tmp_path: Path, latents: Latents, name: str) -> None:
    latent_files.save(tmp_path, latents)
    with np.load(tmp_path / f"{name}.npz") as arrays:
        cut = {key: array[..., :3] for key, array in arrays.items()}
    np.savez(tmp_path / f"{name}.npz", **cut)
    with pytest.raises(DataError, match=rf"{name}\.npz: points of 3 dimensions, expected 4"):
        latent_files.load(tmp_path, latent_dim=4)
