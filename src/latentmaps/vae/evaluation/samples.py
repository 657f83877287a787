"""Measures of the random faces of every sampler, alongside those of real faces.

For reference, training faces are also compared with the test faces, in the same way as random
faces. Faces are processed in batches, and only the features of the faces being compared are kept,
so memory use does not grow with the image size.
"""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps import progress
from latentmaps.images import likeness, pixels
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.vae.evaluation import distances, nearest_training, neighbors
from latentmaps.vae.evaluation.diversity import Diversity
from latentmaps.vae.evaluation.feature_nets import FeatureNet
from latentmaps.vae.latent import samplers, subset
from latentmaps.vae.latent.samplers import Sampler
from latentmaps.vae.network import inference

Pixels = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Features = Mapping[str, npt.NDArray[np.float32]]

# the row of real faces, and the suffix of a sampler's row at a temperature other than 1
REAL = "real"
_COOL = "_cool"


@dataclass(frozen=True)
class RealFaces:
    """The real faces that random faces are compared with.

    Attributes:
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        train: (n,), rows of the training faces.
        test: (m,), rows of the test faces.
    """

    images: npt.NDArray[np.uint8]
    train: Rows
    test: Rows


@dataclass(frozen=True)
class FaceSet:
    """The sharpness, diversity and features of a set of faces.

    Attributes:
        sharpness: mean variance of the Laplacian, times 1000.
        diversity: root mean square difference between two faces of the set, 0..1.
        features: name of the feature net -> (n, num_features).
    """

    sharpness: float
    diversity: float
    features: Features


def summarize(faces: Iterator[Pixels], nets: Sequence[FeatureNet]) -> FaceSet:
    """Return the sharpness, diversity and features of faces that arrive in batches.

    Args:
        faces: batches of pixels (n, h, w, c), 0..1; at least 2 faces in total.
        nets: the feature nets.
    """
    num_faces, sharpness, diversity = 0, 0.0, Diversity()
    features: dict[str, list[npt.NDArray[np.float32]]] = {net.name: [] for net in nets}
    for batch in faces:
        num_faces += len(batch)
        sharpness += float(likeness.sharpness(batch).sum())
        diversity.add(batch)
        for net in nets:
            features[net.name].append(net.features(batch))
    return FaceSet(
        sharpness=sharpness / num_faces,
        diversity=diversity.value(),
        features={name: np.concatenate(parts) for name, parts in features.items()},
    )


def count_compared(real: RealFaces, params: EvaluateVae) -> int:
    """Return the number of faces in each set that is compared.

    Raises:
        DataError: there are too few faces to find nearest neighbors.
    """
    num_compared = min(params.num_compared, len(real.train), len(real.test))
    neighbors.require_enough(num_compared)
    return num_compared


def evaluate(
    trained: inference.TrainedVae,
    fitted: Mapping[str, Sampler],
    real: RealFaces,
    nets: Sequence[FeatureNet],
    params: EvaluateVae,
    *,
    seed: int,
) -> dict[str, Any]:
    """Return the numbers of each sampler, at temperature 1 and at ``params.temperature``.

    Args:
        trained: the VAE that decodes the points.
        fitted: the samplers by name.
        real: the faces to compare with.
        nets: feature nets used for the distances.
        params: the section ``evaluate_vae``.
        seed: seed of the random points and of the subsets of real faces.

    Returns:
        - ``num_compared``, the number of faces in each set;
        - ``num_searched``, the number of training faces that were searched for copies;
        - ``temperature``, the temperature other than 1;
        - ``feature_nets``, the names of the nets;
        - ``samples``, a row of numbers for ``real``, for each sampler and, with the suffix
          ``_cool``, for each sampler at ``temperature``. A row contains ``sharpness``,
          ``diversity`` and an object for each feature net.

    Raises:
        DataError: there are too few faces to find nearest neighbors, or all test faces are copies
            of training faces.
    """
    num_compared = count_compared(real, params)
    train, test = (
        summarize(_read(real.images, subset.sample(rows, num_compared, seed=seed)), nets)
        for rows in (real.train, real.test)
    )
    random_faces = {
        f"{name}{suffix}": summarize(
            _decode(trained, sampler, num_compared, temperature, seed=seed), nets
        )
        for name, sampler in fitted.items()
        for suffix, temperature in (("", 1.0), (_COOL, params.temperature))
    }
    searched = subset.sample(real.train, params.num_searched, seed=seed)
    nearness = nearest_training.ratios(
        _track(_read(real.images, searched), len(searched)),
        nets,
        test=test.features,
        generated={name: faces.features for name, faces in random_faces.items()},
    )
    rows = {REAL: _row(test, train.features, test.features, dict.fromkeys(test.features, 1.0))}
    for name, faces in random_faces.items():
        rows[name] = _row(faces, faces.features, test.features, nearness[name])
    return {
        "num_compared": num_compared,
        "num_searched": len(searched),
        "temperature": params.temperature,
        "feature_nets": [net.name for net in nets],
        "samples": rows,
    }


def headlines(rows: Mapping[str, Any], names: Iterable[str], net: str) -> dict[str, float]:
    """Return ``kernel_<sampler>``, the kernel distance at temperature 1, for each sampler.

    Args:
        rows: ``samples``, as returned by ``evaluate``.
        names: names of the samplers.
        net: the feature net whose distance is returned.
    """
    return {f"kernel_{name}": rows[name][net]["kernel_distance"] for name in names}


def _row(
    faces: FaceSet, features: Features, test: Features, nearness: Mapping[str, float]
) -> dict[str, Any]:
    """Return the numbers of a set of faces.

    Args:
        faces: the set whose sharpness and diversity are reported.
        features: the features that are compared with those of the test faces.
        test: features of the test faces.
        nearness: name of the feature net -> ``nearest_training``.
    """
    of_nets = {
        name: {**_against_test(features[name], test[name]), "nearest_training": nearness[name]}
        for name in test
    }
    return {"sharpness": faces.sharpness, "diversity": faces.diversity, **of_nets}


def _against_test(
    features: npt.NDArray[np.float32], test: npt.NDArray[np.float32]
) -> dict[str, float]:
    kernel = distances.kernel_distance(features, test)
    return {
        "frechet_distance": distances.frechet_distance(features, test),
        "kernel_distance": kernel.value,
        "kernel_distance_error": kernel.error,
        **dataclasses.asdict(neighbors.precision_recall_density_coverage(test, features)),
    }


def _track(batches_of_faces: Iterator[Pixels], num_faces: int) -> Iterator[Pixels]:
    num_batches = math.ceil(num_faces / inference.BATCH_SIZE)
    return progress.track(batches_of_faces, num_batches, "Searching", "batches of training faces")


def _read(images: npt.NDArray[np.uint8], rows: Rows) -> Iterator[Pixels]:
    for chunk in inference.chunks(rows):
        yield pixels.to_pixels(images[chunk])


def _decode(
    trained: inference.TrainedVae,
    sampler: Sampler,
    num_faces: int,
    temperature: float,
    *,
    seed: int,
) -> Iterator[Pixels]:
    latent_dim = trained.architecture.latent_dim
    for chunk in inference.chunks(np.arange(num_faces)):
        z = samplers.sample(
            sampler, len(chunk), latent_dim, seed=seed, first=chunk[0], temperature=temperature
        )
        yield trained.decode(z)
