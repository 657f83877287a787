"""Bring an image back to what the CNN may read, after each step of the ascent.

Its pixels are free, or as dark and light as those of a real digit: in range.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.oips import excitation
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

# Digits are standardized so many at a time: 60,000 at once are 600 MB.
_NUM_AT_ONCE = 5_000

Restore = Callable[[Any], Any]


def digit_range(digits: Digits) -> PixelRange:
    """Return darkest and brightest pixel of a real digit as the CNN reads it.

    The medians over the training part: half of the digits go further on either side.

    Raises:
        DataError: half of the training digits are of one single gray.
    """
    images = digits.train_images
    parts = [
        excitation.standardize_digits(images[first : first + _NUM_AT_ONCE])
        for first in range(0, len(images), _NUM_AT_ONCE)
    ]
    darkest = float(np.median(np.concatenate([part.min(axis=(1, 2)) for part in parts])))
    brightest = float(np.median(np.concatenate([part.max(axis=(1, 2)) for part in parts])))
    if darkest >= brightest:
        raise DataError(
            "the training digits: found half of them of one single grey, expected strokes on a "
            "ground; run fetch_digits again"
        )
    return darkest, brightest


def restore_images(images: Floats, pixel_range: PixelRange | None) -> Floats:
    """Return images (n, 28, 28) as the CNN may read them; see ``make_restore``."""
    return np.array(make_restore(pixel_range)(images[..., np.newaxis]))[..., 0]


def make_restore(pixel_range: PixelRange | None) -> Restore:
    """Return the function that makes changed images (n, 28, 28, 1) such as the CNN may read.

    Args:
        pixel_range: images get mean 0 within it and, where there are such, spread 1; None: pixels
            are free, and images are standardized.
    """

    def restore(images: tf.Tensor) -> tf.Tensor:
        images = tf.image.per_image_standardization(images)
        return images if pixel_range is None else _within(images, pixel_range)

    return restore


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
    """Return images (n, 28, 28, 1) moved up or down so that they have mean 0 once clipped.

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
