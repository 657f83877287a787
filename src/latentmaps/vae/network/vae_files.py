"""A trained VAE on disk: weights, shape, origin, and a model card."""

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
# the files of weights: of the encoder, of the decoder
WEIGHTS = ("encoder.weights.h5", "decoder.weights.h5")


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
    """Where the weights of a VAE come from, for titles of pictures.

    The types are checked where it is read from a file.

    Attributes:
        fact: weight of the KL term.
        reconstruction_loss: a name of ``RECONSTRUCTION_LOSSES``.
        sigma: learned standard deviation of the pixels, 0..1; None where the loss learns none.
        corruption: of the images that were read while training, a name of ``CORRUPTIONS``.
        corruption_level: see ``corruption.corrupt``.
        epochs: passes through the training part.
        seed: of the training.
        num_train: faces of the training part.
        initial_weights: name of a file of weights, from which the training started, -> its SHA-256;
            None: it started from random ones.
    """

    fact: Annotated[float, Field(ge=0)]
    reconstruction_loss: Annotated[str, AfterValidator(_require_known_loss)]
    sigma: Annotated[float, Field(gt=0)] | None
    corruption: Annotated[str, AfterValidator(_require_known_corruption)]
    corruption_level: Annotated[float, Field(ge=0, le=1)]
    epochs: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    num_train: Annotated[int, Field(ge=1)]
    initial_weights: dict[str, str] | None = None

    def describe(self) -> str:
        """Return it in words, for a title."""
        caption = RECONSTRUCTION_LOSSES[self.reconstruction_loss].caption
        loss = f"{caption}, " if caption else ""
        corrupted = "" if self.corruption == "none" else f", corruption {self.corruption}"
        start = "" if self.initial_weights is None else ", started from trained weights"
        epochs = "epoch" if self.epochs == 1 else "epochs"
        return (
            f"{loss}fact {self.fact:g}, {self.epochs} {epochs} on {self.num_train:,} images"
            f"{corrupted}{start}, seed {self.seed}"
        )


@dataclasses.dataclass(frozen=True)
class SavedVae:
    """What a folder of a trained VAE holds.

    Attributes:
        architecture: the shape of the networks.
        origin: where the weights come from.
        encoder: pixels -> [z_mean, z_log_var].
        decoder: z -> logits.
    """

    architecture: Architecture
    origin: Origin
    encoder: keras.Model
    decoder: keras.Model


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description(model_folder.Description):
    """What architecture.json of a trained VAE holds; attributes as those of ``SavedVae``."""

    architecture: Architecture
    origin: Origin


def save(folder: Path, saved: SavedVae) -> None:
    """Write a trained VAE into `folder`: equal bytes for equal models."""
    parts = {name: _values(getattr(saved, name)) for name in ("architecture", "origin")}
    networks = dict(zip(WEIGHTS, (saved.encoder, saved.decoder), strict=True))
    model_folder.save(folder, parts, networks)


def _values(part: Any) -> dict[str, Any]:
    """Return the values of a part of the description by name, without those that are the default.

    So a value that came later, which has a default, leaves the files of all other networks alike.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(part)}
    values = dataclasses.asdict(part)
    return {name: value for name, value in values.items() if value != defaults[name]}


def load(folder: Path) -> SavedVae:
    """Return the VAE that ``save`` wrote, in float32.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the others.
    """
    description = describe(folder, advice=_ADVICE)
    architecture = description.architecture
    encoder, decoder = vae.build_encoder(architecture), vae.build_decoder(architecture)
    load_weights(folder, encoder, decoder, advice=_ADVICE)
    return SavedVae(architecture, description.origin, encoder, decoder)


def describe(folder: Path, *, advice: str) -> Description:
    """Return the description of the VAE that ``save`` wrote, once no file in `folder` was altered.

    Args:
        folder: of the VAE.
        advice: what to do when it is of no use.

    Raises:
        DataError: as ``load``.
    """
    return model_folder.load(folder, Description, WEIGHTS, advice=advice)


def load_weights(folder: Path, encoder: keras.Model, decoder: keras.Model, *, advice: str) -> None:
    """Give two networks the weights that ``save`` wrote.

    Args:
        folder: of the VAE.
        encoder: built, of the architecture in `folder`.
        decoder: likewise.
        advice: what to do when the weights are of no use.

    Raises:
        DataError: a file is missing or damaged, of another network, or has weights that are not
            finite.
    """
    for network, name in zip((encoder, decoder), WEIGHTS, strict=True):
        weights.load(network, folder / name, advice=advice)
