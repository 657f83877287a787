"""Corrupt the inputs of a VAE, never its targets.

Denoising, colorization and inpainting are the same task with different corruptions (Vincent et al.
2008). All randomness comes from the `seed` argument.
"""

from collections.abc import Callable, Mapping

import tensorflow as tf

# ITU-R BT.601, as in Pillow's convert("L")
_LUMINANCE = (0.299, 0.587, 0.114)
# medium gray
_MASKED = 0.5


def corrupt(pixels: tf.Tensor, kind: str, *, level: float, seed: tf.Tensor) -> tf.Tensor:
    """Return corrupted pixels, (n, h, w, c), float32, 0..1.

    Args:
        pixels: (n, h, w, c), float32, 0..1.
        kind: a name in ``CORRUPTIONS``.
        level: standard deviation of the noise, or side of the mask as a share of the image side.
        seed: (2,), integer; determines the noise or the positions of the masks.
    """
    return CORRUPTIONS[kind](pixels, level, seed)


def _none(pixels: tf.Tensor, _level: float, _seed: tf.Tensor) -> tf.Tensor:
    """Return the pixels unchanged."""
    return pixels


def _noise(pixels: tf.Tensor, level: float, seed: tf.Tensor) -> tf.Tensor:
    """Add Gaussian noise with standard deviation `level`."""
    noise = tf.random.stateless_normal(tf.shape(pixels), seed, stddev=level)
    return tf.clip_by_value(pixels + noise, 0.0, 1.0)


def _gray(pixels: tf.Tensor, _level: float, _seed: tf.Tensor) -> tf.Tensor:
    """Set every channel to the luminance."""
    if pixels.shape[-1] != len(_LUMINANCE):
        return pixels
    luminance = tf.tensordot(pixels, tf.constant(_LUMINANCE), axes=1)  # (n, h, w)
    return tf.broadcast_to(luminance[..., tf.newaxis], tf.shape(pixels))


def _mask(pixels: tf.Tensor, level: float, seed: tf.Tensor) -> tf.Tensor:
    """Replace a square at a random position in each image with medium gray."""
    return tf.where(_squares(pixels, level, seed), _MASKED, pixels)


CORRUPTIONS: Mapping[str, Callable[[tf.Tensor, float, tf.Tensor], tf.Tensor]] = {
    "none": _none,
    "noise": _noise,
    "gray": _gray,
    "mask": _mask,
}


def _squares(pixels: tf.Tensor, level: float, seed: tf.Tensor) -> tf.Tensor:
    """Return a mask with one square per image, (n, h, w, 1), bool."""
    size = int(pixels.shape[1])
    edge = max(1, round(level * size))
    corners = tf.random.stateless_uniform(
        (tf.shape(pixels)[0], 2), seed, maxval=size - edge + 1, dtype=tf.int32
    )
    positions = tf.range(size)[tf.newaxis]  # (1, size)

    def inside(corner: tf.Tensor) -> tf.Tensor:
        return (positions >= corner[:, tf.newaxis]) & (positions < corner[:, tf.newaxis] + edge)

    rows, columns = inside(corners[:, 0]), inside(corners[:, 1])  # (n, size) each
    return (rows[:, :, tf.newaxis] & columns[:, tf.newaxis, :])[..., tf.newaxis]
