"""Custom layers: batch normalization, dropout, and a bias for the output maps.

All are registered with Keras, so a .keras file that contains them can be loaded once this
module is imported.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

# prefix of the names of these layers in .keras files
PACKAGE = "latentmaps"


@keras.saving.register_keras_serializable(package=PACKAGE)
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalization, trained with TensorFlow's fused kernel.

    Keras 3 computes moments and scaling as separate operations. The fused kernel saves one
    read of the maps in the forward pass and one in the backward pass. As in Keras, the moving
    statistics average the biased variance of the batches.

    The momentum is 0.9 instead of Keras's 0.99. With 0.99, the statistics average over about 100
    steps and still include their initial values. While the weights are changing fast, validation
    then uses statistics that do not match them: after 55 steps, the initial values still made up
    57% of the average, and every reconstruction was gray. Recomputing the statistics with the
    current weights before each validation ("precise" statistics, Wu & Johnson 2021) gave the same
    curves from epoch 2 on and the same final loss for three seeds. However, it needs extra forward
    passes.

    Source: Ioffe & Szegedy 2015, algorithm 1.
    """

    def __init__(self, *, momentum: float = 0.9, **kwargs: Any) -> None:
        super().__init__(momentum=momentum, **kwargs)

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Normalize maps (n, h, w, c), using the statistics of the batch if `training` is true."""
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
        self._update(self.moving_mean, mean)
        # undo Bessel's correction, which the kernel applies and Keras does not
        self._update(self.moving_variance, variance * (count - 1.0) / count)
        return outputs

    def _update(self, moving: keras.Variable, batch: tf.Tensor) -> None:
        moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))


@keras.saving.register_keras_serializable(package=PACKAGE)
class Bias(keras.layers.Layer):
    """Add a learned bias to each map, in float32 unless another dtype is given.

    TensorFlow's gradient of a bias is slow for few maps, such as color channels, because it sums
    value by value. Here the gradient is first summed over images, which is fast, and then over
    pixels.
    """

    def __init__(self, *, dtype: Any = "float32", **kwargs: Any) -> None:
        super().__init__(dtype=dtype, **kwargs)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the bias, (num_maps,), initially 0."""
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, maps: tf.Tensor) -> tf.Tensor:
        """Return maps (n, h, w, num_maps) with the bias added."""
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
    """Batch normalization that never uses the statistics of a batch.

    Its moving statistics stay at mean 0 and variance 1, so only the learned factor and offset of
    each map remain. A ``train_step`` that omits ``training=True`` has the same effect.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Return scaled and shifted maps (n, h, w, c)."""
        return super().call(inputs, training=False)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Dropout(keras.layers.Dropout):
    """Keras's dropout with a mask that is the same with and without XLA.

    Keras samples a float for each value and drops the value if the float is below the rate. Of the
    same 32 random bits, TensorFlow's kernel uses the lower 23 and XLA uses the upper 23, so their
    masks are unrelated. This layer uses all 32 bits as an integer instead.

    Source: Srivastava et al. 2014.
    """

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Set random input values to 0 and scale up the others if `training` is true.

        Inputs may have any shape.
        """
        if not training:
            return inputs
        return inputs * _sample_mask(self, inputs) / (1.0 - self.rate)


@keras.saving.register_keras_serializable(package=PACKAGE)
class AlphaDropout(keras.layers.AlphaDropout):
    """Keras's alpha dropout, with the same masks as ``Dropout``.

    Dropped values are set to SELU's limit for large negative inputs. A constant scale and shift
    then restore mean 0 and variance 1.

    Source: Klambauer et al. 2017, section 3.
    """

    DROPPED = -1.7580993408473766  # -alpha * scale of SELU

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Set random input values to this limit and rescale all values if `training` is true.

        Inputs may have any shape.
        """
        if not training:
            return inputs
        factor = ((1.0 - self.rate) * (1.0 + self.rate * self.DROPPED**2)) ** -0.5
        mask = _sample_mask(self, inputs)
        return factor * (inputs * mask + self.DROPPED * (1.0 - mask - self.rate))


def _sample_mask(layer: Dropout | AlphaDropout, inputs: tf.Tensor) -> tf.Tensor:
    """Return a mask: 1 for values to keep, with probability 1 - rate, and 0 for the others."""
    seed = tf.cast(layer.seed_generator.next(), tf.int32)
    bits = tf.random.stateless_uniform(
        tf.shape(inputs), seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
    )
    # compared as floats: TensorFlow has no GPU kernel for comparing uint32
    return tf.cast(tf.cast(bits, tf.float32) >= layer.rate * 2.0**32, inputs.dtype)
