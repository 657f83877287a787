"""All that is measured on a trained VAE, put together from the other modules of this folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from latentmaps import doubts, versions
from latentmaps.faces.raw import face_attributes
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.vae.evaluation import (
    feature_nets,
    fid_network,
    latent,
    pixel_features,
    reconstruction,
    samples,
)
from latentmaps.vae.evaluation.feature_nets import FeatureNet
from latentmaps.vae.evaluation.samples import RealFaces
from latentmaps.vae.latent import attribute_directions, latent_geometry, samplers, subset
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.network.inference import TrainedVae

_LIBRARIES = ("keras", "numpy", "scikit-learn", "scipy", "tensorflow")


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        numbers: by name; those of several kinds of faces are nested.
        latents: the encodings of faces, the fitted samplers, and directions of attributes.
        dimensions: a row for each dimension of the latent space, see ``describe_dimensions``.
    """

    numbers: Mapping[str, Any]
    latents: Latents
    dimensions: pd.DataFrame

    def doubts(self) -> list[str]:
        """Return a warning for each kind of faces that are all alike."""
        rows = self.numbers["samples"]
        return doubts.of_evaluation(
            reconstructions=(self.numbers["diversity"], self.numbers["diversity_originals"]),
            random_faces=(
                rows[samplers.OF_THE_VAE]["diversity"],
                rows[samples.REAL]["diversity"],
            ),
        )


def evaluate(
    trained: TrainedVae,
    real: RealFaces,
    known: pd.DataFrame,
    params: EvaluateVae,
    *,
    fid_weights: Path | None,
    seed: int,
) -> Evaluation:
    """Measure reconstructions, the latent space, and the faces of every sampler.

    Args:
        trained: the VAE.
        real: training and test faces.
        known: the attributes of all faces, see ``face_attributes.read_attributes``.
        params: how much is measured.
        fid_weights: weights of a second feature net, see ``fid_network``; None: there is none.
        seed: of everything random.

    Raises:
        DataError: there are too few faces, no two training faces differ, all test faces are copies
            of training faces, the attributes are those of fewer faces, or `fid_weights` is another
            file.
        ParamsError: a library of the second net is missing.
    """
    samples.count_compared(real, params)  # refuses too few before the work
    train_rows = subset.sample(real.train, params.num_encoded, seed=seed)
    names = [str(name) for name in known.columns]
    shown = [face_attributes.choose(known, names, rows) for rows in (train_rows, real.test)]
    train, test = (trained.encode(real.images, rows) for rows in (train_rows, real.test))
    attributes = attribute_directions.fit(train, shown[0], test, shown[1])
    dimensions = latent_geometry.describe_dimensions(test)
    fitted = samplers.fit_all(train, seed=seed)
    nets: list[FeatureNet] = [pixel_features.fit(real.images, train_rows)]
    if fid_weights is not None:
        nets.append(fid_network.load(fid_weights))
    numbers: dict[str, Any] = {
        **reconstruction.evaluate(trained, real.images, real.test, seed=seed),
        **latent.evaluate(test, dimensions, seed=seed),
        "attributes": attribute_directions.tabulate(attributes),
        "num_test": len(real.test),
        **samples.evaluate(trained, fitted, real, nets, params, seed=seed),
        "versions": versions.installed(*_LIBRARIES, *feature_nets.libraries(nets)),
    }
    return Evaluation(
        numbers=numbers | samples.headlines(numbers["samples"], fitted, nets[0].name),
        latents=Latents(
            train=EncodedFaces(train_rows, train),
            test=EncodedFaces(real.test, test),
            samplers=fitted,
            attributes=attributes,
        ),
        dimensions=dimensions,
    )
