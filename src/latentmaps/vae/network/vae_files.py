"""A trained VAE on disk: weights, architecture and origin."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import keras
from pydantic import AfterValidator, Field

from latentmaps.errors import shorten
from latentmaps.storage import model_folder, weights
from latentmaps.vae.network import vae
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.network.corruption import CORRUPTIONS
from latentmaps.vae.network.reconstruction_losses import RECONSTRUCTION_LOSSES

_ADVICE = "run train_vae again"
# weights files of the encoder and the decoder
WEIGHTS = ("encoder.weights.h5", "decoder.weights.h5")
# attribute of ``Origin`` -> its key in architecture.json, if different: the name in params.yaml
_KEYS = {"kl_weight": "fact"}


def _require_known_loss(kind: str) -> str:
    if kind not in RECONSTRUCTION_LOSSES:
        raise ValueError(f"one of {', '.join(RECONSTRUCTION_LOSSES)}, found {shorten(kind)}")
    return kind


def _require_known_corruption(kind: str) -> str:
    if kind not in CORRUPTIONS:
        raise ValueError(f"one of {', '.join(CORRUPTIONS)}, found {shorten(kind)}")
    return kind


@dataclasses.dataclass(frozen=True)
class Origin:
    """The training run that produced the weights of a VAE.

    ``load`` checks the types of all attributes.

    Attributes:
        kl_weight: weight of the KL term; ``fact`` in architecture.json.
        reconstruction_loss: a name in ``RECONSTRUCTION_LOSSES``.
        sigma: learned standard deviation of the pixels, 0..1; None if the loss does not learn it.
        corruption: corruption of the training inputs, a name in ``CORRUPTIONS``.
        corruption_level: strength of the corruption; see ``corruption.corrupt``.
        epochs: passes through the training part.
        seed: seed of the training run.
        num_train: faces in the training part.
        initial_weights: name of each weights file that training started from -> its SHA-256;
            None if it started from random weights.
    """

    kl_weight: Annotated[float, Field(ge=0, alias=_KEYS["kl_weight"])]
    reconstruction_loss: Annotated[str, AfterValidator(_require_known_loss)]
    sigma: Annotated[float, Field(gt=0)] | None
    corruption: Annotated[str, AfterValidator(_require_known_corruption)]
    corruption_level: Annotated[float, Field(ge=0, le=1)]
    epochs: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    num_train: Annotated[int, Field(ge=1)]
    initial_weights: dict[str, str] | None = None

    def describe(self) -> str:
        """Return a description of the training run, for the title of a picture."""
        caption = RECONSTRUCTION_LOSSES[self.reconstruction_loss].caption
        loss = f"{caption}, " if caption else ""
        corrupted = "" if self.corruption == "none" else f", corruption {self.corruption}"
        start = "" if self.initial_weights is None else ", started from trained weights"
        epochs = "epoch" if self.epochs == 1 else "epochs"
        return (
            f"{loss}fact {self.kl_weight:g}, {self.epochs} {epochs} on {self.num_train:,} images"
            f"{corrupted}{start}, seed {self.seed}"
        )


@dataclasses.dataclass(frozen=True)
class SavedVae:
    """The content of a folder with a trained VAE.

    Attributes:
        architecture: layers of the networks.
        origin: the training run that produced the weights.
        encoder: pixels -> [z_mean, z_log_var].
        decoder: z -> logits.
    """

    architecture: Architecture
    origin: Origin
    encoder: keras.Model
    decoder: keras.Model


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description(model_folder.Description):
    """The content of a trained VAE's architecture.json; see ``SavedVae`` for the attributes."""

    architecture: Architecture
    origin: Origin


def save(folder: Path, saved: SavedVae) -> None:
    """Write a trained VAE into `folder`; identical models produce identical files."""
    parts = {name: _values(getattr(saved, name)) for name in ("architecture", "origin")}
    networks = dict(zip(WEIGHTS, (saved.encoder, saved.decoder), strict=True))
    model_folder.save(folder, parts, networks)


def _values(part: Any) -> dict[str, Any]:
    """Return the JSON key and value of each attribute that differs from its default.

    A new attribute with a default therefore does not change the files of existing networks.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(part)}
    values = dataclasses.asdict(part)
    return {
        _KEYS.get(name, name): value for name, value in values.items() if value != defaults[name]
    }


def load(folder: Path) -> SavedVae:
    """Load the VAE that ``save`` wrote, in float32.

    Raises:
        DataError: a file is missing or damaged, or does not match the others.
    """
    description = describe(folder, advice=_ADVICE)
    architecture = description.architecture
    encoder, decoder = vae.build_encoder(architecture), vae.build_decoder(architecture)
    load_weights(folder, encoder, decoder, advice=_ADVICE)
    return SavedVae(architecture, description.origin, encoder, decoder)


def describe(folder: Path, *, advice: str) -> Description:
    """Check that no file in `folder` was altered, and return the description of the VAE.

    Args:
        folder: the folder that ``save`` wrote.
        advice: what to do if the folder is unusable; ends the error message.

    Raises:
        DataError: see ``load``.
    """
    return model_folder.load(folder, Description, WEIGHTS, advice=advice)


def load_weights(folder: Path, encoder: keras.Model, decoder: keras.Model, *, advice: str) -> None:
    """Load saved weights into an encoder and a decoder.

    Args:
        folder: the folder that ``save`` wrote.
        encoder: a built network with the architecture in `folder`.
        decoder: a built network with the architecture in `folder`.
        advice: what to do if the weights are unusable; ends the error message.

    Raises:
        DataError: a file is missing or damaged, belongs to another network, or has weights that are
            not finite.
    """
    for network, name in zip((encoder, decoder), WEIGHTS, strict=True):
        weights.load(network, folder / name, advice=advice)
