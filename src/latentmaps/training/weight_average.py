"""Moving averages of the weights, used for validation and as the trained network.

Adam's steps keep their length to the end, so the weights of the last step are one draw from
around the point that they circle; the average is nearer to it (Polyak & Juditsky 1992). A learning
rate that falls would do the same at the end alone, and would have to know where the end is.
"""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

# A pass through all weights in each step would take a tenth of the time of a step of 32 faces.
_STEPS_BETWEEN = 8


class WeightAverage(keras.callbacks.Callback):
    """Follow the trained weights with a moving average, and exchange the two after each epoch.

    During an epoch the model holds the trained weights, at all other times the averages: when it
    is validated, saved in a checkpoint, and returned. The set that is not in use is kept in
    `averages`, so a checkpoint has both.

    Args:
        averages: one variable of the model for each of its trained weights, in their order.
        momentum: of the average, in a step: the share that stays, below 1. After t steps it is at
            most (1 + t) / (10 + t), so that the start is forgotten sooner, as TensorFlow's
            ExponentialMovingAverage does with ``num_updates``.
        steps_per_epoch: batches in an epoch.
    """

    def __init__(
        self, averages: list[keras.Variable], momentum: float, *, steps_per_epoch: int
    ) -> None:
        super().__init__()
        self._averages = averages
        self._momentum = momentum
        self._steps_per_epoch = steps_per_epoch
        self._step = self._last_followed = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Start the averages, or give the model its weights back."""
        self._step = self._last_followed = epoch * self._steps_per_epoch
        if epoch == 0:
            self._follow(tf.constant(0.0))
        else:
            self._exchange()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Follow the weights after some steps."""
        self._step += 1
        num_steps = self._step - self._last_followed
        if num_steps == _STEPS_BETWEEN or batch + 1 == self._steps_per_epoch:
            momentum = min(self._momentum, (1 + self._step) / (10 + self._step))
            self._follow(tf.constant(momentum**num_steps, tf.float32))
            self._last_followed = self._step

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Give the model the averages."""
        self._exchange()

    @tf.function
    def _follow(self, kept: tf.Tensor) -> None:
        for average, weight in self._pairs():
            average.assign(average * kept + weight * (1.0 - kept))

    @tf.function
    def _exchange(self) -> None:
        for average, weight in self._pairs():
            value = tf.identity(weight.value)
            weight.assign(average)
            average.assign(value)

    def _pairs(self) -> list[tuple[keras.Variable, keras.Variable]]:
        return list(zip(self._averages, self.model.trainable_variables, strict=True))
