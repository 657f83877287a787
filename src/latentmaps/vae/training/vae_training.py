"""Train a VAE: build the model from its task and hand it to ``training.fit``."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from latentmaps.errors import TrainingError
from latentmaps.training import fit, optimizers
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.training.early_stopping import EarlyStopping
from latentmaps.training.weight_average import WeightAverage
from latentmaps.vae.network import vae
from latentmaps.vae.network.reconstruction_losses import RECONSTRUCTION_LOSSES
from latentmaps.vae.training import batches, kl
from latentmaps.vae.training.film import FilmRecorder
from latentmaps.vae.training.trainable_vae import TrainableVae
from latentmaps.vae.training.vae_task import Task

log = logging.getLogger(__name__)

_MONITORED = "val_total_loss"


@dataclass(frozen=True)
class Devices:
    """The devices that train a VAE.

    Attributes:
        strategy: strategy that distributes training over devices or machines; None for one device.
        jit_compile: whether XLA compiles the step.
        prefetch_to: device to which batches are sent ahead of time; None keeps them in host memory,
            from which a strategy distributes them.
    """

    strategy: tf.distribute.Strategy | None = None
    jit_compile: bool = False
    prefetch_to: str | None = None


def train(
    task: Task,
    *,
    devices: Devices,
    checkpoints: Checkpoints | None = None,
    film: FilmRecorder | None = None,
    follow: Callable[[fit.Rows], None] | None = None,
) -> tuple[TrainableVae, fit.Trained]:
    """Train a VAE and return it with the result of the run.

    Args:
        task: the network, data and length of the run. Epochs that a checkpoint covers are not
            trained again.
        devices: the devices to train on.
        checkpoints: where to store the state after each epoch; None stores nothing.
        film: recorder of the pictures after each epoch; None records nothing.
        follow: see ``fit.fit``.

    Raises:
        TrainingError: the training part does not fill a batch, the batch size is not a multiple of
            the number of devices, or a loss is not finite.
        DataError: a checkpoint, a frame of the film or a file of initial weights is damaged.
    """
    epochs, batch_size, steps = task.length.epochs, task.length.batch_size, task.steps_per_epoch
    require_equal_shares(batch_size, devices.strategy)
    with (devices.strategy or tf.distribute.get_strategy()).scope():
        model = build(task, jit_compile=devices.jit_compile)
    log.info(
        "Training a VAE with %s weights on %s faces: %d epochs of %d batches of %d images, "
        "kl_method %s, compute dtype %s",
        f"{model.num_parameters:,}",
        f"{len(task.train.rows):,}",
        epochs,
        steps,
        batch_size,
        task.params.kl_method,
        task.compute_dtype,
    )

    def remaining(first_epoch: int) -> tf.data.Dataset:
        data = batches.training_batches(
            task.train, batch_size=batch_size, epochs=epochs, first_epoch=first_epoch
        )
        return with_targets(model, data)

    # XLA would compile the step a second time for a smaller last batch
    filled = devices.strategy is not None or devices.jit_compile
    validation = batches.ordered_batches(task.validation, batch_size=batch_size, filled=filled)
    patience = task.params.early_stopping_patience
    trained = fit.fit(
        model,
        remaining,
        validation=with_targets(model, validation),
        schedule=fit.Schedule(
            epochs, steps, EarlyStopping(_MONITORED, patience) if patience else None
        ),
        checkpoints=checkpoints,
        # the film comes last: it must see the averaged weights
        callbacks=[*make_callbacks(task, model), *([film] if film else [])],
        follow=follow,
        prefetch_to=devices.prefetch_to,
    )
    return model, trained


def require_equal_shares(batch_size: int, strategy: tf.distribute.Strategy | None) -> None:
    """Check that all devices get the same number of images from a batch.

    Raises:
        TrainingError: the batch size is not a multiple of the number of devices.
    """
    num_devices = strategy.num_replicas_in_sync if strategy else 1
    if batch_size % num_devices:
        raise TrainingError(
            f"train_vae.batch_size: found {batch_size}, expected a multiple of {num_devices}, the "
            "number of devices that share a batch; change it"
        )


def build(task: Task, *, jit_compile: bool = False) -> TrainableVae:
    """Build and compile the VAE of a task, ready for its first step.

    Raises:
        DataError: the initial weights are damaged or belong to another network.
    """
    params = task.params
    keras.utils.set_random_seed(task.train.seed)  # random weights, dropout
    model = kl.METHODS[params.kl_method](
        vae.build_encoder(task.architecture, compute_dtype=task.compute_dtype),
        vae.build_decoder(task.architecture, compute_dtype=task.compute_dtype),
        reconstruction_loss=RECONSTRUCTION_LOSSES[params.reconstruction_loss](),
        kl_weight=task.kl_weight,
    )
    if task.initial_weights is not None:
        task.initial_weights.load_into(model)
    if params.weight_average > 0:
        model.keep_averages()
    optimizer = optimizers.FusedAdam(
        optimizers.learning_rate(
            params.learning_rate,
            schedule=params.learning_rate_schedule,
            decay_steps=params.decay_epochs * task.steps_per_epoch,
            decay_rate=params.decay_rate,
        )
    )
    if task.compute_dtype == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(model.trainable_variables)
    model.make_ready(optimizer, jit_compile=jit_compile)
    return model


def make_callbacks(task: Task, model: TrainableVae) -> list[keras.callbacks.Callback]:
    """Return the callbacks for a model from ``build``: KL warm-up and averaged weights."""
    callbacks: list[keras.callbacks.Callback] = [_WarmUp(task.params.fact_warmup_epochs)]
    if model.averages:
        momentum = task.params.weight_average
        callbacks.append(
            WeightAverage(model.averages, momentum, steps_per_epoch=task.steps_per_epoch)
        )
    return callbacks


def with_targets(model: TrainableVae, data: tf.data.Dataset) -> tf.data.Dataset:
    """Return `data` with the targets that the KL method of the model expects."""
    return data.map(lambda inputs, pixels, *weights: (inputs, model.targets(pixels), *weights))


class _WarmUp(keras.callbacks.Callback):
    """Raise the KL weight with each epoch; validation always uses the full weight.

    With a warm-up of w epochs, epoch e (from 1) uses the fraction min(1, e / (w + 1)) of the
    weight. The weight is above 0 in the first epoch and full in the first epoch after the warm-up.
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
