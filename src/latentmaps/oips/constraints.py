"""Bring an image back to what the network may read, after each step of the ascent.

For the CNN: its pixels are free, or as dark and light as those of a real digit: in range. For
others: whatever function (n, h, w, c) -> (n, h, w, c) their images need.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
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
# mean square of values at a bound of 1, but for rounding
_AT_BOUND = 1 - 1e-5


@dataclass(frozen=True)
class Constraint:
    """What makes images (n, h, w, c) such as a network may read.

    Attributes:
        apply: images -> images.
        tangent: gradients and images, (n, h, w, c) each -> what `apply` leaves of a step along the
            gradients. The rest, which may be nearly all of it, would only make the step shorter.
        center: mean of random images.
        spread: their standard deviation, in which steps are measured.
    """

    apply: Callable[[Any], Any]
    tangent: Callable[[Any, Any], Any]
    center: float = 0.0
    spread: float = 1.0

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Return images such as the network may read."""
        return self.apply(images)


def project_images(images: Floats, constraint: Constraint) -> Floats:
    """Return images (n, h, w, c) as the network may read them."""
    return np.array(constraint(images))


def project_noise(noise: Floats, constraint: Constraint) -> Floats:
    """Return noise (n, h, w, c) of mean 0 and spread 1 as images that the network may read."""
    return project_images(constraint.center + constraint.spread * noise, constraint)


def _without_images(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Return gradients without their part along the images: a step leaves their RMS as it is."""
    common = tf.reduce_mean(gradients * images, axis=(1, 2, 3), keepdims=True)
    power = tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True)
    return gradients - images * common / (power + _TINY)


def _along_sphere(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Return gradients that change neither mean nor spread of images, whose mean is 0."""
    centered = gradients - tf.reduce_mean(gradients, axis=(1, 2, 3), keepdims=True)
    return _without_images(centered, images)


def _scale(images: tf.Tensor) -> tf.Tensor:
    rms = tf.sqrt(tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True))
    return images / tf.maximum(rms, _TINY)


# mean 0 and spread 1: pixels are free
standardized = Constraint(tf.image.per_image_standardization, _along_sphere)

# A root mean square of 1, for patches: those of a standardized image have no mean of 0, and what a
# unit reacts to may be that a patch is light.
unit_rms = Constraint(_scale, _without_images)


def in_range(pixel_range: PixelRange) -> Constraint:
    """Return what gives images mean 0 and, where there are such, spread 1 in a range.

    Args:
        pixel_range: darkest and brightest pixel of a standardized image; 0 lies between them.
    """
    return Constraint(
        lambda images: _within(tf.image.per_image_standardization(images), pixel_range),
        _along_sphere,
    )


def clipped(pixel_range: PixelRange) -> Constraint:
    """Return what clips the pixels of images to a range; noise covers half of it."""
    low, high = pixel_range

    def tangent(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        leaves = ((images <= low) & (gradients < 0)) | ((images >= high) & (gradients > 0))
        return tf.where(leaves, 0.0, gradients)

    return Constraint(
        lambda images: tf.clip_by_value(images, low, high),
        tangent,
        center=(low + high) / 2,
        spread=(high - low) / 4,
    )


def _bound(images: tf.Tensor) -> tf.Tensor:
    rms = tf.sqrt(tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True))
    return images / tf.maximum(rms, 1.0)


def _inside_bound(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Return gradients without what leads images out of their bound, for those that stand at it."""
    power = tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True)
    outwards = tf.reduce_mean(gradients * images, axis=(1, 2, 3), keepdims=True)
    leaves = (power > _AT_BOUND) & (outwards > 0)
    return tf.where(leaves, gradients - images * outwards / (power + _TINY), gradients)


# A root mean square of at most 1, for values that become pixels later, drawn the fainter the rarer
# they are in pictures: under one bound for all of them, rare patterns cost more. A bound for each
# pixel would not do: a unit that is nearly linear ends with each of them at its bound, black, white
# or a pure color, and fine noise, which hardly any picture has, excites it most.
at_most_unit_rms = Constraint(_bound, _inside_bound)


def for_pixel_range(pixel_range: PixelRange | None) -> Constraint:
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
