"""Convolutions for ascent: gradients of the image alone, and one map for each image.

TensorFlow computes all maps of a layer for every image, of which ascent wants one. And it takes a
quarter of a step for the gradient of the first convolution, since there is only one channel to
share among the cores. Both become products of matrices here: channels are contracted first, and
what is left is shifted and added up. Together that is twice as fast (benchmarks/README.md).
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

Floats = npt.NDArray[np.float32]
Gradient = Callable[[Any], Any]


class MeanOfOneMap:
    """The mean of one map of a layer for each image."""

    def __init__(self, layer: keras.Model, reachable_size: int) -> None:
        """Take the CNN up to the layer.

        Args:
            layer: standardized images -> feature maps, as ``cnn.layer_model`` gives it.
            reachable_size: so many rows and columns of an image influence the layer.
        """
        *others, last = layer.layers[1:]
        kernel, bias = last.get_weights()  # (size, size, num_channels, num_maps)
        size, _, num_channels, num_maps = kernel.shape
        self._size = size
        self._kernels = kernel.reshape(size * size, num_channels, num_maps).transpose(2, 0, 1)
        self._biases = bias
        self._reachable_size = reachable_size
        self._trunk = _trunk(others, reachable_size)

    def __call__(self, images: tf.Tensor, map_indices: tf.Tensor) -> tf.Tensor:
        """Return the mean of a map over all positions, (n,), >= 0.

        Args:
            images: (n, 28, 28, 1), standardized.
            map_indices: (n,), which map for which image.
        """
        # what the layer cannot see is left out: a sixth of the work for the third layer
        seen = images[:, : self._reachable_size, : self._reachable_size]
        features = self._trunk(seen) if self._trunk is not None else seen
        kernels = tf.gather(self._kernels, map_indices)  # (n, size * size, num_channels)
        biases = tf.gather(self._biases, map_indices)[:, tf.newaxis, tf.newaxis]
        maps = _convolve_each(features, kernels, self._size) + biases
        return tf.reduce_mean(tf.nn.relu(maps), axis=(1, 2))


def _trunk(layers: list[keras.layers.Layer], size: int) -> keras.Model | None:
    """Return what lies before the last convolution; None where that reads the image."""
    if not layers:
        return None
    inputs = keras.Input((size, size, 1))
    first, *others = layers
    maps = first.activation(InputConvolution(*first.get_weights())(inputs))
    for layer in others:
        maps = layer(maps)
    return keras.Model(inputs, maps)


class InputConvolution(keras.layers.Layer):
    """A valid convolution that reads one channel, without activation."""

    def __init__(self, kernel: Floats, bias: Floats) -> None:
        """Take kernel (size, size, 1, num_maps) and bias (num_maps,) as they are."""
        super().__init__()
        self._kernel = kernel
        self._bias = bias

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Return maps (n, h, w, num_maps) for images (n, height, width, 1)."""

        @tf.custom_gradient
        def convolve(images: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            maps = tf.nn.conv2d(images, self._kernel, strides=1, padding="VALID")
            return tf.nn.bias_add(maps, self._bias), self._gradient

        return convolve(images)

    def _gradient(self, of_maps: tf.Tensor) -> tf.Tensor:
        size, num_maps = self._kernel.shape[0], self._kernel.shape[3]
        height, width = of_maps.shape[1:3]
        places = self._kernel.reshape(size * size, num_maps)
        products = tf.matmul(places, tf.reshape(of_maps, (-1, num_maps)), transpose_b=True)
        products = tf.reshape(products, (size * size, -1, height, width))
        shifted = [tf.pad(p, _margins(i, size)) for i, p in enumerate(tf.unstack(products))]
        return tf.add_n(shifted)[..., tf.newaxis]  # (n, height + size - 1, width + size - 1, 1)


def _convolve_each(features: tf.Tensor, kernels: tf.Tensor, size: int) -> tf.Tensor:
    """Return the valid convolution of each image with a kernel of its own, (n, h, w).

    Args:
        features: (n, height, width, num_channels).
        kernels: (n, size * size, num_channels), place by place.
        size: height and width of a kernel.
    """
    height, width, num_channels = features.shape[1:]
    rows, columns = height - size + 1, width - size + 1

    @tf.custom_gradient
    def convolve(features: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
        flat = tf.reshape(features, (-1, height * width, num_channels))
        products = tf.matmul(kernels, flat, transpose_b=True)  # (n, size * size, h * w)
        products = tf.reshape(products, (-1, size * size, height, width))
        shifted = [
            products[:, place, place // size :, place % size :][:, :rows, :columns]
            for place in range(size * size)
        ]
        return tf.add_n(shifted), gradient

    def gradient(of_map: tf.Tensor) -> tf.Tensor:
        spread = [tf.pad(of_map, _margins(place, size)) for place in range(size * size)]
        spread = tf.reshape(tf.stack(spread, axis=1), (-1, size * size, height * width))
        of_features = tf.matmul(spread, kernels, transpose_a=True)  # (n, h * w, num_channels)
        return tf.reshape(of_features, (-1, height, width, num_channels))

    return convolve(features)


def _margins(place: int, size: int) -> tuple[tuple[int, int], ...]:
    """Return the padding that moves a map to where a place of the kernel reads."""
    above, left = divmod(place, size)
    return (0, 0), (above, size - 1 - above), (left, size - 1 - left)
