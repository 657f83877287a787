"""Images beside one another, with words, as a picture of Pillow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from latentmaps import arguments
from latentmaps.drawing import sheets
from latentmaps.errors import DataError
from latentmaps.images import pixels

# of a tile that is scaled by itself, pixels
_TILE_EDGE = 192
_MOST_SCALE = 32


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
    """Return a sheet; see ``latentmaps.sheet``."""
    arguments.require_integer("num_columns", num_columns, least=1)
    arguments.require_integer("scale", scale, least=1)
    tiles = _to_tiles(images)
    if scale > _MOST_SCALE:
        raise DataError(f"scale: found {scale}, expected at most {_MOST_SCALE}")
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
    except ValueError as error:  # labels that are not one for each place
        raise DataError(str(error)) from error


def _to_texts(labels: Sequence[object] | None) -> list[str] | None:
    """Return labels as text: numbers are labels, too."""
    return None if labels is None else [str(label) for label in labels]


def natural_scale(image_size: int) -> int:
    """Return by which whole number an image is enlarged to be looked at, to about 192 pixels."""
    return max(1, round(_TILE_EDGE / image_size))


def _to_tiles(images: Any) -> np.ndarray:
    """Return images (n, h, w, c), uint8; pixels of 0..1 become bytes."""
    expected = "expected (n, h, w, 3 or 1), uint8 0..255 or floating 0..1"
    try:
        array = np.asarray(images)
    except ValueError as error:
        raise DataError(f"images: of different sizes, {expected}; crop them alike") from error
    if array.ndim != 4 or array.shape[3] not in (1, 3) or not array.size:
        raise DataError(f"images: found the shape {array.shape}, {expected}; add an axis")
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        raise DataError(f"images: found {array.dtype} or values that are none, {expected}")
    return pixels.to_uint8(array)
