"""What a training tells while it runs, and the guard against losses gone wild."""

import logging
import time
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from tqdm.auto import tqdm

from latentmaps.errors import TrainingError

log = logging.getLogger(__name__)

# of the numbers of an epoch, in the bar
_IN_BAR = ("total_loss", "reconstruction_loss", "kl_loss", "loss", "accuracy")
# and in its line of the log, which is to fit into a terminal; history.csv has all of them
_IN_LOG = (
    *("total_loss", "loss", "accuracy"),
    *("val_total_loss", "val_kl_loss", "val_cross_entropy", "val_accuracy"),
)
# of a training of many short epochs, in the log
_MOST_LINES = 50


class Progress(keras.callbacks.Callback):
    """A bar on a terminal, with epoch, losses and time left; up to 50 lines in the log."""

    def __init__(self, epochs: int, steps_per_epoch: int, *, first_epoch: int) -> None:
        super().__init__()
        self._epochs = epochs
        self._started = 0.0
        self._bar: Any = tqdm(
            total=epochs * steps_per_epoch,
            initial=first_epoch * steps_per_epoch,
            desc="Training",
            unit="batch",
            disable=None,  # off where standard error is no terminal
            leave=False,
        )

    def close(self) -> None:
        """Takes the bar away."""
        self._bar.close()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Names the epoch in the bar."""
        self._started = time.monotonic()
        self._bar.set_description(f"Training epoch {epoch + 1} of {self._epochs}")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Moves the bar."""
        if self._bar.update():  # true when the bar is due to be drawn again
            shown = {name: float(value) for name, value in (logs or {}).items() if name in _IN_BAR}
            self._bar.set_postfix({name: f"{v:.5g}" for name, v in shown.items()}, refresh=False)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Writes the line of the epoch, if it is its turn."""
        if (epoch + 1) % -(-self._epochs // _MOST_LINES) and epoch + 1 < self._epochs:
            return
        shown = {name: float((logs or {})[name]) for name in _IN_LOG if name in (logs or {})}
        log.info(
            "Epoch %d of %d in %.1f s: %s",
            epoch + 1,
            self._epochs,
            time.monotonic() - self._started,
            ", ".join(f"{name} {value:.5g}" for name, value in shown.items()),
        )


class Guard(keras.callbacks.Callback):
    """Ends a training whose loss is no number, before its state gets a checkpoint.

    The numbers of a batch are looked at when the next one has been handed to the device, which so
    never waits for us.
    """

    def __init__(self) -> None:
        super().__init__()
        self._epoch = 0
        self._waiting: tuple[int, Mapping[str, Any]] | None = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Remembers the epoch."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Looks at the batch before."""
        self._look()
        self._waiting = (batch + 1, logs or {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Looks at the numbers of the epoch, those of validation too."""
        self._look()
        self._require_finite(logs or {}, "")

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Looks at the last batch of the epoch before validation."""
        self._look()

    def _look(self) -> None:
        if self._waiting is not None:
            batch, numbers = self._waiting
            self._waiting = None
            self._require_finite(numbers, f", batch {batch}")

    def _require_finite(self, numbers: Mapping[str, Any], place: str) -> None:
        for name, value in numbers.items():
            if not np.isfinite(value):
                raise TrainingError(
                    f"{name} is {float(value)} in epoch {self._epoch}{place}, expected a finite "
                    "number; lower learning_rate, or for the VAE fact, or use precision: float32"
                )
