"""Convolutions for ascent: gradients of the image alone, and one map for each image.

TensorFlow computes all maps of a layer for every image, of which ascent wants one. And it takes a
quarter of a step for the gradient of the first convolution, since there is only one channel to
share among the cores. Both become products of matrices here: channels are contracted first, and
what is left is shifted and added up. Together that is twice as fast (benchmarks/README.md).
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
    """The mean of one map of a layer for each image, an ``objectives.Objective``.

    On a patch as large as the receptive field a map has one position: its mean is the value there.

    Attributes:
        floor: see ``objectives.Objective``.
    """

    @staticmethod
    def supports(layers: Sequence[keras.layers.Layer]) -> bool:
        """Return whether layers (``receptive_fields.chain``) are such as are computed here.

        Convolutions of square kernels with ReLU, of which the first reads one channel, and
        poolings; all without padding.
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
        """Take the layers up to the map.

        Args:
            layers: image -> feature maps, one after the other, such as ``suits`` accepts.
            reachable_size: so many rows and columns of an image influence the last one, or are
                those of a patch.
            is_rectified: whether the last ReLU counts; else the map is taken before it.
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
        """Return the mean of a map over all positions, (n,).

        Args:
            images: (n, h, w, 1), as the network reads them.
            units: (n,), which map for which image.
        """
        # what the layer cannot see is left out: a sixth of the work for the third layer
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
    """Return what lies before the last convolution; None where that reads the image."""
    if not layers:
        return None
    inputs = keras.Input((*size, 1))
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
