"""Paint patches from weights of waves: what is common in pictures costs little.

The brightness of pictures falls with its frequency, and their colors differ less than their light
(Field 1987; Ruderman, Cronin and Chiao 1998). So a patch is made of the waves of a cosine transform
in light and in two colors, each drawn the fainter the finer it is. Weights of one size then stand
for patches about as common as one another, and ascent on the weights ends with smooth shapes where
ascent on pixels ends with noise (Olah, Mordvintsev and Schubert 2017, "Feature visualization",
section on preconditioning).
"""

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.oips.oip import Shape

# how strong a color is beside light of the same weight; own choice: 0.5 gives garish patterns, 0.3
# hardly any colors
_COLOR = 0.4

# light, red against blue, green against both; each of length 1
_LIGHT_AND_COLORS = np.array([[1, 1, 1], [1, 0, -1], [-1, 2, -1]]) / np.sqrt([[3], [2], [6]])


class Painter:
    """The function from weights of waves to the pixels of patches."""

    def __init__(self, shape: Shape, *, contrast: float, smoothness: float) -> None:
        """Take what patches are like.

        Args:
            shape: of a patch; 1 channel or 3.
            contrast: root mean square of the distance from mid-gray that weights of root mean
                square 1 reach at most, before pixels saturate; 0.5 is from there to white.
            smoothness: a wave is drawn 1 / frequency^smoothness times as strongly as the coarsest.
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
        """Return pixels (n, h, w, c), 0..1, for weights (n, h, w, c); weights of 0 are mid-gray."""
        drawn = weights * self._strengths
        distances = tf.einsum("ki,nklc,lj,cr->nijr", self._down, drawn, self._across, self._mixing)
        # steeper would be a clip, at which a saturated pixel has no gradient; slope 1 at mid-gray
        return tf.sigmoid(4.0 * distances)


def _waves(size: int) -> npt.NDArray[np.float32]:
    """Return the waves of the cosine transform of so many pixels, each of length 1, (size, size).

    Wave k has k half periods; wave 0 is even.
    """
    waves = np.cos(np.pi / size * np.outer(np.arange(size), np.arange(size) + 0.5))
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    return waves.astype(np.float32)
