"""The folder data/latents: where the faces lie in the latent space, and what was fitted to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.data import npz
from latentmaps.models.encodings import Encodings
from latentmaps.models.samplers import Gaussian, Mixture, Prior, Sampler

_ADVICE = "run evaluate_vae again"


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


def load(folder: Path) -> Latents:
    """Gives what ``save`` wrote.

    Raises:
        DataError: a file is missing or damaged.
    """
    samplers: dict[str, Sampler] = {
        "prior": Prior(),
        "gaussian": Gaussian(**_load(folder, "gaussian", "mean", "covariance")),
        "mixture": Mixture(**_load(folder, "mixture", "weights", "means", "covariances")),
    }
    return Latents(_load_faces(folder, "train"), _load_faces(folder, "test"), samplers)


def _load_faces(folder: Path, part: str) -> EncodedFaces:
    arrays = _load(folder, part, "rows", "z_mean", "z_log_var")
    return EncodedFaces(arrays["rows"], Encodings(arrays["z_mean"], arrays["z_log_var"]))


def _load(folder: Path, name: str, *arrays: str) -> dict[str, npt.NDArray]:
    return npz.load(folder / f"{name}.npz", arrays, advice=_ADVICE)
