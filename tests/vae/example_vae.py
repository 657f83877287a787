"""A small VAE that many tests share."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.params.train_vae import TrainVae
from latentmaps.vae.network import vae
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.network.vae_files import Origin, SavedVae
from latentmaps.vae.training import vae_task

RANDOM = np.random.default_rng(4)
ORIGIN = Origin(
    kl_weight=5.0,
    reconstruction_loss="bce",
    sigma=None,
    corruption="none",
    corruption_level=0.2,
    epochs=2,
    seed=1,
    num_train=1600,
)


_SHAPE: dict[str, Any] = {
    "latent_dim": 5,
    "filters": (4, 6),
    "kernel_sizes": (3, 5),
    "strides": (2, 4),
    "paddings": ("same", "same"),
    "activation": "leaky_relu",
    "batch_norm": "train",
    "dropout_rate": 0.0,
    "dense_units": None,
    "upsampling": "transpose",
    "decoder_filters": None,
    "decoder_kernel_sizes": None,
}

# for tests that do not depend on the number of layers; tracing a single layer takes less time
ONE_LAYER: dict[str, Any] = {
    "filters": (4,),
    "kernel_sizes": (5,),
    "strides": (4,),
    "paddings": ("same",),
}


def architecture(**changes: Any) -> Architecture:
    return Architecture(**{"image_size": 16, "num_channels": 3} | _SHAPE | changes)


def small_vae(**changes: Any) -> SavedVae:
    keras.utils.set_random_seed(1)
    shape = architecture(**changes)
    return SavedVae(shape, ORIGIN, vae.build_encoder(shape), vae.build_decoder(shape))


def images(num_images: int = 3) -> npt.NDArray[np.uint8]:
    return RANDOM.integers(0, 256, (num_images, 16, 16, 3), dtype=np.uint8)


def params(**changes: Any) -> TrainVae:
    simple: dict[str, Any] = {
        "fact": 5.0,
        "fact_warmup_epochs": 0,
        "kl_method": "train_step",
        "reconstruction_loss": "bce",
        "initial_weights": None,
        "learning_rate": 0.002,
        "learning_rate_schedule": "constant",
        "decay_epochs": 2,
        "decay_rate": 0.5,
        "weight_average": 0.9,
        "early_stopping_patience": None,
        "corruption": "none",
        "corruption_level": 0.3,
        "precision": "float32",
        "seed": None,
        "epochs": 2,
        "batch_size": 4,
    }
    return TrainVae(**_SHAPE | simple | changes)


def task(*, seed: int = 1, **changes: Any) -> vae_task.Task:
    """Return a task with 14 training faces (3 batches of 4) and 6 validation faces.

    Args:
        seed: seed of the training part.
        changes: values of the section ``train_vae``.
    """
    section = params(**changes)
    pictures = np.random.default_rng(5).integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    parts = {"train": np.arange(14), "validation": np.arange(14, 20)}
    return vae_task.Task.for_faces(
        section, pictures, parts, kl_weight=section.fact, seed=seed, validation_seed=1
    )
