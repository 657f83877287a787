"""A small VAE that many tests share."""

from typing import Any

import keras
import numpy as np

from latentmaps.models import vae

RANDOM = np.random.default_rng(4)
ORIGIN = vae.Origin(fact=5.0, epochs=2, seed=1, num_train=1600)


def architecture(**changes: Any) -> vae.Architecture:
    small: dict[str, Any] = {
        "image_size": 16,
        "num_channels": 3,
        "latent_dim": 5,
        "filters": (4, 6),
        "kernel_sizes": (3, 5),
        "strides": (2, 4),
        "activation": "leaky_relu",
        "batch_norm": "train",
    }
    return vae.Architecture(**small | changes)


def small_vae(**changes: Any) -> vae.SavedVae:
    keras.utils.set_random_seed(1)
    shape = architecture(**changes)
    return vae.SavedVae(shape, ORIGIN, vae.build_encoder(shape), vae.build_decoder(shape))


def images(num_images: int = 3) -> np.ndarray:
    return RANDOM.integers(0, 256, (num_images, 16, 16, 3), dtype=np.uint8)
