"""Layers that Keras does not have in the form we need."""

import keras
import tensorflow as tf


class Sampling(keras.layers.Layer):
    """Draws z ~ N(z_mean, exp(z_log_var)), the reparametrisation trick.

    z = z_mean + exp(z_log_var / 2) * epsilon, epsilon ~ N(0, I); Kingma & Welling 2014,
    section 2.4. The arithmetic is float32 whatever the policy: exp overflows in float16.
    """

    def __init__(self, *, seed: int, **kwargs: object) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
        """Gives z for (n, latent_dim) means and log variances."""
        epsilon = keras.random.normal(tf.shape(z_mean), dtype="float32", seed=self.seed_generator)
        return z_mean + tf.exp(0.5 * z_log_var) * epsilon


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalisation, trained with TensorFlow's fused kernel.

    Keras 3 computes moments and scaling as separate operations; the kernel reads the maps once
    less, in both directions. The moving statistics follow Keras: biased variance of the batch,
    momentum 0.99. Ioffe & Szegedy 2015, algorithm 1.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Gives normalised maps (n, h, w, c); the batch's statistics count while training."""
        if not training:
            return super().call(inputs, training=False)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.cast(self.gamma, tf.float32),
            offset=tf.cast(self.beta, tf.float32),
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        count = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], tf.float32)
        # the kernel applies Bessel's correction, Keras does not
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance * (count - 1.0) / count)
        return outputs

    def _follow(self, moving: keras.Variable, batch: tf.Tensor) -> None:
        moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
