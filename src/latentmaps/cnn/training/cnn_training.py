"""Train the CNN: choose the digits, their order and the optimizer.

The training loop is in the ``training`` package.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds, versions
from latentmaps.cnn.network import cnn
from latentmaps.cnn.training import digit_batches
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import TrainingError
from latentmaps.params.train_cnn import TrainCnn
from latentmaps.training import fit, layer_table, optimizers
from latentmaps.training.early_stopping import EarlyStopping

log = logging.getLogger(__name__)

_VALIDATION_BATCH_SIZE = 256

# name in params.yaml -> constructor (learning rate, momentum) of the optimizer
OPTIMIZERS: Mapping[str, Callable[..., keras.optimizers.Optimizer]] = {
    "sgd": functools.partial(keras.optimizers.SGD, nesterov=True),
    "rmsprop": keras.optimizers.RMSprop,
}


def architecture(params: TrainCnn) -> cnn.Architecture:
    """Return the shape of the CNN that a section of params.yaml defines."""
    return cnn.Architecture(
        filters=params.filters,
        dense_units=params.dense_units,
        kernel_size=params.kernel_size,
        pool_size=params.pool_size,
    )


def train(
    params: TrainCnn, digits: Digits, *, seed: int, split_seed: int, jit_compile: bool
) -> tuple[keras.Model, fit.Trained]:
    """Train a CNN, restore the weights of its best epoch, and return it with its training history.

    The best epoch has the lowest cross-entropy on the validation part.

    Args:
        params: parameters of the CNN and its training.
        digits: real digits; only the training part is used.
        seed: seed for the initial kernels and the order of the digits.
        split_seed: seed for choosing the validation part.
        jit_compile: whether to compile the training step with XLA.

    Raises:
        TrainingError: the training part is too small, or the loss is not a number.
    """
    train_rows, validation_rows = split(len(digits.train_labels), params, seed=split_seed)
    steps_per_epoch = len(train_rows) // params.batch_size
    model = cnn.build_cnn(architecture(params), l2=params.l2, seed=seed)
    _compile(model, params, steps_per_epoch, jit_compile=jit_compile)
    log.info(
        "Training a CNN with %s weights on %s digits: %d epochs of %d batches of %d images",
        f"{model.count_params():,}",
        f"{len(train_rows):,}",
        params.epochs,
        steps_per_epoch,
        params.batch_size,
    )

    def all_epochs(_: int) -> tf.data.Dataset:
        # there are no checkpoints, so training always begins with the first epoch
        return digit_batches.training_batches(
            digits.train_images[train_rows],
            digits.train_labels[train_rows],
            prepare=cnn.standardize,
            batch_size=params.batch_size,
            epochs=params.epochs,
            seed=seed,
        )

    trained = fit.fit(
        model,
        all_epochs,
        validation=digit_batches.ordered_batches(
            digits.train_images[validation_rows],
            digits.train_labels[validation_rows],
            prepare=cnn.standardize,
            batch_size=_VALIDATION_BATCH_SIZE,
        ),
        # with this patience, training never stops early but returns to the best epoch
        schedule=fit.Schedule(
            params.epochs, steps_per_epoch, EarlyStopping("val_cross_entropy", params.epochs)
        ),
    )
    return model, trained


def numbers(
    model: keras.Model, trained: fit.Trained, params: TrainCnn, digits: Digits, *, seed: int
) -> dict[str, Any]:
    """Return the metrics of the best epoch and the settings of the run, by name.

    Args:
        model: the CNN.
        trained: result of ``train``.
        params: parameters of the CNN and its training.
        digits: digits that the CNN was trained on.
        seed: seed of the training run.
    """
    return {
        **trained.numbers(),
        "best_epoch": trained.epoch,
        "num_train": len(digits.train_labels) - params.num_validation,
        "num_validation": params.num_validation,
        "num_test": len(digits.test_labels),
        "num_parameters": model.count_params(),
        **layer_table.tabulate({"CNN": model}),
        "epochs": params.epochs,
        "batch_size": params.batch_size,
        "seed": seed,
        "versions": versions.installed("keras", "numpy", "tensorflow"),
    }


def split(num_digits: int, params: TrainCnn, *, seed: int) -> tuple[npt.NDArray[np.int64], ...]:
    """Split the training part into rows for training and rows for validation.

    Args:
        num_digits: number of digits in the training part.
        params: parameters of the training, including the number of validation digits and the batch
            size.
        seed: seed for choosing the rows for validation.

    Returns:
        Rows for training, (num_digits - num_validation,), and rows for validation,
        (num_validation,), ascending, int64.

    Raises:
        TrainingError: fewer rows than one batch are left for training.
    """
    num_train = num_digits - params.num_validation
    if num_train < params.batch_size:
        raise TrainingError(
            f"train_cnn.num_validation: found {params.num_validation}, which leaves {num_train} "
            f"of {num_digits} training digits, expected at least {params.batch_size}, one batch; "
            "lower it or train_cnn.batch_size"
        )
    order = seeds.held_out_digits(seed).permutation(num_digits)
    return np.sort(order[:num_train]), np.sort(order[num_train:])


def _compile(
    model: keras.Model, params: TrainCnn, steps_per_epoch: int, *, jit_compile: bool
) -> None:
    rate = optimizers.learning_rate(
        params.learning_rate,
        schedule=params.learning_rate_schedule,
        decay_steps=(params.decay_epochs or params.epochs) * steps_per_epoch,
        decay_rate=params.decay_rate,
    )
    model.compile(
        optimizer=OPTIMIZERS[params.optimizer](rate, momentum=params.momentum),
        # categorical cross-entropy for integer labels instead of one-hot rows
        loss="sparse_categorical_crossentropy",
        # the loss includes the L2 penalty, so the cross-entropy is reported separately
        metrics=[
            "accuracy",
            keras.metrics.SparseCategoricalCrossentropy(name="cross_entropy"),
        ],
        jit_compile=jit_compile,
    )
