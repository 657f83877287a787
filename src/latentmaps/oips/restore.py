"""Bring an image back to what the network may read, after each step of the ascent.

For the CNN: its pixels are free, or as dark and light as those of a real digit: in range. For
others: whatever function (n, h, w, c) -> (n, h, w, c) their images need.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from latentmaps.oips.oip import Floats, PixelRange

# Spread and mean of clipped pixels are brought back in turn. With 3 rounds, of 2 Newton steps for
# the mean each, ascent keeps the mean within 1e-3 of 0 and the spread within 2 % of 1. To
# standardize and clip in turn does not do: where half of a picture is black that has no fixed
# point, and pictures ended a quarter of a standard deviation too bright and a quarter too flat.
_ROUNDS = 3
_NEWTON_STEPS = 2

# bounds of a divisor: a clipped picture that is flat, and one of which next to no pixel is free
_FLATTEST = 0.25
_FEWEST = 0.05
# below any RMS of an image
_TINY = 1e-12

Restore = Callable[[Any], Any]


def restore_images(images: Floats, restore: Restore) -> Floats:
    """Return images (n, h, w, c) as the network may read them."""
    return np.array(restore(images))


def standardized(images: tf.Tensor) -> tf.Tensor:
    """Return images (n, h, w, c) with mean 0 and spread 1: their pixels are free."""
    return tf.image.per_image_standardization(images)


def unit_rms(images: tf.Tensor) -> tf.Tensor:
    """Return images (n, h, w, c) whose pixels have a root mean square of 1.

    For patches: those of a standardized image have no mean of 0, and what a unit reacts to may be
    that a patch is light.
    """
    rms = tf.sqrt(tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True))
    return images / tf.maximum(rms, _TINY)


def in_range(pixel_range: PixelRange) -> Restore:
    """Return the function that gives images mean 0 and, where there are such, spread 1 in a range.

    Args:
        pixel_range: darkest and brightest pixel of a standardized image; 0 lies between them.
    """
    return lambda images: _within(standardized(images), pixel_range)


def clipped(pixel_range: PixelRange) -> Restore:
    """Return the function that clips the pixels of images to a range."""
    return lambda images: tf.clip_by_value(images, *pixel_range)


def at_most_unit_rms(images: tf.Tensor) -> tf.Tensor:
    """Return images (n, h, w, c) whose values have a root mean square of at most 1.

    For values that become pixels later, drawn the fainter the rarer they are in pictures: under
    one bound for all of them, rare patterns cost more. A bound for each pixel would not do: a unit
    that is nearly linear ends with each of them at its bound, black, white or a pure color, and
    fine noise, which hardly any picture has, excites it most.
    """
    rms = tf.sqrt(tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True))
    return images / tf.maximum(rms, 1.0)


def make_restore(pixel_range: PixelRange | None) -> Restore:
    """Return ``in_range``; None: pixels are free, and images are standardized."""
    return standardized if pixel_range is None else in_range(pixel_range)


def _within(images: tf.Tensor, pixel_range: PixelRange) -> tf.Tensor:
    """Return clip(scale * image + offset) of mean 0 and, where there are such, of spread 1.

    Clipped alone, pixels would have less contrast than those of a digit, or more light.
    """
    clip = functools.partial(
        tf.clip_by_value, clip_value_min=pixel_range[0], clip_value_max=pixel_range[1]
    )
    centered = _center(images, pixel_range)
    for _ in range(_ROUNDS):
        spread = tf.math.reduce_std(clip(centered), axis=(1, 2, 3), keepdims=True)
        centered = _center(centered / tf.maximum(spread, _FLATTEST), pixel_range)
    return clip(centered)


def _center(images: tf.Tensor, pixel_range: PixelRange) -> tf.Tensor:
    """Return images (n, h, w, c) moved up or down so that they have mean 0 once clipped.

    Newton's method: the mean of clipped pixels grows with the offset by the share of those that
    are not clipped.
    """
    darkest, brightest = pixel_range
    for _ in range(_NEWTON_STEPS):
        mean = tf.reduce_mean(tf.clip_by_value(images, *pixel_range), axis=(1, 2, 3), keepdims=True)
        is_inside = tf.cast((images > darkest) & (images < brightest), tf.float32)
        share = tf.reduce_mean(is_inside, axis=(1, 2, 3), keepdims=True)
        images -= mean / tf.maximum(share, _FEWEST)
    return images
