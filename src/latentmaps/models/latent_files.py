"""The folder data/latents: where the faces lie in the latent space, and what was fitted to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.data import npz
from latentmaps.errors import DataError
from latentmaps.models.encodings import Encodings
from latentmaps.models.samplers import Gaussian, Mixture, Prior, Sampler

_ADVICE = "run evaluate_vae again"

# of each file; the last axis of the second one is the latent space
_ARRAYS = {
    "train": ("rows", "z_mean", "z_log_var"),
    "test": ("rows", "z_mean", "z_log_var"),
    "gaussian": ("mean", "covariance"),
    "mixture": ("weights", "means", "covariances"),
}


@dataclass(frozen=True)
class EncodedFaces:
    """The posteriors of some faces.

    Attributes:
        rows: (n,), the faces' rows in images.npy.
        encodings: the posteriors, in the same order.
    """

    rows: npt.NDArray[np.int64]
    encodings: Encodings


@dataclass(frozen=True)
class Latents:
    """What evaluate_vae hands to the drawings.

    Attributes:
        train: training faces, those to which the samplers were fitted.
        test: all test faces.
        samplers: by name: prior, gaussian and mixture.
    """

    train: EncodedFaces
    test: EncodedFaces
    samplers: Mapping[str, Sampler]


def save(folder: Path, latents: Latents) -> None:
    """Writes train.npz, test.npz, gaussian.npz and mixture.npz."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "test"):
        faces: EncodedFaces = getattr(latents, part)
        np.savez(folder / f"{part}.npz", rows=faces.rows, **vars(faces.encodings))
    for name in ("gaussian", "mixture"):
        np.savez(folder / f"{name}.npz", **vars(latents.samplers[name]))


def load(folder: Path, *, latent_dim: int) -> Latents:
    """Gives what ``save`` wrote.

    Args:
        folder: the folder.
        latent_dim: of the VAE that shall decode the points.

    Raises:
        DataError: a file is missing or damaged, or belongs to a VAE of another latent_dim.
    """
    files = {name: _load(folder, name, latent_dim) for name in _ARRAYS}
    train, test = (_faces(files[part]) for part in ("train", "test"))
    samplers: dict[str, Sampler] = {
        "prior": Prior(),
        "gaussian": Gaussian(**files["gaussian"]),
        "mixture": Mixture(**files["mixture"]),
    }
    return Latents(train, test, samplers)


def _faces(arrays: dict[str, npt.NDArray]) -> EncodedFaces:
    return EncodedFaces(arrays["rows"], Encodings(arrays["z_mean"], arrays["z_log_var"]))


def _load(folder: Path, name: str, latent_dim: int) -> dict[str, npt.NDArray]:
    path = folder / f"{name}.npz"
    arrays = npz.load(path, _ARRAYS[name], advice=_ADVICE)
    found = (0, *arrays[_ARRAYS[name][1]].shape)[-1]
    if found != latent_dim:
        raise DataError(
            f"{path}: points of {found} dimensions, expected {latent_dim}, as the VAE has that was "
            f"trained since; {_ADVICE}"
        )
    return arrays
