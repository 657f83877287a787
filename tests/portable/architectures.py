"""VAEs and CNNs of all supported shapes, with random weights."""

from typing import Any

import keras
import numpy as np
from tests.vae.example_vae import architecture

from latentmaps.cnn.network import cnn
from latentmaps.vae.network import vae

# differences from a VAE of 16x16 pixels with two convolutions
CHANGES: list[dict[str, Any]] = [
    {},
    {"latent_dim": 1},
    {"filters": (3,), "kernel_sizes": (3,), "strides": (2,), "paddings": ("same",)},
    {"filters": (2, 5, 3), "kernel_sizes": (4, 1, 2), "strides": (2, 2, 1)}
    | {"paddings": ("same",) * 3},
    {"num_channels": 1},
    {"batch_norm": "none"},
    {"batch_norm": "frozen"},
    {"activation": "relu"},
    {"activation": "selu", "batch_norm": "none"},
    {"activation": "selu", "batch_norm": "none", "dropout_rate": 0.2, "dense_units": 6},
    {"dropout_rate": 0.2},
    {"dense_units": 7},
    {"upsampling": "resize"},
    {"upsampling": "resize", "strides": (1, 4)},
    {"upsampling": "resize", "decoder_filters": (3, 8), "decoder_kernel_sizes": (4, 1)},
    {"kernel_sizes": (2, 3), "strides": (4, 2)},
    {"kernel_sizes": (7, 6), "strides": (2, 2)},
    {"paddings": ("valid", "valid")},
    {"paddings": ("valid", "same"), "image_size": 17, "strides": (2, 2)},
    {"image_size": 23, "paddings": ("valid", "valid"), "strides": (3, 2)},
    {"paddings": ("valid", "valid"), "decoder_kernel_sizes": (7, 4)},
    {"paddings": ("valid", "valid"), "decoder_kernel_sizes": (4, 3)},
    {"decoder_filters": (7, 3), "decoder_kernel_sizes": (2, 6)},
    {"decoder_filters": (7, 3), "dense_units": 5, "num_channels": 1},
]
CNNS: list[dict[str, Any]] = [
    {"filters": (4, 8, 5), "dense_units": 6},
    {"filters": (3,), "dense_units": 9, "kernel_size": 5},
    {"filters": (4, 3), "dense_units": 5, "kernel_size": 2, "pool_size": 3},
]


def randomize(model: keras.Model, *, seed: int = 3) -> keras.Model:
    """Set all weights to random values, including the moving statistics."""
    generator = np.random.default_rng(seed)
    for variable in model.variables:
        values = np.asarray(variable)
        if values.dtype.kind != "f":
            continue  # state of a random generator
        if variable.name == "moving_variance":
            values = generator.uniform(0.3, 2.0, values.shape)
        elif variable.name == "gamma":
            values = generator.uniform(0.5, 1.5, values.shape)
        elif values.ndim == 1:
            values = generator.normal(0.0, 0.3, values.shape)
        else:
            spread = 1.4 / np.sqrt(max(1, np.prod(values.shape) / max(values.shape[-2:])))
            values = generator.normal(0.0, spread, values.shape)
        variable.assign(values.astype(np.float32))
    return model


def encoder(**changes: Any) -> keras.Model:
    return randomize(vae.build_encoder(architecture(**changes)))


def decoder(**changes: Any) -> keras.Model:
    return randomize(vae.build_decoder(architecture(**changes)))


def digit_cnn(**shape: Any) -> keras.Model:
    return randomize(cnn.build_cnn(cnn.Architecture(**shape)))


def inputs_of(model: keras.Model, *, num_inputs: int = 4) -> np.ndarray:
    """Return random inputs of a network: pixels 0..1, or points of the prior."""
    shape = (num_inputs, *model.input.shape[1:])
    generator = np.random.default_rng(7)
    if model.name == "encoder":
        return generator.uniform(0.0, 1.0, shape).astype(np.float32)
    return generator.normal(size=shape).astype(np.float32)
