"""The folder data/latents: encodings of faces, fitted samplers and attribute directions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.storage import npz
from latentmaps.vae.latent import attribute_directions
from latentmaps.vae.latent.attribute_directions import AttributeDirections
from latentmaps.vae.latent.samplers import SAMPLERS, Sampler
from latentmaps.vae.network.encodings import Encodings

_ADVICE = "run evaluate_vae again"
_ATTRIBUTES = "attributes.npz"

# array of encoded faces -> its axes, in the notation of ``Sampler.axes``; n is the number of faces
_AXES = {"rows": "n", "z_mean": "nd", "z_log_var": "nd"}

# allowed relative asymmetry of a covariance: float64 matrix products differ in the last digits
_TOLERANCE = 1e-6
# largest valid value of any array; the exponential of such a log variance fits in float64
_LARGEST = 500.0


@dataclass(frozen=True)
class EncodedFaces:
    """The posteriors of some faces.

    Attributes:
        rows: (n,), rows of the faces in images.npy.
        encodings: the posteriors, in the same order.
    """

    rows: npt.NDArray[np.int64]
    encodings: Encodings


@dataclass(frozen=True)
class Latents:
    """The results of evaluate_vae that the drawing stages read.

    Attributes:
        train: the training faces to which the samplers were fitted.
        test: all test faces.
        samplers: the fitted samplers by name.
        attributes: the direction of each attribute of the faces.
    """

    train: EncodedFaces
    test: EncodedFaces
    samplers: Mapping[str, Sampler]
    attributes: AttributeDirections


def save(folder: Path, latents: Latents) -> None:
    """Write train.npz, test.npz, attributes.npz and a file for each sampler that has arrays."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "test"):
        faces: EncodedFaces = getattr(latents, part)
        np.savez(folder / f"{part}.npz", rows=faces.rows, **vars(faces.encodings))
    for name, sampler in latents.samplers.items():
        if sampler.axes:
            np.savez(folder / f"{name}.npz", **{key: getattr(sampler, key) for key in sampler.axes})
    attribute_directions.save(folder / _ATTRIBUTES, latents.attributes)


def load(folder: Path, *, latent_dim: int) -> Latents:
    """Read a folder that ``save`` wrote.

    Args:
        folder: the folder.
        latent_dim: number of latent dimensions of the VAE that decodes the points.

    Raises:
        DataError: a file is missing or damaged, belongs to a VAE with a different latent_dim, or
            has arrays that do not fit together or do not define a distribution.
    """
    train, test = (_faces(_load(folder, part, _AXES, latent_dim)) for part in ("train", "test"))
    samplers = {
        name: kind(**_load(folder, name, kind.axes, latent_dim)) for name, kind in SAMPLERS.items()
    }
    attributes = attribute_directions.load(
        folder / _ATTRIBUTES, latent_dim=latent_dim, advice=_ADVICE
    )
    return Latents(train, test, samplers, attributes)


def _faces(arrays: dict[str, npt.NDArray]) -> EncodedFaces:
    return EncodedFaces(arrays["rows"], Encodings(arrays["z_mean"], arrays["z_log_var"]))


def _load(
    folder: Path, name: str, axes: Mapping[str, str], latent_dim: int
) -> dict[str, npt.NDArray]:
    if not axes:
        return {}
    path = folder / f"{name}.npz"
    arrays = npz.load(path, list(axes), advice=_ADVICE)
    # latent_dim is the last axis of the first matrix, or else of the first array
    points = min((key for key in axes if axes[key].endswith("d")), key=lambda k: len(axes[k]) != 2)
    found = (0, *arrays[points].shape)[-1]
    if found != latent_dim:
        raise DataError(
            f"{path}: points of {found} dimensions, expected {latent_dim}, the latent_dim of the "
            f"VAE trained since; {_ADVICE}"
        )
    sizes = {"d": latent_dim}
    for key, letters in axes.items():
        array = arrays[key]
        for letter, size in zip(letters, array.shape, strict=False):
            sizes.setdefault(letter, size)
        shape = tuple(sizes.get(letter, 0) for letter in letters)
        if array.shape != shape or 0 in shape:
            raise DataError(
                f"{path}: {key}: found the shape {array.shape}, expected {shape}; {_ADVICE}"
            )
        problem = _problem(key, array)
        if problem is not None:
            raise DataError(f"{path}: {key}: found {problem}; {_ADVICE}")
    return arrays


def _problem(name: str, array: npt.NDArray) -> str | None:
    """Return what is wrong with the values of an array, or None if they are valid."""
    if name == "rows":
        is_fit = array.dtype.kind == "i" and array.min() >= 0
        if not is_fit:
            return f"{array.dtype} from {array.min()}, expected integers of at least 0"
        return None if len(np.unique(array)) == len(array) else "a row that occurs twice"
    if array.dtype.type not in (np.float32, np.float64):
        return f"{array.dtype}, expected float32 or float64"
    if not np.isfinite(array).all():
        return "a NaN or an infinite number, expected finite ones"
    if np.abs(array).max() > _LARGEST:
        return f"{np.abs(array).max():.3g}, expected numbers of at most {_LARGEST:g}"
    return _problem_of_covariance(array) if name == "covariance" else None


def _problem_of_covariance(covariance: npt.NDArray) -> str | None:
    """Return why a matrix, (d, d), is not a covariance, or None if it is one."""
    if np.abs(covariance - covariance.T).max() > _TOLERANCE * np.abs(covariance).max():
        return "a matrix that is not symmetric, expected a covariance"
    try:
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        return "a matrix that is not positive definite, expected a covariance"
    return None
