"""Compute the pixels of patches from wave weights, in a basis that favors natural patterns.

In natural images, amplitude falls with frequency, and colors vary less than luminance (Field 1987;
Ruderman, Cronin and Chiao 1998). A patch is therefore a sum of the waves of a cosine transform, in
luminance and in two color channels, with finer waves and colors scaled down. Weights of equal
size then represent patterns that are about equally common. Ascent on the weights yields smooth
shapes where ascent on the pixels yields noise (Olah, Mordvintsev and Schubert 2017, "Feature
visualization", section on preconditioning).
"""

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.oips.oip import Shape

# scale of color relative to luminance; our choice: 0.5 produces garish patterns, 0.3 hardly any
# color
_COLOR = 0.4

# luminance, red against blue, green against both; rows of length 1
_LIGHT_AND_COLORS = np.array([[1, 1, 1], [1, 0, -1], [-1, 2, -1]]) / np.sqrt([[3], [2], [6]])


class Painter:
    """A callable that converts wave weights to the pixels of patches."""

    def __init__(self, shape: Shape, *, contrast: float, smoothness: float) -> None:
        """Compute the waves and their scales.

        Args:
            shape: height, width and channels (1 or 3) of a patch.
            contrast: largest RMS distance from mid-gray for weights with an RMS of 1, before
                pixels saturate; 0.5 is the distance from mid-gray to white.
            smoothness: exponent; waves are scaled by 1 / frequency^smoothness.
        """
        height, width, num_channels = shape
        self._down, self._across = (_waves(size) for size in (height, width))
        frequencies = np.hypot(np.arange(height)[:, None], np.arange(width))
        strengths = np.maximum(frequencies, 1.0) ** -smoothness  # (h, w)
        mixing = _LIGHT_AND_COLORS if num_channels == 3 else np.ones((1, 1))
        colors = np.array([1.0, _COLOR, _COLOR][:num_channels])
        self._strengths = (contrast * strengths[..., None] * colors).astype(np.float32)
        self._mixing = mixing.astype(np.float32)

    def __call__(self, weights: tf.Tensor) -> tf.Tensor:
        """Return pixels (n, h, w, c), float32, 0..1; zero weights (n, h, w, c) yield mid-gray."""
        scaled = weights * self._strengths
        distances = tf.einsum("ki,nklc,lj,cr->nijr", self._down, scaled, self._across, self._mixing)
        # slope 1 at mid-gray; unlike a clip, a sigmoid has a gradient at saturated pixels
        return tf.sigmoid(4.0 * distances)


def _waves(size: int) -> npt.NDArray[np.float32]:
    """Return the waves of the cosine transform, each of length 1, (size, size).

    Wave k has k half periods; wave 0 is constant.

    Args:
        size: number of pixels.
    """
    waves = np.cos(np.pi / size * np.outer(np.arange(size), np.arange(size) + 0.5))
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    return waves.astype(np.float32)
