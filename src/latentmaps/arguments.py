"""Check the arguments of calls to a trained model before they reach TensorFlow."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from latentmaps.errors import DataError, shorten


def require_images(images: Any, shape: Sequence[int]) -> None:
    """Require images of the size that a model expects.

    Args:
        images: the images to check, expected to be (n, *shape), uint8, 0..255, n at least 1.
        shape: (height, width) or (height, width, channels).

    Raises:
        DataError: `images` has the wrong type, dtype or shape, or is empty.
    """
    size = "x".join(map(str, shape))
    expected = f"expected a NumPy array of {size} images, uint8, 0..255"
    if not isinstance(images, np.ndarray):
        raise DataError(f"images: found {type(images).__name__}, {expected}; use np.asarray")
    if images.dtype != np.uint8:
        raise DataError(
            f"images: found {images.dtype}{_describe_range(images)}, {expected}; "
            "convert pixels of 0..1 with `(255 * pixels).round().astype(np.uint8)`, and those of "
            "0..255 with `pixels.round().astype(np.uint8)`"
        )
    if images.shape[1:] != tuple(shape) or not len(images):
        raise DataError(
            f"images: {size} images expected, found an array of shape {images.shape}; "
            f"{_advise(images.shape, tuple(shape))}"
        )


def _describe_range(array: np.ndarray) -> str:
    if array.dtype.kind not in "fiu" or not array.size:
        return ""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        return " with values that are not finite"
    return f" from {array.min():.4g} to {array.max():.4g}"


def _advise(found: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if found == expected:
        return "add an axis for a single image, `images[np.newaxis]`"
    if found[1:] == (*expected, 1):
        return "drop the last axis, `images[..., 0]`"
    if len(found) == len(expected) + 1 and found[0] == 0:
        return "pass at least one"
    return "crop and resize them; in the pipeline, rerun the stage that trains the model"


def require_rows(rows: np.ndarray, num_images: int) -> None:
    """Refuse row numbers that are out of range.

    Args:
        rows: the rows to check, expected to be (n,), integers from 0 to `num_images` - 1, n at
            least 1.
        num_images: number of images.

    Raises:
        DataError: `rows` has the wrong type or shape, is empty, or is out of range.
    """
    rows = np.asarray(rows)
    is_fit = rows.dtype.kind in "iu" and rows.ndim == 1 and rows.size
    if not is_fit or rows.min() < 0 or rows.max() >= num_images:
        raise DataError(
            f"rows: found {rows.dtype} of shape {rows.shape}{_describe_range(rows)}, expected "
            f"a 1-D array of integers from 0 to {num_images - 1}; rerun the stage that chose them"
        )


def to_points(z: Any, latent_dim: int) -> np.ndarray:
    """Return latent points as float32.

    Args:
        z: the points to check, expected to be (n, latent_dim), floating point, n at least 1.
        latent_dim: number of latent dimensions.

    Raises:
        DataError: `z` has the wrong type or shape, is empty, or contains values that are not
            finite.
    """
    expected = f"expected floating-point numbers of shape (n, {latent_dim})"
    if not isinstance(z, np.ndarray) or z.dtype.kind != "f":
        found = z.dtype if isinstance(z, np.ndarray) else type(z).__name__
        raise DataError(f"z: found {found}, {expected}; use np.asarray(z, np.float32)")
    if z.ndim != 2 or z.shape[1] != latent_dim or not len(z):
        advice = "encode images or sample points with that number of dimensions"
        if z.shape == (latent_dim,):
            advice = "add an axis for a single point, `z[np.newaxis]`"
        raise DataError(f"z: found the shape {z.shape}, {expected}; {advice}")
    with np.errstate(over="ignore"):  # values outside the range of float32 become infinite
        points = z.astype(np.float32)
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        raise DataError(
            f"z: {bad.sum()} of {len(z)} points, the first at index {bad.argmax()}, contain NaN or "
            "exceed the range of float32, expected finite numbers; leave them out"
        )
    return points


def require_integer(name: str, value: Any, *, least: int) -> None:
    """Require an integer of at least `least`.

    Args:
        name: name of the argument, for the message.
        value: its value.
        least: the smallest accepted value.

    Raises:
        DataError: `value` is not an integer, or is too small.
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise DataError(f"{name}: found {shorten(value)}, expected an integer of at least {least}")
