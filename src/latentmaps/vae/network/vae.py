"""Build the untrained encoder and decoder of a VAE.

The reconstruction losses are in ``reconstruction_losses``, the KL term is in ``vae.training.kl``,
and ``vae_files`` saves a trained VAE.
"""

from collections.abc import Mapping
from typing import Any

import keras

from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.network.convolutions import Convolution, TransposedConvolution
from latentmaps.vae.network.layers import (
    AlphaDropout,
    Bias,
    Dropout,
    FrozenBatchNormalization,
    FusedBatchNormalization,
)

# Keras's default, which R. Moenchmeyer's blog posts use; see docs/training.md
_LEAKY_SLOPE = 0.3

_NORMALIZATIONS: Mapping[str, type[keras.layers.Layer]] = {
    "train": FusedBatchNormalization,
    "frozen": FrozenBatchNormalization,
}


def build_encoder(architecture: Architecture, *, compute_dtype: str = "float32") -> keras.Model:
    """Return the encoder: pixels (n, h, w, c), 0..1 -> [z_mean, z_log_var], (n, latent_dim) each.

    Args:
        architecture: the layers.
        compute_dtype: float32, bfloat16 or float16, for convolutions and matrix products. The
            outputs are always float32, because exp(z_log_var) would overflow in float16.
    """
    blocks = _Blocks(architecture, compute_dtype)
    size, channels = architecture.image_size, architecture.num_channels
    inputs = keras.Input((size, size, channels), name="pixels")
    maps = inputs
    for index in range(len(architecture.filters)):
        convolution = Convolution(
            architecture.filters[index],
            architecture.kernel_sizes[index],
            strides=architecture.strides[index],
            padding=architecture.paddings[index],
            name=f"convolution_{index + 1}",
            **blocks.normalized,
        )
        maps = blocks.activate(convolution(maps), str(index + 1))
    features = keras.layers.Flatten(dtype=blocks.policy, name="features")(maps)
    if architecture.dense_units is not None:
        dense = keras.layers.Dense(architecture.dense_units, name="dense", **blocks.trainable)
        features = blocks.activate(dense(features), "dense")
    latent = [blocks.latent(features, name) for name in ("z_mean", "z_log_var")]
    return keras.Model(inputs, latent, name="encoder")


def build_decoder(architecture: Architecture, *, compute_dtype: str = "float32") -> keras.Model:
    """Return the decoder: z (n, latent_dim) -> logits (n, h, w, c), unbounded, float32.

    Args:
        architecture: the layers. Strides and paddings are those of the encoder in reverse.
        compute_dtype: float32, bfloat16 or float16, for convolutions and matrix products.
    """
    blocks = _Blocks(architecture, compute_dtype)
    size, maps_read = architecture.map_sizes[-1], architecture.decoder_maps
    inputs = keras.Input((architecture.latent_dim,), name="z")
    features = inputs
    if architecture.dense_units is not None:
        dense = keras.layers.Dense(architecture.dense_units, name="dense", **blocks.trainable)
        features = blocks.activate(dense(features), "dense")
    num_features = size * size * maps_read[-1]
    features = keras.layers.Dense(num_features, name="features", dtype=blocks.policy)(features)
    maps = keras.layers.Reshape((size, size, maps_read[-1]), dtype=blocks.policy, name="maps")(
        features
    )
    for index in reversed(range(1, len(maps_read))):
        maps = blocks.enlarge(maps, index, maps_read[index - 1], name=f"convolution_{index + 1}")
        maps = blocks.activate(maps, str(index + 1))
    logits = blocks.enlarge(maps, 0, architecture.num_channels, name="logits")
    return keras.Model(inputs, Bias(name="logits_bias")(logits), name="decoder")


