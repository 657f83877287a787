"""Contact sheets: images side by side with labels, as a Pillow image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from latentmaps import arguments
from latentmaps.drawing import sheets
from latentmaps.errors import DataError
from latentmaps.images import pixels

# target size, in pixels, of a tile whose scale is chosen automatically
_TILE_EDGE = 192
_LARGEST_SCALE = 32


def draw(
    images: Any,
    num_columns: int,
    *,
    title: str = "",
    row_labels: Sequence[object] | None = None,
    column_labels: Sequence[object] | None = None,
    tile_labels: Sequence[object] | None = None,
    scale: int = 1,
) -> Image.Image:
    """Draw a contact sheet; see ``latentmaps.sheet``.

    Args:
        images: images in row order, (n, h, w, 3 or 1), uint8, 0..255, or floating point, 0..1.
        num_columns: number of images per row.
        title: title at the top.
        row_labels: labels to the left of the rows; None for no labels.
        column_labels: labels above the columns; None for no labels.
        tile_labels: labels below the images; None for no labels.
        scale: edge length of the square that each pixel becomes, 1 to 32.

    Raises:
        DataError: the images are invalid, or a list of labels has the wrong length.
    """
    arguments.require_integer("num_columns", num_columns, least=1)
    arguments.require_integer("scale", scale, least=1)
    tiles = _to_tiles(images)
    if scale > _LARGEST_SCALE:
        raise DataError(
            f"scale: found {scale}, expected at most {_LARGEST_SCALE}; choose a smaller one"
        )
    try:
        return sheets.draw_sheet(
            list(tiles),
            num_columns=num_columns,
            title=title,
            row_labels=_to_texts(row_labels),
            column_labels=_to_texts(column_labels),
            tile_labels=_to_texts(tile_labels),
            scale=scale,
        ).image
    except ValueError as error:  # a list of labels of the wrong length
        raise DataError(str(error)) from error


def _to_texts(labels: Sequence[object] | None) -> list[str] | None:
    """Convert labels, which may be numbers, to text."""
    return None if labels is None else [str(label) for label in labels]


def natural_scale(image_size: int) -> int:
    """Return the whole number by which to enlarge an image to about 192 pixels."""
    return max(1, round(_TILE_EDGE / image_size))


def _to_tiles(images: Any) -> np.ndarray:
    """Convert images to (n, h, w, c), uint8; pixels 0..1 are converted to bytes."""
    expected = "expected (n, h, w, 3 or 1), uint8 0..255 or floating 0..1"
    try:
        array = np.asarray(images)
    except ValueError as error:
        raise DataError(
            f"images: found different sizes, {expected}; crop them to the same size"
        ) from error
    if array.ndim != 4 or array.shape[3] not in (1, 3) or not array.size:
        raise DataError(f"images: found the shape {array.shape}, {expected}; add an axis")
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        raise DataError(
            f"images: found {array.dtype} or values that are not finite, {expected}; convert them"
        )
    return pixels.to_uint8(array)
