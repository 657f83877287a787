"""Spoil the images that a VAE reads, never those it is to give back.

Denoising, recolouring and filling in are the same task with another way to spoil; Vincent et al.
2008. Everything is a function of the seed that is handed in.
"""

import tensorflow as tf

# ITU-R BT.601, as in Pillow's convert("L")
_LUMINANCE = (0.299, 0.587, 0.114)
_MASKED = 0.5


def corrupt(pixels: tf.Tensor, kind: str, *, level: float, seed: tf.Tensor) -> tf.Tensor:
    """Gives spoilt pixels of the same shape, 0..1.

    Args:
        pixels: (n, h, w, c), float32, 0..1.
        kind: none; noise: Gaussian; gray: luminance in every channel; mask: a square of medium
            gray at a place of its own in each image.
        level: of noise the standard deviation; of mask the edge of the square as a share of that of
            the image.
        seed: (2,), decides noise and places.
    """
    if kind == "noise":
        noise = tf.random.stateless_normal(tf.shape(pixels), seed, stddev=level)
        return tf.clip_by_value(pixels + noise, 0.0, 1.0)
    if kind == "gray":
        return _gray(pixels)
    if kind == "mask":
        return tf.where(_squares(pixels, level, seed), _MASKED, pixels)
    return pixels


def _gray(pixels: tf.Tensor) -> tf.Tensor:
    if pixels.shape[-1] != len(_LUMINANCE):
        return pixels
    luminance = tf.tensordot(pixels, tf.constant(_LUMINANCE), axes=1)  # (n, h, w)
    return tf.broadcast_to(luminance[..., tf.newaxis], tf.shape(pixels))


def _squares(pixels: tf.Tensor, level: float, seed: tf.Tensor) -> tf.Tensor:
    """Gives where the squares are, (n, h, w, 1), bool."""
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
