"""Start training from trained weights instead of random ones."""

import dataclasses
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from latentmaps.errors import DataError, excerpt
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.training.trainable_vae import TrainableVae

log = logging.getLogger(__name__)

_ADVICE = (
    "set train_vae.initial_weights to null or to the folder of a model that train_vae wrote. Use a "
    "copy of data/models/vae, because DVC removes that folder before training"
)


@dataclass(frozen=True)
class InitialWeights:
    """The weights in the folder of a trained VAE, checked but not loaded yet.

    Attributes:
        folder: the folder that ``vae_files.save`` wrote.
        sha256: name of each weights file -> its SHA-256.
        sigma: learned standard deviation of the pixels, 0..1; None if none was learned.
    """

    folder: Path
    sha256: Mapping[str, str]
    sigma: float | None

    @classmethod
    def read(cls, folder: Path, expected: Architecture) -> Self:
        """Check the weights in a folder and return them.

        Args:
            folder: the folder of a trained VAE.
            expected: the architecture of the VAE to be trained.

        Raises:
            DataError: a file is missing or was altered, the folder contains something else, or its
                VAE has a different architecture.
        """
        description = vae_files.describe(folder, advice=_ADVICE)
        found = dataclasses.asdict(description.architecture)
        differences = [
            f"{name} {_text(found[name])} (expected {_text(value)})"
            for name, value in dataclasses.asdict(expected).items()
            if found[name] != value
        ]
        if differences:
            raise DataError(
                f"{folder}: found the weights of a network with {', '.join(differences)}, expected "
                f"the architecture set in train_vae and crop_faces; make them equal, or {_ADVICE}"
            )
        sha256 = {name: description.sha256[name] for name in vae_files.WEIGHTS}
        return cls(folder, sha256, description.origin.sigma)

    def load_into(self, model: TrainableVae) -> None:
        """Load the weights into a model, including normalization statistics and a learned sigma.

        Raises:
            DataError: a weights file belongs to another network, or a weight is not finite.
        """
        vae_files.load_weights(self.folder, model.encoder, model.decoder, advice=_ADVICE)
        model.reconstruction_loss.start_at(self.sigma)
        log.info("Starting from the weights in %s", self.folder)


def _text(value: Any) -> str:
    """Return a value of an architecture as it is written in params.yaml."""
    listed = list(value) if isinstance(value, tuple) else value
    return "null" if listed is None else excerpt(f"{listed}", 60)
