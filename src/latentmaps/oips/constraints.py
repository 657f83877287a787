"""Constraints that project the images of an ascent onto the set that a network accepts.

For the CNN, pixels are either free or *in range*: as dark and as light as those of a real digit.
Other networks may use any projection of images (n, h, w, c).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from latentmaps.oips.oip import Floats, PixelRange

# The standard deviation and the mean of the clipped pixels are corrected alternately. With 3
# rounds, each with 2 Newton steps for the mean, ascent keeps the mean within 1e-3 of 0 and the
# standard deviation within 2% of 1. Alternating between standardizing and clipping does not work:
# it has no fixed point if half of an image is black. Images ended up too bright by a quarter of a
# standard deviation, and their contrast was too low by a quarter.
_ROUNDS = 3
_NEWTON_STEPS = 2

# lower bounds of divisors: the standard deviation of clipped pixels, and the share of pixels that
# are not clipped
_MIN_SPREAD = 0.25
_MIN_INSIDE_SHARE = 0.05
# smaller than the RMS of any image
_TINY = 1e-12
# mean square of values at a bound of 1, up to rounding
_AT_BOUND = 1 - 1e-5


@dataclass(frozen=True)
class Constraint:
    """A projection of images (n, h, w, c) onto the set that a network accepts.

    Attributes:
        project: function that returns the projected images.
        tangent: (gradients, images), each (n, h, w, c) -> the part of the gradients that `project`
            does not undo. The other part, which may be nearly the whole gradient, would only make
            the step shorter.
        center: mean of random images.
        spread: standard deviation of random images, the unit of step sizes.
    """

    project: Callable[[Any], Any]
    tangent: Callable[[Any, Any], Any]
    center: float = 0.0
    spread: float = 1.0

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Return the projected images, (n, h, w, c)."""
        return self.project(images)


def project_images(images: Floats, constraint: Constraint) -> Floats:
    """Return images that meet the constraint, (n, h, w, c), float32."""
    return np.array(constraint(images))


def project_noise(noise: Floats, constraint: Constraint) -> Floats:
    """Scale noise to the constraint's mean and standard deviation, and project it.

    Args:
        noise: (n, h, w, c), float32, mean 0 and standard deviation 1.
        constraint: constraint of the network.
    """
    return project_images(constraint.center + constraint.spread * noise, constraint)


def _without_images(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Remove the component of the gradients along the images, so that a step preserves the RMS."""
    common = tf.reduce_mean(gradients * images, axis=(1, 2, 3), keepdims=True)
    power = tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True)
    return gradients - images * common / (power + _TINY)


def _along_sphere(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Remove the gradient components that change the mean or the contrast of images with mean 0."""
    centered = gradients - tf.reduce_mean(gradients, axis=(1, 2, 3), keepdims=True)
    return _without_images(centered, images)


def _scale(images: tf.Tensor) -> tf.Tensor:
    rms = tf.sqrt(tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True))
    return images / tf.maximum(rms, _TINY)


# mean 0 and standard deviation 1, as the CNN expects; pixels are free
standardized = Constraint(tf.image.per_image_standardization, _along_sphere)

# A root mean square of 1, for patches: the mean of a patch of a standardized image need not be 0,
# and a unit may respond to light patches.
unit_rms = Constraint(_scale, _without_images)


def in_range(pixel_range: PixelRange) -> Constraint:
    """Return the constraint that images have mean 0, standard deviation 1 and pixels in a range.

    Where no such image exists, the standard deviation is as close to 1 as the range allows.

    Args:
        pixel_range: darkest and brightest pixel of a standardized image; must contain 0.
    """
    return Constraint(
        lambda images: _within(tf.image.per_image_standardization(images), pixel_range),
        _along_sphere,
    )


def clipped(pixel_range: PixelRange) -> Constraint:
    """Return the constraint that clips pixels to a range.

    Random images have their mean at the center of the range and a standard deviation of a quarter
    of its width.
    """
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
    """Remove the outward component from the gradient of each image that is at its bound."""
    power = tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True)
    outwards = tf.reduce_mean(gradients * images, axis=(1, 2, 3), keepdims=True)
    leaves = (power > _AT_BOUND) & (outwards > 0)
    return tf.where(leaves, gradients - images * outwards / (power + _TINY), gradients)


# A root mean square of at most 1, for weights. They are converted to pixels later, and patterns
# that are rarer in natural images then get less contrast. A shared bound on all weights therefore
# makes rare patterns cost more. A bound on each pixel does not work: a nearly linear unit drives
# every pixel to its bound (black, white or a pure color). Such a unit responds most to fine noise,
# which natural images hardly contain.
at_most_unit_rms = Constraint(_bound, _inside_bound)


def for_pixel_range(pixel_range: PixelRange | None) -> Constraint:
    """Return the constraint for a pixel range: ``in_range``, or ``standardized`` for None."""
    return standardized if pixel_range is None else in_range(pixel_range)


def _within(images: tf.Tensor, pixel_range: PixelRange) -> tf.Tensor:
    """Return clip(scale * image + offset) with mean 0 and, where possible, standard deviation 1.

    Clipping alone would leave less contrast, or more ink, than a digit has.
    """
    clip = functools.partial(
        tf.clip_by_value, clip_value_min=pixel_range[0], clip_value_max=pixel_range[1]
    )
    centered = _center(images, pixel_range)
    for _ in range(_ROUNDS):
        spread = tf.math.reduce_std(clip(centered), axis=(1, 2, 3), keepdims=True)
        centered = _center(centered / tf.maximum(spread, _MIN_SPREAD), pixel_range)
    return clip(centered)


def _center(images: tf.Tensor, pixel_range: PixelRange) -> tf.Tensor:
    """Add an offset to each image (n, h, w, c) so that its mean is 0 after clipping.

    This is Newton's method: the derivative of the mean with respect to the offset is the share of
    pixels that are not clipped.
    """
    darkest, brightest = pixel_range
    for _ in range(_NEWTON_STEPS):
        mean = tf.reduce_mean(tf.clip_by_value(images, *pixel_range), axis=(1, 2, 3), keepdims=True)
        is_inside = tf.cast((images > darkest) & (images < brightest), tf.float32)
        share = tf.reduce_mean(is_inside, axis=(1, 2, 3), keepdims=True)
        images -= mean / tf.maximum(share, _MIN_INSIDE_SHARE)
    return images
