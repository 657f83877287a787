"""Train a VAE from images to numbers: what stands between the parameters and ``training.fit``."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from latentmaps.errors import TrainingError
from latentmaps.training import fit, optimizers
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.training.early_stopping import EarlyStopping
from latentmaps.vae.network import vae
from latentmaps.vae.training import batches, kl, losses
from latentmaps.vae.training.likelihood import Likelihood
from latentmaps.vae.training.trainable_vae import TrainableVae
from latentmaps.vae.training.vae_task import Task

log = logging.getLogger(__name__)

_MONITORED = "val_total_loss"


@dataclass(frozen=True)
class Devices:
    """Where a VAE is trained.

    Attributes:
        strategy: of several devices or machines; None: one device.
        jit_compile: whether the step is compiled with XLA.
    """

    strategy: tf.distribute.Strategy | None = None
    jit_compile: bool = False


def train(
    task: Task, *, epochs: int, devices: Devices, checkpoints: Checkpoints | None = None
) -> tuple[TrainableVae, fit.Trained]:
    """Gives the trained VAE and what the training told.

    Args:
        task: what to train on what.
        epochs: passes through the training part, those before the last checkpoint included.
        devices: where.
        checkpoints: where the state after each epoch goes; None: nowhere.

    Raises:
        TrainingError: the training part does not fill a batch, a batch cannot be spread over the
            devices, or a loss is not finite.
        DataError: a checkpoint is damaged.
    """
    settings, steps = task.settings, task.steps_per_epoch
    _require_equal_pieces(settings.batch_size, devices.strategy)
    with (devices.strategy or tf.distribute.get_strategy()).scope():
        model = build(task, jit_compile=devices.jit_compile)
    log.info(
        "Training a VAE of %s weights on %s faces: epochs %d, each %d batches of %d, %s, %s",
        f"{num_parameters(model):,}",
        f"{len(task.train.rows):,}",
        epochs,
        steps,
        settings.batch_size,
        settings.kl_method,
        settings.precision,
    )

    def remaining(first_epoch: int) -> tf.data.Dataset:
        data = batches.training_batches(
            task.train, batch_size=settings.batch_size, epochs=epochs, first_epoch=first_epoch
        )
        return with_targets(model, data)

    validation = batches.ordered_batches(
        task.validation,
        batch_size=settings.batch_size,
        filled=devices.strategy is not None,
    )
    patience = settings.early_stopping_patience
    trained = fit.fit(
        model,
        remaining,
        validation=with_targets(model, validation),
        schedule=fit.Schedule(
            epochs, steps, EarlyStopping(_MONITORED, patience) if patience else None
        ),
        checkpoints=checkpoints,
        callbacks=[_WarmUp(settings.fact_warmup_epochs)],
    )
    return model, trained


def _require_equal_pieces(batch_size: int, strategy: tf.distribute.Strategy | None) -> None:
    num_devices = strategy.num_replicas_in_sync if strategy else 1
    if batch_size % num_devices:
        raise TrainingError(
            f"train_vae.batch_size: found {batch_size}, expected a multiple of {num_devices}, the "
            "number of devices that share a batch"
        )


def build(task: Task, *, jit_compile: bool = False) -> TrainableVae:
    """Gives the untrained VAE, compiled and built."""
    settings = task.settings
    keras.utils.set_random_seed(settings.seed)  # the initial weights
    model = kl.METHODS[settings.kl_method](
        vae.build_encoder(task.architecture, precision=settings.precision),
        vae.build_decoder(task.architecture, precision=settings.precision),
        likelihood=Likelihood(settings.reconstruction_loss),
        kl_weight=settings.fact,
    )
    optimizer = optimizers.FusedAdam(
        optimizers.learning_rate(
            settings.learning_rate,
            schedule=settings.learning_rate_schedule,
            decay_steps=settings.decay_epochs * task.steps_per_epoch,
            decay_rate=settings.decay_rate,
        )
    )
    if settings.precision == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(model.trainable_variables)
    model.make_ready(optimizer, jit_compile=jit_compile)
    return model


def with_targets(model: TrainableVae, data: tf.data.Dataset) -> tf.data.Dataset:
    """Gives batches with the targets that the method of the model wants."""
    return data.map(lambda inputs, pixels, *weights: (inputs, model.targets(pixels), *weights))


def num_parameters(model: TrainableVae) -> int:
    """Gives the number of weights of encoder and decoder."""
    return int(model.encoder.count_params() + model.decoder.count_params())


class _WarmUp(keras.callbacks.Callback):
    """Raises the weight of the KL term epoch by epoch; validation always has the whole.

    Epoch e of w has e / (w + 1) of the weight: none has nothing, and the epoch behind them has all.
    """

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs = epochs
        self._share = 1.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._share = min(1.0, (epoch + 1) / (self._epochs + 1))
        self.model.warm_up.assign(self._share)

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self.model.warm_up.assign(1.0)

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self.model.warm_up.assign(self._share)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None:
            logs["fact"] = self.model.kl_weight * self._share
            rate = tf.convert_to_tensor(self.model.optimizer.learning_rate)
            logs["learning_rate"] = float(rate)


def final_numbers(
    model: TrainableVae, trained: fit.Trained, *, entropy_per_dim: float
) -> dict[str, Any]:
    """Gives the losses of the epoch of the weights, and the same in units that compare.

    Args:
        model: the trained VAE.
        trained: as ``train`` gives it.
        entropy_per_dim: of the validation part, see ``losses.floor_per_dim``.

    Returns:
        The losses and their ``val_`` twins, and ``beta_equivalent``; ``val_kl_share`` of the total
        loss; ``val_bce_per_dim`` or ``val_nll_per_dim`` in nats, and how much of it is above its
        floor; ``sigma`` if it is learnt; ``num_parameters``; ``epoch``.
    """
    numbers = trained.numbers()
    size, channels = model.encoder.input_shape[1], model.encoder.input_shape[3]
    kind, sigma = model.likelihood.kind, model.likelihood.sigma
    per_dim = losses.nats_per_dim(kind, numbers["val_reconstruction_loss"], num_pixels=size**2)
    name = "bce" if kind == "bce" else "nll"
    return numbers | {
        "fact": model.kl_weight,
        "beta_equivalent": losses.beta_equivalent(kind, model.kl_weight, num_channels=channels),
        "val_kl_share": numbers["val_kl_loss"] / numbers["val_total_loss"],
        f"val_{name}_per_dim": per_dim,
        f"val_{name}_above_floor": per_dim - losses.floor_per_dim(kind, entropy_per_dim),
        **({} if sigma is None else {"sigma": sigma}),
        "num_parameters": num_parameters(model),
        "epoch": trained.epoch,
    }
