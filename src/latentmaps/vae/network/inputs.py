"""Bytes of images and pixels, as tensors."""

import tensorflow as tf


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Return uint8 images 0..255 as float32 pixels 0..1."""
    return tf.cast(images, tf.float32) / 255.0


def to_uint8(pixels: tf.Tensor) -> tf.Tensor:
    """Return float32 pixels 0..1 as uint8 images 0..255, as ``images.pixels.to_uint8`` does."""
    return tf.cast(tf.floor(255.0 * tf.cast(pixels, tf.float64) + 0.5), tf.uint8)
