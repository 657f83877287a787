"""Convolutions for the ascent: one map per image, and gradients with respect to the image only.

TensorFlow computes all maps of a layer for every image, but the ascent needs only one of them. It
also spends a quarter of each step's time on the gradient of the first convolution, because it
cannot split a single channel among the cores. Here, each of these two computations is a matrix
product over the channels, whose results are shifted and added. Together, these changes double the
speed (benchmarks/README.md).
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

Floats = npt.NDArray[np.float32]
Gradient = Callable[[Any], Any]


class SingleMapMean:
    """An ``objectives.Objective``: the mean of one feature map for each image.

    On a patch as large as the receptive field, a map has one position, and its mean is the value at
    that position.

    Attributes:
        floor: see ``objectives.Objective``.
    """

    @staticmethod
    def supports(layers: Sequence[keras.layers.Layer]) -> bool:
        """Report whether this class can compute a chain of layers.

        It supports max pooling, and ungrouped convolutions with square kernels, a stride of 1, a
        bias and a ReLU, all without padding. The first layer must be a convolution that reads one
        channel, and the last layer must also be a convolution.

        Args:
            layers: as returned by ``receptive_fields.chain``.
        """
        convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
        others = [layer for layer in layers if layer not in convolutions]
        return (
            all(_is_plain(layer) for layer in convolutions)
            and all(isinstance(layer, keras.layers.MaxPooling2D) for layer in others)
            and all(layer.padding == "valid" for layer in layers)
            and layers[0] in convolutions
            and layers[-1] in convolutions
            and layers[0].input.shape[-1] == 1
        )

    def __init__(
        self,
        layers: Sequence[keras.layers.Layer],
        reachable_size: tuple[int, int],
        *,
        is_rectified: bool = True,
    ) -> None:
        """Copy the weights of the last layer and build the network before it.

        Args:
            layers: layers from the image to the feature maps; ``supports`` must accept them.
            reachable_size: number of rows and columns of an image, or of a patch, that influence
                the last layer.
            is_rectified: whether to apply the last ReLU.
        """
        self._is_rectified = is_rectified
        self.floor = 0.0 if is_rectified else float("-inf")
        *others, last = layers
        kernel, bias = last.get_weights()  # (size, size, num_channels, num_maps)
        size, _, num_channels, num_maps = kernel.shape
        self._size = size
        self._kernels = kernel.reshape(size * size, num_channels, num_maps).transpose(2, 0, 1)
        self._biases = bias
        self._reachable_size = reachable_size
        self._trunk = _trunk(others, reachable_size)

    def __call__(self, images: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
        """Return the mean of a map over all positions, (n,), float32.

        Args:
            images: (n, h, w, 1), float32, in the format the network expects.
            units: (n,), int, the map of each image.
        """
        # leaving out pixels that the layer cannot see saves a sixth of the work in the third layer
        rows, columns = self._reachable_size
        seen = images[:, :rows, :columns]
        features = self._trunk(seen) if self._trunk is not None else seen
        kernels = tf.gather(self._kernels, units)  # (n, size * size, num_channels)
        biases = tf.gather(self._biases, units)[:, tf.newaxis, tf.newaxis]
        maps = _convolve_each(features, kernels, self._size) + biases
        if self._is_rectified:
            maps = tf.nn.relu(maps)
        return tf.reduce_mean(maps, axis=(1, 2))


def _is_plain(layer: keras.layers.Conv2D) -> bool:
    height, width = layer.kernel_size
    return (
        height == width
        and tuple(layer.strides) == (1, 1)
        and layer.groups == 1
        and layer.use_bias
        and layer.activation is keras.activations.relu
    )


def _trunk(layers: Sequence[keras.layers.Layer], size: tuple[int, int]) -> keras.Model | None:
    """Return the network before the last convolution; None if that convolution reads the image."""
    if not layers:
        return None
    inputs = keras.Input((*size, 1))
    first, *others = layers
    maps = first.activation(InputConvolution(*first.get_weights())(inputs))
    for layer in others:
        maps = layer(maps)
    return keras.Model(inputs, maps)


class InputConvolution(keras.layers.Layer):
    """A convolution of one channel without padding or activation."""

    def __init__(self, kernel: Floats, bias: Floats) -> None:
        """Store the fixed kernel (size, size, 1, num_maps) and bias (num_maps,)."""
        super().__init__()
        self._kernel = kernel
        self._bias = bias

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Return the maps (n, h, w, num_maps) of images (n, height, width, 1)."""

        @tf.custom_gradient
        def convolve(images: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            maps = tf.nn.conv2d(images, self._kernel, strides=1, padding="VALID")
            return tf.nn.bias_add(maps, self._bias), self._gradient

        return convolve(images)

    def _gradient(self, map_gradients: tf.Tensor) -> tf.Tensor:
        size, num_maps = self._kernel.shape[0], self._kernel.shape[3]
        height, width = map_gradients.shape[1:3]
        taps = self._kernel.reshape(size * size, num_maps)
        products = tf.matmul(taps, tf.reshape(map_gradients, (-1, num_maps)), transpose_b=True)
        products = tf.reshape(products, (size * size, -1, height, width))
        shifted = [tf.pad(p, _margins(i, size)) for i, p in enumerate(tf.unstack(products))]
        return tf.add_n(shifted)[..., tf.newaxis]  # (n, height + size - 1, width + size - 1, 1)


def _convolve_each(features: tf.Tensor, kernels: tf.Tensor, size: int) -> tf.Tensor:
    """Convolve each image with its own kernel, without padding, (n, h, w).

    Args:
        features: (n, height, width, num_channels), float32.
        kernels: (n, size * size, num_channels), float32, the taps of each kernel, row by row.
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
            products[:, tap, tap // size :, tap % size :][:, :rows, :columns]
            for tap in range(size * size)
        ]
        return tf.add_n(shifted), gradient

    def gradient(map_gradients: tf.Tensor) -> tf.Tensor:
        shifted = [tf.pad(map_gradients, _margins(tap, size)) for tap in range(size * size)]
        shifted = tf.reshape(tf.stack(shifted, axis=1), (-1, size * size, height * width))
        gradients = tf.matmul(shifted, kernels, transpose_a=True)  # (n, h * w, num_channels)
        return tf.reshape(gradients, (-1, height, width, num_channels))

    return convolve(features)


def _margins(tap: int, size: int) -> tuple[tuple[int, int], ...]:
    """Return the padding that shifts a map to the pixels that a kernel tap reads."""
    above, left = divmod(tap, size)
    return (0, 0), (above, size - 1 - above), (left, size - 1 - left)
