"""Layers in the forms we need: batch normalization, dropout, and a bias for the last maps.

All are registered, so that a .keras file that holds them loads wherever this module is imported.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

# the name of our layers in .keras files begins with it
PACKAGE = "latentmaps"


@keras.saving.register_keras_serializable(package=PACKAGE)
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalisation, trained with TensorFlow's fused kernel.

    Keras 3 computes moments and scaling as separate operations; the kernel reads the maps once
    less, in both directions. The moving statistics follow Keras: biased variance of the batch,
    moving averages. Ioffe & Szegedy 2015, algorithm 1.

    Momentum 0.9 instead of Keras's 0.99, which remembers the last 100 steps and the start: while
    weights move fast, validation then sees a network that training never had (after 55 steps 57 %
    of the start was left, and all reconstructions were gray). Statistics recomputed with the
    present weights before each validation (Wu & Johnson 2021, "precise" statistics) gave the same
    curves from epoch 2 on and the same end on three seeds, at the price of more forward passes.
    """

    def __init__(self, *, momentum: float = 0.9, **kwargs: Any) -> None:
        super().__init__(momentum=momentum, **kwargs)

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


@keras.saving.register_keras_serializable(package=PACKAGE)
class Bias(keras.layers.Layer):
    """Adds a learnt number to each map, in float32 unless another dtype is given.

    TensorFlow's gradient of a bias takes long when there are few maps, as there are colours: it
    adds up number by number. Here rows as long as an image are added up first.
    """

    def __init__(self, *, dtype: Any = "float32", **kwargs: Any) -> None:
        super().__init__(dtype=dtype, **kwargs)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the numbers, (num_maps,), all 0."""
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, maps: tf.Tensor) -> tf.Tensor:
        """Gives maps (n, h, w, num_maps), float32."""
        return _add_bias(maps, tf.convert_to_tensor(self.bias))


@tf.custom_gradient
def _add_bias(
    maps: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]]:
    def gradient(of_outputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        of_images = tf.reduce_sum(of_outputs, axis=0)  # (h, w, num_maps)
        return of_outputs, tf.reduce_sum(of_images, axis=(0, 1))

    return maps + bias, gradient


@keras.saving.register_keras_serializable(package=PACKAGE)
class FrozenBatchNormalization(keras.layers.BatchNormalization):
    """Batch normalisation that never looks at a batch.

    Its moving statistics stay 0 and 1; what is left is a factor and an offset for each map, which
    are learnt. That is what a train_step without ``training=True`` makes of batch normalisation.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Gives scaled and shifted maps (n, h, w, c)."""
        return super().call(inputs, training=False)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Dropout(keras.layers.Dropout):
    """Keras's dropout, whose mask does not depend on whether XLA compiles the step.

    Srivastava et al. 2014. Keras draws a float for each value and drops those below the rate. From
    the same 32 random bits TensorFlow's kernel makes a float of the lower 23 and XLA of the upper
    23, so their masks have nothing in common. Here the bits are read as a whole number.
    """

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return values of any shape, some of them 0 while training, the others scaled up."""
        if not training:
            return inputs
        return inputs * _sample_mask(self, inputs) / (1.0 - self.rate)


@keras.saving.register_keras_serializable(package=PACKAGE)
class AlphaDropout(keras.layers.AlphaDropout):
    """Keras's alpha dropout, with masks as those of ``Dropout``.

    Dropped values take SELU's limit for large negative inputs; scaling and shifting by constants
    then brings mean 0 and variance 1 back. Klambauer et al. 2017, section 3.
    """

    DROPPED = -1.7580993408473766  # -alpha * scale of SELU

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return values of any shape, some of them at the limit while training."""
        if not training:
            return inputs
        factor = ((1.0 - self.rate) * (1.0 + self.rate * self.DROPPED**2)) ** -0.5
        mask = _sample_mask(self, inputs)
        return factor * (inputs * mask + self.DROPPED * (1.0 - mask - self.rate))


def _sample_mask(layer: Dropout | AlphaDropout, inputs: tf.Tensor) -> tf.Tensor:
    """Return 1 for each value that stays, with the probability 1 - rate, and 0 for the others."""
    seed = tf.cast(layer.seed_generator.next(), tf.int32)
    bits = tf.random.stateless_uniform(
        tf.shape(inputs), seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
    )
    # on a GPU TensorFlow has no kernel that compares these integers
    return tf.cast(tf.cast(bits, tf.float32) >= layer.rate * 2.0**32, inputs.dtype)