class _Blocks:
    """Building blocks that the encoder and the decoder share.

    Every layer gets an explicit name. Keras would number unnamed layers across the whole process
    and save these numbers, so identical models would produce different files.

    Attributes:
        policy: dtype policy of every layer that does not need float32.
        trainable: arguments for a layer that is followed by an activation.
        normalized: arguments for a convolution that is followed by batch normalization, if any.
    """

    def __init__(self, architecture: Architecture, compute_dtype: str) -> None:
        self._architecture = architecture
        name = "float32" if compute_dtype == "float32" else f"mixed_{compute_dtype}"
        self.policy = keras.DTypePolicy(name)
        # SELU keeps mean 0 and variance 1 only with this initializer; Klambauer et al. 2017, sec. 3
        initializer = "lecun_normal" if architecture.activation == "selu" else "glorot_uniform"
        self.trainable: dict[str, Any] = {
            "dtype": self.policy,
            "kernel_initializer": initializer,
        }
        # no bias before batch normalization, which subtracts the mean and adds its own offset
        has_bias = architecture.batch_norm == "none"
        self.normalized: dict[str, Any] = self.trainable | {"use_bias": has_bias}

    def activate(self, maps: Any, name: str) -> Any:
        """Apply normalization, activation and dropout to maps or features."""
        normalization = _NORMALIZATIONS.get(self._architecture.batch_norm)
        if normalization is not None and len(maps.shape) == 4:
            maps = normalization(dtype=self.policy, name=f"normalization_{name}")(maps)
        maps = self._activation(f"activation_{name}")(maps)
        if self._architecture.dropout_rate == 0.0:
            return maps
        return self._dropout(f"dropout_{name}")(maps)

    def latent(self, features: Any, name: str) -> Any:
        """Return z_mean or z_log_var, (n, latent_dim), float32."""
        dense = keras.layers.Dense(self._architecture.latent_dim, dtype=self.policy, name=name)
        to_float32 = keras.layers.Activation("linear", dtype="float32", name=f"{name}_float32")
        return to_float32(dense(features))

    def enlarge(self, maps: Any, index: int, num_maps: int, *, name: str) -> Any:
        """Undo convolution `index` of the encoder and return maps of its input size.

        Returns:
            (n, h, w, num_maps), before normalization and activation.
        """
        stride = self._architecture.strides[index]
        kernel_size = self._architecture.decoder_kernels[index]
        # index 0 produces the logits: no activation follows, and a separate layer adds their bias
        arguments = {"dtype": self.policy, "use_bias": False} if index == 0 else self.normalized
        if self._architecture.upsampling == "transpose":
            return TransposedConvolution(
                num_maps,
                kernel_size,
                strides=stride,
                padding=self._architecture.paddings[index],
                output_padding=self._output_padding(index),
                name=name,
                **arguments,
            )(maps)
        if stride > 1:
            maps = keras.layers.UpSampling2D(stride, dtype=self.policy, name=f"resize_{index + 1}")(
                maps
            )
        return keras.layers.Conv2D(num_maps, kernel_size, padding="same", name=name, **arguments)(
            maps
        )

    def _output_padding(self, index: int) -> int | None:
        """Return the number of rows that ``"valid"`` padding leaves out; None for ``"same"``."""
        if self._architecture.paddings[index] == "same":
            return None
        size, smaller = self._architecture.map_sizes[index : index + 2]
        stride, kernel_size = (
            self._architecture.strides[index],
            self._architecture.decoder_kernels[index],
        )
        return size - ((smaller - 1) * stride + kernel_size)

    def _activation(self, name: str) -> keras.layers.Layer:
        if self._architecture.activation == "selu":
            return keras.layers.Activation("selu", dtype=self.policy, name=name)
        slope = _LEAKY_SLOPE if self._architecture.activation == "leaky_relu" else 0.0
        return keras.layers.LeakyReLU(negative_slope=slope, dtype=self.policy, name=name)

    def _dropout(self, name: str) -> keras.layers.Layer:
        # plain dropout would change the mean and the variance that SELU preserves
        kind = AlphaDropout if self._architecture.activation == "selu" else Dropout
        return kind(self._architecture.dropout_rate, dtype=self.policy, name=name)
