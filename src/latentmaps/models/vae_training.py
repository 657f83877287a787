"""Train a VAE from images to numbers: what stands between the parameters and ``training.fit``."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from latentmaps import training
from latentmaps.checkpoints import Checkpoints, fingerprint
from latentmaps.data import batches, corruption
from latentmaps.early_stopping import EarlyStopping
from latentmaps.errors import TrainingError
from latentmaps.models import kl, layers, likelihood, losses, optimizers, vae
from latentmaps.models.architecture import Architecture
from latentmaps.models.likelihood import Likelihood

log = logging.getLogger(__name__)

_MONITORED = "val_total_loss"


@dataclass(frozen=True)
class Settings:
    """How a VAE is trained, but for how long.

    Attributes:
        fact: weight of the KL term.
        fact_warmup_epochs: in which the weight rises linearly to `fact`.
        kl_method: a name of ``kl.METHODS``.
        reconstruction_loss: bce, mse or gaussian.
        learning_rate: of Adam at the first step.
        learning_rate_schedule: constant, step or cosine.
        decay_epochs: see ``optimizers.learning_rate``, in epochs.
        decay_rate: see ``optimizers.learning_rate``.
        early_stopping_patience: epochs without a better val_total_loss before the training stops.
        batch_size: images a step, over all devices.
        precision: float32, bfloat16 or float16.
        seed: of initial weights, order, noise and corruption.
    """

    fact: float
    fact_warmup_epochs: int
    kl_method: str
    reconstruction_loss: str
    learning_rate: float
    learning_rate_schedule: str
    decay_epochs: int
    decay_rate: float
    early_stopping_patience: int | None
    batch_size: int
    precision: str
    seed: int

    @classmethod
    def of(cls, section: Any, *, precision: str, seed: int) -> Self:
        """Gives the settings of an object with the other attributes, as ``train_vae`` is."""
        names = {field.name for field in fields(cls)} - {"precision", "seed"}
        values = {name: getattr(section, name) for name in names}
        return cls(precision=precision, seed=seed, **values)


@dataclass(frozen=True)
class Task:
    """Everything but the number of epochs that decides what a training gives.

    Attributes:
        architecture: the shape of the networks.
        settings: how they are trained.
        train: the faces to learn from.
        validation: the faces for the ``val_`` numbers.
    """

    architecture: Architecture
    settings: Settings
    train: batches.Faces
    validation: batches.Faces

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches in an epoch.

        Raises:
            TrainingError: the training part does not fill one.
        """
        return batches.steps_per_epoch(len(self.train.rows), self.settings.batch_size)


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
) -> tuple[kl.Vae, training.Trained]:
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
        "Training a VAE of %s weights on %s faces: %d epochs of %d batches of %d, %s, %s",
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
    trained = training.fit(
        model,
        remaining,
        validation=with_targets(model, validation),
        schedule=training.Schedule(
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


def build(task: Task, *, jit_compile: bool = False) -> kl.Vae:
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


def with_targets(model: kl.Vae, data: tf.data.Dataset) -> tf.data.Dataset:
    """Gives batches with the targets that the method of the model wants."""
    return data.map(lambda inputs, pixels, *weights: (inputs, model.targets(pixels), *weights))


def num_parameters(model: kl.Vae) -> int:
    """Gives the number of weights of encoder and decoder."""
    return int(model.encoder.count_params() + model.decoder.count_params())


def open_checkpoints(task: Task, root: Path, *, images: Path, is_writer: bool) -> Checkpoints:
    """Gives the checkpoints of a task.

    Args:
        task: what is trained on what.
        root: the folder of all checkpoints.
        images: the file of the images; its bytes count.
        is_writer: whether this process writes them.
    """
    description = _what_decides(task)
    name = fingerprint(description, [images])
    return Checkpoints(root / name, description, is_writer=is_writer)


def _what_decides(task: Task) -> dict[str, Any]:
    """Gives everything but the images and the number of epochs that decides the numbers."""
    return {
        "architecture": asdict(task.architecture),
        "settings": asdict(task.settings),
        "corruption": [task.train.corruption, task.train.corruption_level],
        "rows": [
            _digest(part.rows.astype("<i8").tobytes()) for part in (task.train, task.validation)
        ],
        "versions": training.versions() | {"numpy": np.__version__},
        "code": [_digest(path.read_bytes()) for path in _modules_that_compute()],
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _modules_that_compute() -> list[Path]:
    modules = [batches, corruption, kl, likelihood, losses, optimizers, vae, layers]
    return [Path(str(module.__file__)) for module in modules]


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
    model: kl.Vae, trained: training.Trained, *, entropy_per_dim: float
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
