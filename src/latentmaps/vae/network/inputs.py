"""Convert between uint8 images and float pixels, as tensors."""

import tensorflow as tf


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Convert images of any shape (uint8, 0..255) to pixels (float32, 0..1)."""
    return tf.cast(images, tf.float32) / 255.0


def to_uint8(pixels: tf.Tensor) -> tf.Tensor:
    """Convert pixels (float32, 0..1) to images (uint8, 0..255) like ``images.pixels.to_uint8``.

    Args:
        pixels: any shape.
    """
    return tf.cast(tf.floor(255.0 * tf.cast(pixels, tf.float64) + 0.5), tf.uint8)
