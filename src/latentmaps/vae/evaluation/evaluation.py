"""All measures of a trained VAE, combined from the modules of this package."""

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
    """The result of an evaluation.

    Attributes:
        numbers: all measures by name; those of the samplers are nested under ``samples``.
        latents: encodings of faces, fitted samplers and attribute directions.
        dimensions: one row for each latent dimension; see ``describe_dimensions``.
    """

    numbers: Mapping[str, Any]
    latents: Latents
    dimensions: pd.DataFrame

    def doubts(self) -> list[str]:
        """Return a warning for each set of faces that all look alike."""
        rows = self.numbers["samples"]
        return doubts.about_evaluation(
            reconstructions=(self.numbers["diversity"], self.numbers["diversity_originals"]),
            random_faces=(
                rows[samplers.NOT_FITTED]["diversity"],
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
    """Measure reconstructions, the latent space and the faces of every sampler.

    Args:
        trained: the VAE.
        real: training and test faces.
        known: the attributes of all faces; see ``face_attributes.read_attributes``.
        params: the section ``evaluate_vae``.
        fid_weights: weights of a second feature net (see ``fid_network``); None for no second net.
        seed: seed for all random numbers.

    Raises:
        DataError: there are too few faces, all training faces are identical, all test faces are
            copies of training faces, the attributes do not cover all faces, or `fid_weights` is not
            the published file.
        ParamsError: a library that the second net needs is not installed.
    """
    samples.count_compared(real, params)  # fail early if there are too few faces
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
