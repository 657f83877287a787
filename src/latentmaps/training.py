"""Train a compiled Keras model and keep what it told on the way; the same for both networks.

Keras runs the loop. This module adds a progress bar, the history as a table, and a stop with advice
when a loss is no longer a number. Losses, optimisers and data are the models' affair.
"""

import logging
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tqdm.auto import tqdm

from latentmaps.errors import TrainingError

log = logging.getLogger(__name__)


def fit(
    model: keras.Model,
    batches: tf.data.Dataset,
    *,
    validation: tf.data.Dataset,
    epochs: int,
    steps_per_epoch: int,
) -> pd.DataFrame:
    """Trains `model` and gives its history.

    Args:
        model: compiled.
        batches: the batches of all epochs, one epoch after the other.
        validation: batches on which the ``val_`` metrics are computed after each epoch.
        epochs: passes through the training data.
        steps_per_epoch: batches in an epoch.

    Returns:
        A row an epoch: ``epoch`` from 1, then every metric that the model reports.

    Raises:
        TrainingError: a loss became infinite or not a number.
    """
    reporter = _Reporter(epochs, steps_per_epoch)
    history = model.fit(
        _without_autotuning(batches),
        validation_data=_without_autotuning(validation),
        epochs=epochs,
        steps_per_epoch=steps_per_epoch,
        callbacks=[reporter],
        shuffle=False,  # the batches come in the order that the seed gives
        verbose=0,
    )
    table = pd.DataFrame(history.history)
    table.insert(0, "epoch", np.arange(1, len(table) + 1))
    return table


def _without_autotuning(batches: tf.data.Dataset) -> tf.data.Dataset:
    # Our data sets leave nothing to tune, and now and then the end of `fit` would wait for the
    # tuning thread to wake: it sleeps twice as long each time, 20 s after 20 s of training.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.with_options(options)


def write_history(history: pd.DataFrame, path: Path) -> None:
    """Writes a history as CSV with 6 significant digits."""
    history.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def last_numbers(history: pd.DataFrame) -> dict[str, float]:
    """Gives every metric of the last epoch by name."""
    return {str(name): float(value) for name, value in history.iloc[-1].items() if name != "epoch"}


def versions() -> dict[str, str]:
    """Gives the versions that decide the numbers of a run, for metrics.json."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__}


class _Reporter(keras.callbacks.Callback):
    """A bar on a terminal, one line an epoch in the log, and the guard against losses gone wild."""

    def __init__(self, epochs: int, steps_per_epoch: int) -> None:
        super().__init__()
        self._epochs = epochs
        self._steps_per_epoch = steps_per_epoch
        self._bar: Any = None
        self._started = 0.0
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        total = self._epochs * self._steps_per_epoch
        self._bar = tqdm(total=total, desc="Training", unit="batch", disable=None, leave=False)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._bar.close()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch = epoch + 1
        self._started = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        self._refuse_wild_losses(logs)
        numbers = ", ".join(f"{name} {value:.5g}" for name, value in logs.items())
        self._bar.set_postfix_str(numbers)
        seconds = time.monotonic() - self._started
        log.info("Trained epoch %d of %d in %.1f s: %s", epoch + 1, self._epochs, seconds, numbers)

    def _refuse_wild_losses(self, logs: dict[str, float]) -> None:
        for name, value in logs.items():
            if not np.isfinite(value):
                raise TrainingError(
                    f"{name} is {value} in epoch {self._epoch}, expected a finite number; lower "
                    "learning_rate, or for the VAE fact, or use precision: float32"
                )
