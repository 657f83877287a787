"""A trained VAE on disk: weights, shape, origin, and a model card."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import keras

from latentmaps.errors import DataError
from latentmaps.models import vae, weights
from latentmaps.models.architecture import Architecture

_ARCHITECTURE_FILE = "architecture.json"
_DESCRIBED = ("architecture", "origin")
_ADVICE = "run train_vae again"
_ENCODER_FILE = "encoder.weights.h5"
_DECODER_FILE = "decoder.weights.h5"


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where the weights of a VAE come from, for titles of pictures.

    Attributes:
        fact: weight of the KL term.
        reconstruction_loss: bce, mse or gaussian.
        sigma: learned standard deviation of the pixels, 0..1; None unless gaussian.
        corruption: of the images that were read while training: none, noise, gray or mask.
        corruption_level: see ``data.corruption``.
        epochs: passes through the training part.
        seed: of the training.
        num_train: faces of the training part.
    """

    fact: float
    reconstruction_loss: str
    sigma: float | None
    corruption: str
    corruption_level: float
    epochs: int
    seed: int
    num_train: int

    def describe(self) -> str:
        """Gives it in words, for a title."""
        kind = "" if self.reconstruction_loss == "bce" else f"{self.reconstruction_loss}, "
        corrupted = "" if self.corruption == "none" else f", corruption {self.corruption}"
        epochs = "epoch" if self.epochs == 1 else "epochs"
        return (
            f"{kind}fact {self.fact:g}, {self.epochs} {epochs} on {self.num_train:,} faces"
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


def save(folder: Path, saved: SavedVae) -> None:
    """Writes a trained VAE into `folder`: equal bytes for equal models, unlike .keras files."""
    folder.mkdir(parents=True, exist_ok=True)
    description = {part: dataclasses.asdict(getattr(saved, part)) for part in _DESCRIBED}
    text = json.dumps(description, indent=2)
    (folder / _ARCHITECTURE_FILE).write_text(text + "\n", encoding="utf-8")
    weights.save(saved.encoder, folder / _ENCODER_FILE)
    weights.save(saved.decoder, folder / _DECODER_FILE)


def load(folder: Path) -> SavedVae:
    """Gives the VAE that ``save`` wrote, in float32.

    Raises:
        DataError: a file is missing, or does not belong to the others.
    """
    architecture, origin = _read_description(folder / _ARCHITECTURE_FILE)
    encoder, decoder = vae.build_encoder(architecture), vae.build_decoder(architecture)
    weights.load(encoder, folder / _ENCODER_FILE, advice=_ADVICE)
    weights.load(decoder, folder / _DECODER_FILE, advice=_ADVICE)
    return SavedVae(architecture, origin, encoder, decoder)


def _read_description(path: Path) -> tuple[Architecture, Origin]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        shape: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content["architecture"].items()
        }
        return Architecture(**shape), Origin(**content["origin"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path}: no description of a VAE ({error}); {_ADVICE}") from error
