"""What random faces are worth, beside real ones: numbers for every sampler of the latent space.

Every number stands beside what real faces have: training faces take the place of random ones
against the same test faces. Faces are looked at a batch at a time, and of each only its features
are kept, so memory does not grow with the size of a face.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.data import batches
from latentmaps.errors import DataError
from latentmaps.evaluation import distances, neighbours, reconstruction
from latentmaps.evaluation.feature_nets import FeatureNet
from latentmaps.models import inference, samplers
from latentmaps.models.samplers import Sampler

Pixels = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Features = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class RealFaces:
    """The faces that random ones are compared with.

    Attributes:
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        train: (n,), rows of training faces, among which copies are looked for.
        test: (m,), rows of test faces.
    """

    images: npt.NDArray[np.uint8]
    train: Rows
    test: Rows


@dataclass(frozen=True)
class Settings:
    """How much is compared.

    Attributes:
        num_compared: faces in each set, as far as there are so many training and test faces.
        temperature: at which every sampler is measured besides 1.
        seed: of the random points.
    """

    num_compared: int
    temperature: float
    seed: int


@dataclass(frozen=True)
class FaceSet:
    """A set of faces, as far as the numbers need it.

    Attributes:
        sharpness: mean variance of the Laplacian, times 1000.
        diversity: root mean square difference of two faces of the set, 0..1.
        features: name of the feature net -> (n, num_features).
    """

    sharpness: float
    diversity: float
    features: Features


def summarise(faces: Iterator[Pixels], nets: Sequence[FeatureNet]) -> FaceSet:
    """Gives what the numbers need of faces that come batch by batch.

    Args:
        faces: batches of pixels (n, h, w, c), 0..1; at least 2 faces in all.
        nets: look at every face.
    """
    num_faces, sharpness = 0, 0.0
    total, total_of_squares = np.zeros(1), np.zeros(1)
    features: dict[str, list[npt.NDArray[np.float32]]] = {net.name: [] for net in nets}
    for pixels in faces:
        num_faces += len(pixels)
        sharpness += float(reconstruction.sharpness(pixels).sum())
        total = total + pixels.sum(axis=0, dtype=np.float64)
        total_of_squares = total_of_squares + np.square(pixels, dtype=np.float64).sum(axis=0)
        for net in nets:
            features[net.name].append(net.features(pixels))
    # the mean square difference of two independent draws is twice the variance
    variance = (total_of_squares - np.square(total) / num_faces) / (num_faces - 1)
    return FaceSet(
        sharpness=sharpness / num_faces,
        diversity=float(np.sqrt(2.0 * np.maximum(variance, 0.0).mean())),
        features={name: np.concatenate(parts) for name, parts in features.items()},
    )


def evaluate(
    trained: inference.TrainedVae,
    fitted: Mapping[str, Sampler],
    real: RealFaces,
    nets: Sequence[FeatureNet],
    settings: Settings,
) -> dict[str, Any]:
    """Gives the numbers of each sampler, at temperature 1 and at that of the settings.

    Args:
        trained: decodes the points.
        fitted: the samplers by name.
        real: the faces to compare with.
        nets: feature nets, for the distances.
        settings: how much is compared.

    Returns:
        ``num_compared``; ``temperature``; ``feature_nets``, their names; and ``samples``, a row of
        numbers for ``real``, each sampler, and, with ``_cool`` behind its name, each sampler at the
        other temperature. A row holds ``sharpness``, ``diversity`` and a part for each feature net.

    Raises:
        DataError: there are too few faces for nearest neighbours, or all test faces are copies of
            training faces.
    """
    num_compared = min(settings.num_compared, len(real.train), len(real.test))
    train = summarise(_read(real.images, real.train), nets)
    test = summarise(_read(real.images, real.test[:num_compared]), nets)
    measure = _Comparison(train=train.features, test=test.features)
    rows = {
        "real": {
            "sharpness": test.sharpness,
            "diversity": test.diversity,
            **measure.floor(num_compared),
        }
    }
    for name, sampler in fitted.items():
        for suffix, temperature in (("", 1.0), ("_cool", settings.temperature)):
            decoded = _decode(trained, sampler, num_compared, temperature, seed=settings.seed)
            faces = summarise(decoded, nets)
            rows[f"{name}{suffix}"] = {
                "sharpness": faces.sharpness,
                "diversity": faces.diversity,
                **measure.numbers(faces.features),
            }
    return {
        "num_compared": num_compared,
        "temperature": settings.temperature,
        "feature_nets": [net.name for net in nets],
        "samples": rows,
    }


def _read(images: npt.NDArray[np.uint8], rows: Rows) -> Iterator[Pixels]:
    for chunk in inference.chunks(rows):
        yield batches.to_pixels(images[chunk]).numpy()


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
        z = samplers.draw(
            sampler, len(chunk), latent_dim, seed=seed, first=chunk[0], temperature=temperature
        )
        yield trained.decode(z)


def _nearest_mean(
    name: str, test: npt.NDArray[np.float32], train: npt.NDArray[np.float32]
) -> float:
    mean = float(neighbours.nearest_distances(test, train).mean())
    if mean == 0.0:
        raise DataError(
            f"images.npy: each of the {len(test):,} test faces equals a training face, as {name} "
            "sees them; expected faces that had no part in the training: take the copies out of "
            "the source, and run fetch_faces again"
        )
    return mean


class _Comparison:
    """The distances of a set of faces to the test faces, and to the training faces."""

    def __init__(self, *, train: Features, test: Features) -> None:
        self._train = train
        self._test = test
        self._nearest = {name: _nearest_mean(name, test[name], train[name]) for name in test}

    def numbers(self, features: Features) -> dict[str, dict[str, float]]:
        """Gives, for each feature net, the numbers of some faces."""
        return {
            name: {
                **self._against_test(name, features[name]),
                "nearest_training": self._nearness(name, features[name]),
            }
            for name in self._test
        }

    def floor(self, num_faces: int) -> dict[str, dict[str, float]]:
        """Gives the numbers of real faces: training against test, and test against training."""
        return {
            name: {
                **self._against_test(name, self._train[name][:num_faces]),
                "nearest_training": 1.0,
            }
            for name in self._test
        }

    def _against_test(self, name: str, features: npt.NDArray[np.float32]) -> dict[str, float]:
        test = self._test[name]
        return {
            "frechet_distance": distances.frechet_distance(features, test),
            "kernel_distance": distances.kernel_distance(features, test),
            **dataclasses.asdict(neighbours.precision_recall_density_coverage(test, features)),
        }

    def _nearness(self, name: str, features: npt.NDArray[np.float32]) -> float:
        nearest = neighbours.nearest_distances(features, self._train[name]).mean()
        return float(nearest / self._nearest[name])
