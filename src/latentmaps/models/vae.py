"""Encoder and decoder of the VAE: built, saved, loaded.

What the losses are and how the KL term enters the training stands in ``losses`` and ``kl``.
"""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import keras

from latentmaps.errors import DataError, TrainingError
from latentmaps.models import weights
from latentmaps.models.layers import FusedBatchNormalization

_ARCHITECTURE_FILE = "architecture.json"
_DESCRIBED = ("architecture", "origin")
_ADVICE = "run train_vae again"
_ENCODER_FILE = "encoder.weights.h5"
_DECODER_FILE = "decoder.weights.h5"

# The default slope of Keras, and so that of the source.
_LEAKY_SLOPE = 0.3


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The shape of a VAE.

    Attributes:
        image_size: height and width of an image, pixels.
        num_channels: 1 or 3.
        latent_dim: dimensions of the latent space.
        filters: feature maps of each convolution of the encoder; the decoder mirrors them.
        kernel_sizes: pixels, one per convolution.
        strides: one per convolution; their product divides `image_size`.
        activation: leaky_relu or relu.
        batch_norm: train or none.
    """

    image_size: int
    num_channels: int
    latent_dim: int
    filters: tuple[int, ...]
    kernel_sizes: tuple[int, ...]
    strides: tuple[int, ...]
    activation: str
    batch_norm: str

    def __post_init__(self) -> None:
        shrink = math.prod(self.strides)
        if self.image_size % shrink:
            raise TrainingError(
                f"crop_faces.image_size: found {self.image_size}, expected a multiple of {shrink}, "
                f"the product of train_vae.strides {list(self.strides)}; change one of the two"
            )

    @property
    def smallest_size(self) -> int:
        """Height and width of the maps of the last convolution of the encoder."""
        return self.image_size // math.prod(self.strides)


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where the weights of a VAE come from, for titles of pictures.

    Attributes:
        fact: weight of the KL term.
        epochs: passes through the training part.
        seed: of the training.
        num_train: faces of the training part.
    """

    fact: float
    epochs: int
    seed: int
    num_train: int

    def describe(self) -> str:
        """Gives it in words, for a title."""
        return (
            f"fact {self.fact:g}, {self.epochs} epochs on {self.num_train:,} faces, "
            f"seed {self.seed}"
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


def build_encoder(architecture: Architecture, *, precision: str = "float32") -> keras.Model:
    """Gives the encoder: pixels (n, h, w, c), 0..1 -> [z_mean, z_log_var], (n, latent_dim) each.

    Args:
        architecture: the shape.
        precision: float32, bfloat16 or float16 for the convolutions. The latent layers are float32:
            exp(z_log_var) overflows in float16.
    """
    policy = _policy(precision)
    size, channels = architecture.image_size, architecture.num_channels
    inputs = keras.Input((size, size, channels), name="pixels")
    maps = inputs
    for index in range(len(architecture.filters)):
        convolution = keras.layers.Conv2D(
            architecture.filters[index],
            architecture.kernel_sizes[index],
            strides=architecture.strides[index],
            padding="same",
            dtype=policy,
            name=f"convolution_{index + 1}",
        )
        maps = _normalise_and_activate(convolution(maps), architecture, policy, index)
    features = keras.layers.Flatten(dtype="float32", name="features")(maps)
    latent = [
        keras.layers.Dense(architecture.latent_dim, dtype="float32", name=name)(features)
        for name in ("z_mean", "z_log_var")
    ]
    return keras.Model(inputs, latent, name="encoder")


def build_decoder(architecture: Architecture, *, precision: str = "float32") -> keras.Model:
    """Gives the decoder: z (n, latent_dim) -> logits (n, h, w, c), unbounded, float32.

    Args:
        architecture: the shape; the decoder mirrors the encoder.
        precision: float32, bfloat16 or float16 for the convolutions.
    """
    policy = _policy(precision)
    size, filters = architecture.smallest_size, architecture.filters
    inputs = keras.Input((architecture.latent_dim,), name="z")
    dense = keras.layers.Dense(size * size * filters[-1], dtype=policy, name="features")(inputs)
    maps = keras.layers.Reshape((size, size, filters[-1]), dtype=policy, name="maps")(dense)
    targets = (architecture.num_channels, *filters[:-1])
    for index in reversed(range(len(filters))):
        is_last = index == 0
        convolution = keras.layers.Conv2DTranspose(
            targets[index],
            architecture.kernel_sizes[index],
            strides=architecture.strides[index],
            padding="same",
            dtype=policy,
            name="logits" if is_last else f"convolution_{index + 1}",
        )
        maps = convolution(maps)
        if not is_last:
            maps = _normalise_and_activate(maps, architecture, policy, index)
    logits = keras.layers.Activation("linear", dtype="float32", name="logits_float32")(maps)
    return keras.Model(inputs, logits, name="decoder")


def _policy(precision: str) -> keras.DTypePolicy:
    return keras.DTypePolicy("float32" if precision == "float32" else f"mixed_{precision}")


def _normalise_and_activate(
    maps: Any, architecture: Architecture, policy: keras.DTypePolicy, index: int
) -> Any:
    # Keras numbers layers without a name through the whole process, and the names are saved: equal
    # bytes need names of our own.
    if architecture.batch_norm == "train":
        name = f"normalisation_{index + 1}"
        maps = FusedBatchNormalization(dtype=policy, name=name)(maps)
    slope = _LEAKY_SLOPE if architecture.activation == "leaky_relu" else 0.0
    name = f"activation_{index + 1}"
    return keras.layers.LeakyReLU(negative_slope=slope, dtype=policy, name=name)(maps)


def save(folder: Path, saved: SavedVae) -> None:
    """Writes a trained VAE into `folder`: equal bytes for equal models, unlike .keras files."""
    folder.mkdir(parents=True, exist_ok=True)
    description = {part: dataclasses.asdict(getattr(saved, part)) for part in _DESCRIBED}
    text = json.dumps(description, indent=2)
    (folder / _ARCHITECTURE_FILE).write_text(text + "\n", encoding="utf-8")
    saved.encoder.save_weights(folder / _ENCODER_FILE)
    saved.decoder.save_weights(folder / _DECODER_FILE)


def load(folder: Path) -> SavedVae:
    """Gives the VAE that ``save`` wrote, in float32.

    Raises:
        DataError: a file is missing, or does not belong to the others.
    """
    architecture, origin = _read_description(folder / _ARCHITECTURE_FILE)
    encoder, decoder = build_encoder(architecture), build_decoder(architecture)
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
