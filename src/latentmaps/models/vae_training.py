"""Train a VAE from images to history: what stands between the parameters and ``training.fit``."""

import logging
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps import training
from latentmaps.data import batches
from latentmaps.models import kl, losses, vae

log = logging.getLogger(__name__)

Images = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """How a VAE is trained.

    Attributes:
        kl_weight: ``fact``, the weight of the KL term.
        learning_rate: of Adam.
        epochs: passes through the training part.
        batch_size: images a step.
        precision: float32, bfloat16 or float16.
        jit_compile: whether the step is compiled with XLA.
        seed: of initial weights, noise and the order of the images.
    """

    kl_weight: float
    learning_rate: float
    epochs: int
    batch_size: int
    precision: str
    jit_compile: bool
    seed: int


def train(
    architecture: vae.Architecture,
    settings: Settings,
    images: Images,
    *,
    train: Rows,
    validation: Rows,
) -> tuple[kl.TrainStepVae, pd.DataFrame]:
    """Gives the trained VAE and a row of losses per epoch.

    Args:
        architecture: the shape of the network.
        settings: how it is trained.
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        train: rows of `images` to learn from.
        validation: rows of `images` for the ``val_`` metrics.

    Raises:
        TrainingError: the batch is larger than the training part, or a loss is not finite.
    """
    steps_per_epoch = batches.steps_per_epoch(len(train), settings.batch_size)
    model = _build(architecture, settings)
    log.info(
        "Training a VAE of %s weights on %s faces: %d epochs of %d batches of %d, %s",
        f"{model.encoder.count_params() + model.decoder.count_params():,}",
        f"{len(train):,}",
        settings.epochs,
        steps_per_epoch,
        settings.batch_size,
        settings.precision,
    )
    history = training.fit(
        model,
        batches.training_batches(
            images,
            train,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            seed=settings.seed,
        ),
        validation=batches.ordered_batches(images, validation, batch_size=settings.batch_size),
        epochs=settings.epochs,
        steps_per_epoch=steps_per_epoch,
    )
    return model, history


def _build(architecture: vae.Architecture, settings: Settings) -> kl.TrainStepVae:
    keras.utils.set_random_seed(settings.seed)  # the initial weights
    model = kl.TrainStepVae(
        vae.build_encoder(architecture, precision=settings.precision),
        vae.build_decoder(architecture, precision=settings.precision),
        kl_weight=settings.kl_weight,
        seed=settings.seed,
    )
    optimizer = keras.optimizers.Adam(settings.learning_rate)
    if settings.precision == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    model.compile(optimizer=optimizer, jit_compile=settings.jit_compile)
    return model


def final_numbers(history: pd.DataFrame, model: kl.TrainStepVae) -> dict[str, float]:
    """Gives the losses of the last epoch, and the same in units that compare between models.

    Args:
        history: as ``train`` gives it.
        model: the trained VAE.

    Returns:
        The columns of the last row, and ``beta_equivalent``, ``num_parameters``,
        ``val_kl_share`` (of the total loss) and ``val_bce_per_dim`` (nats).
    """
    last = training.last_numbers(history)
    size, channels = model.encoder.input_shape[1], model.encoder.input_shape[3]
    return last | {
        "beta_equivalent": losses.beta_equivalent(model.kl_weight, num_channels=channels),
        "val_kl_share": last["val_kl_loss"] / last["val_total_loss"],
        "val_bce_per_dim": last["val_reconstruction_loss"] / size**2,
        "num_parameters": model.encoder.count_params() + model.decoder.count_params(),
    }
