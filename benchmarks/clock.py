"""A Keras callback that times the steps of ``fit``."""

from collections.abc import Mapping
from typing import Any

import keras

from benchmarks import workload


class Clock(keras.callbacks.Callback):
    """Time the steps after the warm-up.

    Attributes:
        span: duration of these steps.
    """

    def __init__(self, load: workload.Load, loss_name: str) -> None:
        super().__init__()
        self.span = workload.Span.now()
        self._loss_name, self._started = loss_name, self.span
        self._ends = (workload.NUM_WARM_UP, workload.NUM_WARM_UP + load.num_steps)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Read the clock after reading the loss, which waits for the device."""
        if batch + 1 in self._ends:
            float((logs or {})[self._loss_name])
            self.span, self._started = self._started.elapsed(), workload.Span.now()
