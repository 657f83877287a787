"""A fused Adam optimizer, and learning-rate schedules."""

from typing import Any

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam with TensorFlow's fused kernel.

    Keras's own update step consists of a dozen operations, each of which reads and writes every
    weight. The fused kernel needs only one pass.

    Source: Kingma & Ba 2015, the form at the end of section 2.
    """

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update all float32 variables. Keras calls this once per step on each device."""
        step = tf.cast(self.iterations + 1, tf.float32)
        self._powers = tf.pow(self.beta_1, step), tf.pow(self.beta_2, step)
        super().apply(grads, trainable_variables)

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Update one variable. ``apply`` calls this for each weight on each device.

        Args:
            gradient: same shape as `variable`, float32.
            variable: the weight, any shape, float32.
            learning_rate: (), float32.
        """
        index = self._get_variable_index(variable)
        beta1_power, beta2_power = self._powers
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=beta1_power,
            beta2_power=beta2_power,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )


def learning_rate(
    first: float, *, schedule: str, decay_steps: int, decay_rate: float
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate as a function of the step.

    The schedule depends on `decay_steps`, not on the number of epochs, so a longer run can start
    like a shorter one.

    Args:
        first: the learning rate at the first step.
        schedule: ``"constant"``; ``"step"``, which multiplies the rate by `decay_rate` every
            `decay_steps` steps; or ``"cosine"``, which lowers it to `decay_rate` times `first` over
            `decay_steps` steps and keeps it there (Loshchilov & Hutter 2017).
        decay_steps: number of steps; see `schedule`.
        decay_rate: factor, 0..1; see `schedule`.
    """
    if schedule == "step":
        return keras.optimizers.schedules.ExponentialDecay(
            first, decay_steps, decay_rate, staircase=True
        )
    if schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(first, decay_steps, alpha=decay_rate)
    return first
