"""Train the CNN: which digits, in which order, with which optimiser.

The loop itself is in ``training``.
"""

import logging
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import training
from latentmaps.data import digit_batches
from latentmaps.data.digits import Digits
from latentmaps.errors import TrainingError
from latentmaps.models import cnn

log = logging.getLogger(__name__)

_VALIDATION_BATCH_SIZE = 256

# behind the seed, so that the cut does not use the stream of the order of epoch 0
_SPLIT_STREAM = 2**31


@dataclass(frozen=True)
class Settings:
    """How the CNN is trained.

    Attributes:
        learning_rate: of SGD at the first step; falls along a cosine to zero at the last.
        momentum: of SGD, in Nesterov's form.
        l2: weight of the L2 penalty on all kernels.
        num_validation: digits taken from the training part.
        epochs: passes through what is left.
        batch_size: images a step.
        jit_compile: whether XLA compiles the step.
        seed: of the initial kernels, of the cut and of the order.
    """

    learning_rate: float
    momentum: float
    l2: float
    num_validation: int
    epochs: int
    batch_size: int
    jit_compile: bool
    seed: int


def train(
    architecture: cnn.Architecture, settings: Settings, digits: Digits
) -> tuple[keras.Model, training.Trained]:
    """Gives the trained CNN and what the training told.

    Raises:
        TrainingError: the training part is too small, or the loss became no number.
    """
    train_rows, validation_rows = split(len(digits.train_labels), settings)
    steps_per_epoch = len(train_rows) // settings.batch_size
    model = cnn.build_cnn(architecture, l2=settings.l2, seed=settings.seed)
    _compile(model, settings, num_steps=settings.epochs * steps_per_epoch)
    log.info(
        "Training a CNN of %d weights on %d digits: %d epochs of %d steps",
        model.count_params(),
        len(train_rows),
        settings.epochs,
        steps_per_epoch,
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

    trained = training.fit(
        model,
        remaining,
        validation=digit_batches.ordered_batches(
            digits.train_images[validation_rows],
            digits.train_labels[validation_rows],
            prepare=cnn.standardise,
            batch_size=_VALIDATION_BATCH_SIZE,
        ),
        schedule=training.Schedule(settings.epochs, steps_per_epoch),
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
    order = np.random.default_rng([settings.seed, _SPLIT_STREAM]).permutation(num_digits)
    return np.sort(order[:num_train]), np.sort(order[num_train:])


def _compile(model: keras.Model, settings: Settings, *, num_steps: int) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(settings.learning_rate, num_steps)
    model.compile(
        optimizer=keras.optimizers.SGD(schedule, momentum=settings.momentum, nesterov=True),
        # the categorical cross-entropy, from labels that are numbers instead of one-hot rows
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=settings.jit_compile,
    )
