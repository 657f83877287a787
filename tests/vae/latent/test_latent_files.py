import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.latent import attribute_directions, latent_files, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.latent.samplers import Parzen, Prior
from latentmaps.vae.network.encodings import Encodings

OF_SAMPLERS = [name for name, kind in samplers.SAMPLERS.items() if kind.axes]
FILES = ["train", "test", "attributes", *OF_SAMPLERS]
RANDOM = np.random.default_rng(5)


def encoded(num_faces: int) -> EncodedFaces:
    return EncodedFaces(
        RANDOM.permutation(100)[:num_faces],
        Encodings(RANDOM.normal(size=(num_faces, 4)), RANDOM.normal(size=(num_faces, 4))),
    )


@pytest.fixture
def latents() -> Latents:
    train = encoded(50)
    fitted = samplers.fit_all(train.encodings, seed=1)
    windows = Parzen(RANDOM.normal(size=(50, 4)), np.eye(4))
    test = encoded(7)
    smiling, half = (pd.DataFrame({"Smiling": np.arange(n) % 2 == 0}) for n in (7, 50))
    attributes = attribute_directions.fit(train.encodings, half, test.encodings, smiling)
    return Latents(train, test, fitted | {"parzen": windows}, attributes)


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
            samplers.sample(loaded.samplers[name], 9, 4, seed=1),
            samplers.sample(sampler, 9, 4, seed=1),
        )
    assert loaded.attributes.names == latents.attributes.names == ("Smiling",)
    np.testing.assert_array_equal(loaded.attributes.directions, latents.attributes.directions)


@pytest.mark.parametrize("name", FILES)
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
        match=r"train\.npz: points of 4 dimensions, expected 8, the .* evaluate_vae again",
    ):
        latent_files.load(tmp_path, latent_dim=8)


@pytest.mark.parametrize("name", FILES)
def test_each_file_must_belong_to_the_vae(tmp_path: Path, latents: Latents, name: str) -> None:
    latent_files.save(tmp_path, latents)
    with np.load(tmp_path / f"{name}.npz") as arrays:
        cut = {key: array if key == "names" else array[..., :3] for key, array in arrays.items()}
    np.savez(tmp_path / f"{name}.npz", **cut)
    with pytest.raises(DataError, match=rf"{name}\.npz: points of 3 dimensions, expected 4"):
        latent_files.load(tmp_path, latent_dim=4)


def rewrite_arrays(folder: Path, file: str, **changes: object) -> None:
    """Rewrite a file with other arrays; None removes one."""
    with np.load(folder / f"{file}.npz") as arrays:
        kept = dict(arrays) | changes
    np.savez(folder / f"{file}.npz", **{k: v for k, v in kept.items() if v is not None})


