"""Train the CNN: which digits, in which order, with which optimiser.

The loop itself is in ``training``.
"""

import logging
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.cnn.network import cnn
from latentmaps.cnn.training import digit_batches
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import TrainingError
from latentmaps.training import fit, optimizers
from latentmaps.training.early_stopping import EarlyStopping

log = logging.getLogger(__name__)

_VALIDATION_BATCH_SIZE = 256

# behind the seed, so that the cut does not use the stream of the order of epoch 0
_SPLIT_STREAM = 2**31


@dataclass(frozen=True)
class Settings:
    """How the CNN is trained.

    Attributes:
        optimizer: sgd, with momentum in Nesterov's form, or rmsprop.
        learning_rate: at the first step.
        learning_rate_schedule: constant, step or cosine; see ``optimizers.learning_rate``.
        decay_epochs: epochs after which (step) or over which (cosine) the rate falls; None: all.
        decay_rate: factor of a step; share that is left at the end of the cosine.
        momentum: of the optimizer.
        l2: weight of the L2 penalty on all kernels.
        num_validation: digits taken from the training part.
        epochs: passes through what is left.
        batch_size: images a step.
        jit_compile: whether XLA compiles the step.
        seed: of the initial kernels and of the order.
        split_seed: of the cut.
    """

    optimizer: str
    learning_rate: float
    learning_rate_schedule: str
    decay_epochs: int | None
    decay_rate: float
    momentum: float
    l2: float
    num_validation: int
    epochs: int
    batch_size: int
    jit_compile: bool
    seed: int
    split_seed: int


def train(
    architecture: cnn.Architecture, settings: Settings, digits: Digits
) -> tuple[keras.Model, fit.Trained]:
    """Gives the CNN with the weights of its best epoch, and what the training told.

    The best epoch is the one with the lowest cross-entropy on the validation part.

    Raises:
        TrainingError: the training part is too small, or the loss became no number.
    """
    train_rows, validation_rows = split(len(digits.train_labels), settings)
    steps_per_epoch = len(train_rows) // settings.batch_size
    model = cnn.build_cnn(architecture, l2=settings.l2, seed=settings.seed)
    _compile(model, settings, steps_per_epoch)
    log.info(
        "Training a CNN of %s weights on %s digits: epochs %d, each %d batches of %d",
        f"{model.count_params():,}",
        f"{len(train_rows):,}",
        settings.epochs,
        steps_per_epoch,
        settings.batch_size,
    )

    def remaining(first_epoch: int) -> tf.data.Dataset:
        return digit_batches.training_batches(
            digits.train_images[train_rows],
            digits.train_labels[train_rows],
            prepare=cnn.standardise,
            batch_size=settings.batch_size,
            first_epoch=first_epoch,
            epochs=settings.epochs,
            seed=settings.seed,
        )

    trained = fit.fit(
        model,
        remaining,
        validation=digit_batches.ordered_batches(
            digits.train_images[validation_rows],
            digits.train_labels[validation_rows],
            prepare=cnn.standardise,
            batch_size=_VALIDATION_BATCH_SIZE,
        ),
        # a patience of all epochs: the training never stops sooner, but goes back to the best
        schedule=fit.Schedule(
            settings.epochs, steps_per_epoch, EarlyStopping("val_cross_entropy", settings.epochs)
        ),
    )
    return model, trained


def split(num_digits: int, settings: Settings) -> tuple[npt.NDArray[np.int64], ...]:
    """Gives the rows of the training part to learn from, and those for the val_ metrics.

    Raises:
        TrainingError: fewer rows are left than a batch holds.
    """
    num_train = num_digits - settings.num_validation
    if num_train < settings.batch_size:
        raise TrainingError(
            f"train_cnn.num_validation: found {settings.num_validation}, which leaves {num_train} "
            f"of {num_digits} training digits, expected at least {settings.batch_size}, one batch; "
            "lower it or train_cnn.batch_size"
        )
    order = np.random.default_rng([settings.split_seed, _SPLIT_STREAM]).permutation(num_digits)
    return np.sort(order[:num_train]), np.sort(order[num_train:])


def _compile(model: keras.Model, settings: Settings, steps_per_epoch: int) -> None:
    rate = optimizers.learning_rate(
        settings.learning_rate,
        schedule=settings.learning_rate_schedule,
        decay_steps=(settings.decay_epochs or settings.epochs) * steps_per_epoch,
        decay_rate=settings.decay_rate,
    )
    model.compile(
        optimizer=_optimizer(settings, rate),
        # the categorical cross-entropy, from labels that are numbers instead of one-hot rows
        loss="sparse_categorical_crossentropy",
        # the loss holds the L2 penalty too, so the cross-entropy stands beside it
        metrics=[
            "accuracy",
            keras.metrics.SparseCategoricalCrossentropy(name="cross_entropy"),
        ],
        jit_compile=settings.jit_compile,
    )


def _optimizer(settings: Settings, rate: Any) -> keras.optimizers.Optimizer:
    if settings.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate, momentum=settings.momentum)
    return keras.optimizers.SGD(rate, momentum=settings.momentum, nesterov=True)
