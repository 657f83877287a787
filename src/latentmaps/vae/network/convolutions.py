"""Strided convolutions, each computed in the form that is fastest for its shape on a CPU.

All forms compute the same sums and differ only in the rounding of the last digit, so a network can
be trained with one form and used with another. The times below are for the network of params.yaml
on a CPU with bfloat16 instructions (AMD Zen 4, oneDNN); benchmarks/README.md has the times of whole
steps. Nothing was measured on a GPU.

The layers support what ``vae`` needs: square kernels, square strides that divide the size of the
input maps (``Architecture`` ensures this), no dilation and no built-in activation.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from latentmaps.vae.network.layers import PACKAGE

# for maps with more rows than this, the dilated gradient is slower than TensorFlow's own
_MOST_ROWS_DILATED = 16
# gray or RGB images
_FEW_MAPS = 3

_Gradient = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


@keras.saving.register_keras_serializable(package=PACKAGE)
class Convolution(keras.layers.Conv2D):
    """Keras's convolution with a faster kernel gradient."""

    def convolution_op(self, inputs: tf.Tensor, kernel: Any) -> tf.Tensor:
        """Return maps (n, h / stride, w / stride, filters), before the bias is added."""
        if not _is_dilated_faster(self, inputs.shape[1]):
            return super().convolution_op(inputs, kernel)
        stride = self.strides[0]

        @tf.custom_gradient
        def convolve(wide: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, _Gradient]:
            def gradient(of_narrow: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                of_wide = _transposed(of_narrow, weights, stride, wide.shape[1:3])
                return of_wide, kernel_gradient(wide, of_narrow, weights.shape[0], stride)

            return tf.nn.conv2d(wide, weights, stride, "SAME"), gradient

        return convolve(inputs, tf.convert_to_tensor(kernel))


@keras.saving.register_keras_serializable(package=PACKAGE)
class TransposedConvolution(keras.layers.Conv2DTranspose):
    """Keras's transposed convolution, with faster forms for few maps and for small maps."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Return maps (n, h * stride, w * stride, filters)."""
        if self.padding != "same":
            return super().call(inputs)
        stride = self.strides[0]
        size = [rows * stride for rows in inputs.shape[1:3]]
        dilated = _is_dilated_faster(self, size[0])
        form = interleaved if self.filters <= _FEW_MAPS else _transposed

        @tf.custom_gradient
        def transposed(narrow: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, _Gradient]:
            def gradient(of_wide: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                of_narrow = tf.nn.conv2d(of_wide, weights, stride, "SAME")
                if dilated:
                    return of_narrow, kernel_gradient(of_wide, narrow, weights.shape[0], stride)
                return of_narrow, tf.raw_ops.Conv2DBackpropFilter(
                    input=of_wide,
                    filter_sizes=weights.shape,
                    out_backprop=narrow,
                    strides=[1, stride, stride, 1],
                    padding="SAME",
                )

            return form(narrow, weights, stride, size), gradient

        maps = transposed(inputs, tf.convert_to_tensor(self.kernel))
        return maps + keras.ops.reshape(self.bias, (1, 1, 1, -1)) if self.use_bias else maps


def _is_dilated_faster(layer: Any, num_rows: int) -> bool:
    """Report whether ``kernel_gradient`` is faster than TensorFlow's own gradient.

    For 3x3 kernels, stride 2 and batches of 32 and 128, ``kernel_gradient`` takes 0.5 to 0.6 times
    as long for maps of 8 and 12 rows, 0.7 times for 16 rows, and 1.0 to 1.2 times for 24 rows. In
    float32, it takes 1.0 to 1.1 times as long.
    """
    return (
        layer.compute_dtype == "bfloat16"
        and layer.padding == "same"
        and layer.strides[0] > 1
        and num_rows <= _MOST_ROWS_DILATED
        and not tf.config.get_visible_devices("GPU")
    )


def kernel_gradient(
    wide: tf.Tensor, of_narrow: tf.Tensor, kernel_size: int, stride: int
) -> tf.Tensor:
    """Return the kernel gradient of a convolution, computed as a dilated convolution.

    The gradient with respect to K[i, j, c, k] is the sum over n, y and x of

        wide[n, y * stride + i, x * stride + j, c] * of_narrow[n, y, x, k].

    This is a convolution in which images and maps swap roles and `of_narrow` is a kernel dilated by
    `stride`. oneDNN has fast bfloat16 code for convolutions, but not for kernel gradients.

    Args:
        wide: (n, h, w, c), the input of a convolution with ``"same"`` padding.
        of_narrow: (n, h / stride, w / stride, k), the gradient of its output.
        kernel_size: height and width of the kernel.
        stride: stride of the convolution; divides h and w.

    Returns:
        (kernel_size, kernel_size, c, k).
    """
    height, width = ((rows - 1) * stride + kernel_size for rows in of_narrow.shape[1:3])
    # if the kernel is smaller than the stride, the rows beyond these are never read
    swapped = tf.transpose(wide[:, :height, :width], (3, 1, 2, 0))  # (c, h, w, n)
    kernel = tf.transpose(of_narrow, (1, 2, 0, 3))  # (h / stride, w / stride, n, k)
    zeros = list(_padding(kernel_size, stride))
    padding = [[0, 0], zeros, zeros, [0, 0]]
    gradient = tf.nn.conv2d(swapped, kernel, 1, padding, dilations=stride)
    return tf.transpose(gradient, (1, 2, 0, 3))


def interleaved(narrow: tf.Tensor, kernel: tf.Tensor, stride: int, size: Any) -> tf.Tensor:
    """Compute a transposed convolution as a convolution that outputs stride^2 times as many maps.

    Output values whose row and column have the same remainders modulo the stride are computed from
    the same weights. Each pair of remainders therefore becomes one map of a plain convolution, and
    these maps are interleaved. For three output maps, this takes 0.4 times as long as TensorFlow's
    own form (0.5 in float32), although a 3x3 kernel is padded to 4x4.

    Source: Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?".

    Args:
        narrow: (n, h, w, c).
        kernel: (kernel_size, kernel_size, num_maps, c).
        stride: stride of the transposed convolution, which has ``"same"`` padding.
        size: [h * stride, w * stride].

    Returns:
        (n, h * stride, w * stride, num_maps).
    """
    kernel_size, _, num_maps, _ = kernel.shape
    top, _ = _padding(kernel_size, stride)
    # output row q * stride + r reads row q - d of `narrow` with kernel row d * stride + r + top
    first, last = -((stride - 1 + top) // stride), (kernel_size - 1 - top) // stride
    num_taps = last - first + 1
    before = -first * stride - top
    rows = [before, num_taps * stride - before - kernel_size]
    weights = tf.pad(kernel, [rows, rows, [0, 0], [0, 0]])
    weights = tf.reshape(weights, (num_taps, stride, num_taps, stride, num_maps, -1))[::-1, :, ::-1]
    weights = tf.transpose(weights, (0, 2, 5, 1, 3, 4))
    weights = tf.reshape(weights, (num_taps, num_taps, -1, stride**2 * num_maps))
    maps = tf.nn.conv2d(narrow, weights, 1, [[0, 0], [last, -first], [last, -first], [0, 0]])
    maps = tf.reshape(maps, (-1, *narrow.shape[1:3], stride, stride, num_maps))
    return tf.reshape(tf.transpose(maps, (0, 1, 3, 2, 4, 5)), (-1, *size, num_maps))


def _transposed(narrow: tf.Tensor, kernel: tf.Tensor, stride: int, size: Any) -> tf.Tensor:
    """Compute a transposed convolution in TensorFlow's own form; see ``interleaved``."""
    shape = (tf.shape(narrow)[0], *size, kernel.shape[2])
    return tf.nn.conv2d_transpose(narrow, kernel, shape, stride, "SAME")


def _padding(kernel_size: int, stride: int) -> tuple[int, int]:
    """Return the number of zero rows to add above and below a map for ``"same"`` padding.

    The stride must divide the size of the map.
    """
    total = max(kernel_size - stride, 0)
    return total // 2, total - total // 2
