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
_ENCODER_FILE = "encoder.weights.h5"
_DECODER_FILE = "decoder.weights.h5"


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
    """

    fact: Annotated[float, Field(ge=0)]
    reconstruction_loss: Annotated[str, AfterValidator(_require_known_loss)]
    sigma: Annotated[float, Field(gt=0)] | None
    corruption: Annotated[str, AfterValidator(_require_known_corruption)]
    corruption_level: Annotated[float, Field(ge=0, le=1)]
    epochs: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    num_train: Annotated[int, Field(ge=1)]

    def describe(self) -> str:
        """Return it in words, for a title."""
        caption = RECONSTRUCTION_LOSSES[self.reconstruction_loss].caption
        loss = f"{caption}, " if caption else ""
        corrupted = "" if self.corruption == "none" else f", corruption {self.corruption}"
        epochs = "epoch" if self.epochs == 1 else "epochs"
        return (
            f"{loss}fact {self.fact:g}, {self.epochs} {epochs} on {self.num_train:,} faces"
            f"{corrupted}, seed {self.seed}"
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
class _Description(model_folder.Description):
    architecture: Architecture
    origin: Origin


def save(folder: Path, saved: SavedVae) -> None:
    """Write a trained VAE into `folder`: equal bytes for equal models."""
    parts = {name: _values(getattr(saved, name)) for name in ("architecture", "origin")}
    networks = {_ENCODER_FILE: saved.encoder, _DECODER_FILE: saved.decoder}
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
    files = (_ENCODER_FILE, _DECODER_FILE)
    description = model_folder.load(folder, _Description, files, advice=_ADVICE)
    architecture = description.architecture
    encoder, decoder = vae.build_encoder(architecture), vae.build_decoder(architecture)
    weights.load(encoder, folder / _ENCODER_FILE, advice=_ADVICE)
    weights.load(decoder, folder / _DECODER_FILE, advice=_ADVICE)
    return SavedVae(architecture, description.origin, encoder, decoder)
