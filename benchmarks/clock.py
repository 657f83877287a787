"""A clock for the steps of ``fit``."""

import time
from collections.abc import Mapping
from typing import Any

import keras

from benchmarks import workload


class Clock(keras.callbacks.Callback):
    """Time the steps behind the warm-up.

    Attributes:
        seconds: of those steps.
    """

    def __init__(self, load: workload.Load, loss_name: str) -> None:
        super().__init__()
        self.seconds = 0.0
        self._loss_name, self._started = loss_name, 0.0
        self._ends = (workload.NUM_WARM_UP, workload.NUM_WARM_UP + load.num_steps)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Look at the clock; reading the loss waits for the device."""
        if batch + 1 not in self._ends:
            return
        float((logs or {})[self._loss_name])
        now = time.perf_counter()
        self.seconds = now - self._started
        self._started = now
