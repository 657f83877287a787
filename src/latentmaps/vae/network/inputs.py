"""What the encoder reads."""

import tensorflow as tf


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Return uint8 images 0..255 as float32 pixels 0..1."""
    return tf.cast(images, tf.float32) / 255.0