NAN = np.where(np.arange(4) == 2, np.nan, 0.0)
FACES = np.zeros((7, 4))
WRONG = [
    ("test", "rows", None, "not an .npz file with the arrays rows, z_mean, z_log_var"),
    ("test", "rows", np.arange(6), r"z_mean: found the shape \(7, 4\), expected \(6, 4\)"),
    ("test", "rows", np.array([1, 1, 2, 3, 4, 5, 6]), "rows: found a row that occurs twice"),
    ("test", "z_log_var", np.full((7, 4), 1e4), "z_log_var: found 1e[+]04, expected numbers of at"),
    (
        "test",
        "rows",
        np.arange(7.0),
        "rows: found float64 from 0.0, expected integers of at",
    ),
    (
        "test",
        "rows",
        np.arange(7) - 1,
        "rows: found int64 from -1, expected integers of at",
    ),
    ("test", "rows", np.arange(0), r"rows: found the shape \(0,\)"),
    ("test", "rows", np.int64(7), r"rows: found the shape \(\), expected"),
    ("test", "z_mean", FACES + NAN, "z_mean: found a NaN or an infinite number, expected finite"),
    ("gaussian", "covariance", np.eye(4, dtype=np.float16), "covariance: found float16, expected"),
    ("test", "z_mean", FACES.astype(int), "z_mean: found int64, expected float32"),
    ("test", "z_mean", FACES[0], r"z_mean: found the shape \(4,\), expected \(7, 4\)"),
    ("test", "z_log_var", FACES[:, :3], r"z_log_var: found the shape \(7, 3\), expected \(7, 4\)"),
    (
        "test",
        "z_log_var",
        FACES + np.inf,
        "z_log_var: found a NaN or an infinite number, expected finite",
    ),
    ("gaussian", "mean", NAN, "mean: found a NaN or an infinite number, expected finite"),
    ("gaussian", "mean", np.zeros((2, 4)), r"mean: found the shape \(2, 4\), expected \(4,\)"),
    (
        "gaussian",
        "covariance",
        np.zeros((4, 4)),
        "covariance: found a matrix that is not positive definite",
    ),
    (
        "gaussian",
        "covariance",
        -np.eye(4),
        "covariance: found a matrix that is not positive definite",
    ),
    (
        "gaussian",
        "covariance",
        np.eye(4) + np.eye(4, k=1),
        "covariance: found a matrix that is not symmetric",
    ),
    (
        "gaussian",
        "covariance",
        np.diag(NAN),
        "covariance: found a NaN or an infinite number, expected finite",
    ),
    ("parzen", "centers", np.zeros((0, 4)), r"centers: found the shape \(0, 4\)"),
    ("parzen", "centers", FACES + NAN, "centers: found a NaN or an infinite number, expected"),
    ("parzen", "covariance", np.eye(3), r"covariance: found the shape \(3, 3\), expected \(4, 4\)"),
    (
        "parzen",
        "covariance",
        -np.eye(4),
        "covariance: found a matrix that is not positive definite",
    ),
]


@pytest.mark.parametrize(("file", "name", "array", "message"), WRONG, ids=range(len(WRONG)))
def test_invalid_points_and_distributions_are_refused(
    tmp_path: Path, latents: Latents, file: str, name: str, array: object, message: str
) -> None:
    latent_files.save(tmp_path, latents)
    latent_files.load(tmp_path, latent_dim=4)
    rewrite_arrays(tmp_path, file, **{name: array})
    with pytest.raises(DataError, match=rf"{file}\.npz: {message}.*; run evaluate_vae again"):
        latent_files.load(tmp_path, latent_dim=4)


@dataclass(frozen=True)
class Diagonal(Prior):
    """A sampler that this module does not know."""

    name = "diagonal"
    axes: ClassVar[Mapping[str, str]] = {"center": "d", "spread": "d"}

    center: np.ndarray
    spread: np.ndarray


def test_a_further_sampler_is_saved_and_checked(
    tmp_path: Path, latents: Latents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latent_files, "SAMPLERS", {"diagonal": Diagonal})
    mine = {"diagonal": Diagonal(np.arange(4.0), np.ones(4))}
    latent_files.save(tmp_path, dataclasses.replace(latents, samplers=mine))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "attributes.npz",
        "diagonal.npz",
        "test.npz",
        "train.npz",
    ]
    loaded = latent_files.load(tmp_path, latent_dim=4).samplers["diagonal"]
    assert isinstance(loaded, Diagonal)
    np.testing.assert_array_equal(loaded.center, np.arange(4.0))
    rewrite_arrays(tmp_path, "diagonal", spread=np.ones(3))
    with pytest.raises(DataError, match=r"diagonal\.npz: spread: found the shape \(3,\), expected"):
        latent_files.load(tmp_path, latent_dim=4)
    rewrite_arrays(tmp_path, "diagonal", center=np.ones(3), spread=np.ones(3))
    with pytest.raises(DataError, match=r"diagonal\.npz: points of 3 dimensions, expected 4"):
        latent_files.load(tmp_path, latent_dim=4)
