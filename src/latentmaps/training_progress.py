"""Progress output during training, and a check that losses stay finite."""

import logging
import time
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from tqdm.auto import tqdm

from latentmaps.errors import TrainingError

log = logging.getLogger(__name__)

# numbers shown in the progress bar
_IN_BAR = ("total_loss", "reconstruction_loss", "kl_loss", "loss", "accuracy")
# numbers in the log line of an epoch, which must fit on a terminal; history.csv has all numbers
_IN_LOG = (
    *("total_loss", "loss", "accuracy"),
    *("val_total_loss", "val_kl_loss", "val_cross_entropy", "val_accuracy"),
)
# largest number of log lines in a training run
_MOST_LINES = 50


class Progress(keras.callbacks.Callback):
    """Show the epoch, losses and remaining time in a progress bar, and log up to 50 epochs."""

    def __init__(self, epochs: int, steps_per_epoch: int, *, first_epoch: int) -> None:
        super().__init__()
        self._epochs = epochs
        self._started = 0.0
        self._bar: Any = tqdm(
            total=epochs * steps_per_epoch,
            initial=first_epoch * steps_per_epoch,
            desc="Training",
            unit="batch",
            disable=None,  # no bar unless standard error is a terminal
            leave=False,
        )

    def close(self) -> None:
        """Remove the bar."""
        self._bar.close()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Show the epoch in the bar."""
        self._started = time.monotonic()
        self._bar.set_description(f"Training epoch {epoch + 1} of {self._epochs}")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Advance the bar."""
        if self._bar.update():  # true if tqdm redraws the bar now
            shown = {name: float(value) for name, value in (logs or {}).items() if name in _IN_BAR}
            self._bar.set_postfix({name: f"{v:.5g}" for name, v in shown.items()}, refresh=False)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the numbers of the epoch; if there are many epochs, log only some of them."""
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
    """Stop training if a loss is infinite or NaN, before the state is saved.

    The numbers of a batch are checked after the next batch has been sent to the device, so that the
    device never waits for the check.
    """

    def __init__(self) -> None:
        super().__init__()
        self._epoch = 0
        self._unchecked: tuple[int, Mapping[str, Any]] | None = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Remember the epoch for the error message."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Check the previous batch."""
        self._check_previous()
        self._unchecked = (batch + 1, logs or {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Check the numbers of the epoch, including those of validation."""
        self._check_previous()
        self._require_finite(logs or {}, "")

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Check the last batch of the epoch before validation starts."""
        self._check_previous()

    def _check_previous(self) -> None:
        if self._unchecked is not None:
            batch, numbers = self._unchecked
            self._unchecked = None
            self._require_finite(numbers, f", batch {batch}")

    def _require_finite(self, numbers: Mapping[str, Any], place: str) -> None:
        for name, value in numbers.items():
            if not np.isfinite(value):
                raise TrainingError(
                    f"{name} is {float(value)} in epoch {self._epoch}{place}, expected a finite "
                    "number; lower learning_rate (or fact, for the VAE), or set precision: float32"
                )
