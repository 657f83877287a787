"""Moving averages of the weights, used for validation and in the trained network.

Adam's steps do not shrink, so the weights of the last step are a random point near the optimum that
they circle. Their average is closer to it (Polyak & Juditsky 1992). A falling learning rate has the
same effect only at the end, and its schedule depends on when training ends.
"""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

# Updating the averages in every step would take a tenth of the time of a step with 32 faces.
_STEPS_BETWEEN = 8


class WeightAverage(keras.callbacks.Callback):
    """Keep a moving average of the trained weights, and swap it in after each epoch.

    During an epoch, the model has the trained weights. At all other times, when it is validated,
    saved or returned, it has the averages. `averages` contains whichever set is not in use, so a
    checkpoint has both.

    Args:
        averages: one variable of the model for each trained weight, in the same order.
        momentum: share of the average that one step keeps, below 1. After t steps, it is at most
            (1 + t) / (10 + t), so that the initial weights are forgotten sooner, as in TensorFlow's
            ExponentialMovingAverage with ``num_updates``.
        steps_per_epoch: batches per epoch.
    """

    def __init__(
        self, averages: list[keras.Variable], momentum: float, *, steps_per_epoch: int
    ) -> None:
        super().__init__()
        self._averages = averages
        self._momentum = momentum
        self._steps_per_epoch = steps_per_epoch
        self._step = self._last_update = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Initialize the averages, or restore the trained weights."""
        self._step = self._last_update = epoch * self._steps_per_epoch
        if epoch == 0:
            self._update(tf.constant(0.0))
        else:
            self._swap()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Update the averages every few steps."""
        self._step += 1
        num_steps = self._step - self._last_update
        if num_steps == _STEPS_BETWEEN or batch + 1 == self._steps_per_epoch:
            momentum = min(self._momentum, (1 + self._step) / (10 + self._step))
            self._update(tf.constant(momentum**num_steps, tf.float32))
            self._last_update = self._step

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Swap the averages into the model."""
        self._swap()

    @tf.function(autograph=False)
    def _update(self, kept: tf.Tensor) -> None:
        for average, weight in self._pairs():
            average.assign(average * kept + weight * (1.0 - kept))

    @tf.function(autograph=False)
    def _swap(self) -> None:
        for average, weight in self._pairs():
            value = tf.identity(weight.value)
            weight.assign(average)
            average.assign(value)

    def _pairs(self) -> list[tuple[keras.Variable, keras.Variable]]:
        return list(zip(self._averages, self.model.trainable_variables, strict=True))
