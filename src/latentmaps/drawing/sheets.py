"""Contact sheets: many small pictures with text around them, as one image.

From top to bottom, a sheet has a title, column labels, rows of tiles with a label to the left of
each row and one under each tile, and a caption. The sheet is large enough for all text, so that
nothing is cut off and nothing overlaps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from latentmaps.drawing.grid import GAP, Grid, enlarge
from latentmaps.drawing.layout import Layout
from latentmaps.drawing.lettering import Font

Tile = npt.NDArray[np.uint8]

_MARGIN = 16
_MIN_WIDTH = 480  # a narrower sheet would break title and caption into many short lines
_MAX_ROW_LABEL = 170
_BORDER = 2
_PAPER, _INK, _SOFT_INK = "#ffffff", "#1a1d21", "#4a5058"
_TITLE_FONT, _TEXT_FONT, _LABEL_FONT = Font(18), Font(14), Font(13)


@dataclass(frozen=True)
class Sheet:
    """A contact sheet and its description.

    Attributes:
        image: the sheet as an RGB image, including all text.
        numbers: ``title``, ``caption`` and ``layout``. The layout contains the values of a
            ``Layout``, so that a page can show the tiles with its own text; it is None for a sheet
            without tiles.
    """

    image: Image.Image
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class _Words:
    """All text of a sheet, wrapped into lines; absent text is empty."""

    title: str
    caption: str
    rows: Sequence[str]
    columns: Sequence[str]
    tiles: Sequence[str]


def draw_sheet(
    tiles: Sequence[Tile | None],
    *,
    num_columns: int,
    title: str,
    scale: int = 1,
    caption: str = "",
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    tile_labels: Sequence[str] | None = None,
    borders: Sequence[str | None] | None = None,
) -> Sheet:
    """Draw a contact sheet.

    Args:
        tiles: tiles row by row, (height, width) or (height, width, 3), uint8, all of the same
            size; None leaves a place blank.
        num_columns: tiles per row.
        title: title at the top.
        scale: side length of the square that every pixel of a tile becomes, in pixels.
        caption: caption at the bottom.
        row_labels: labels to the left of the rows.
        column_labels: labels above the columns.
        tile_labels: labels under the tiles; a line break starts a second line.
        borders: color around each tile, or None for no border. Color must not be the only sign of
            a state, since some readers cannot distinguish colors.

    Raises:
        ValueError: there are no tiles, tiles differ in size, or the number of labels is wrong.
    """
    pictures = [None if tile is None else enlarge(tile, scale) for tile in tiles]
    rows = [_LABEL_FONT.wrap(label, _MAX_ROW_LABEL) for label in row_labels or ()]
    grid = _plan(pictures, num_columns, rows, column_labels or (), tile_labels or ())
    _require_lengths(grid, row_labels, column_labels, tile_labels, borders)
    width = max(_label_width(rows) + grid.width, _MIN_WIDTH - 2 * _MARGIN)
    words = _Words(
        title=_TITLE_FONT.wrap(title, width),
        caption=_TEXT_FONT.wrap(caption, width),
        rows=rows,
        columns=column_labels or (),
        tiles=tile_labels or (),
    )
    sheet = _blank_sheet(grid, words)
    left, top = _origin(words)
    for index, picture in enumerate(pictures):
        x, y = grid.corner(index)
        _draw_tile(sheet, (left + x, top + y), picture, grid, borders[index] if borders else None)
    _draw_words(sheet, grid, words)
    layout = Layout.model_construct(
        tile_width=grid.tile_width,
        tile_height=grid.tile_height,
        left=[left + grid.corner(column)[0] for column in range(num_columns)],
        top=[top + grid.corner(row * num_columns)[1] for row in range(grid.num_rows)],
        is_blank=[picture is None for picture in pictures],
        row_labels=list(row_labels or ()),
        column_labels=list(column_labels or ()),
        tile_labels=list(tile_labels or ()),
        borders=[border or "" for border in borders or ()],
    )
    return Sheet(sheet, {"title": title, "caption": caption, "layout": layout.model_dump()})


def draw_words(*, title: str, text: str) -> Sheet:
    """Draw a sheet with no tiles, only a text that explains why there is nothing to show.

    Args:
        title: title at the top.
        text: text below it.
    """
    width = 2 * _MIN_WIDTH
    title_lines = _TITLE_FONT.wrap(title, width - 2 * _MARGIN)
    text_lines = _TEXT_FONT.wrap(text, width - 2 * _MARGIN)
    top = 2 * _MARGIN + _TITLE_FONT.height(title_lines)
    image = Image.new("RGB", (width, top + _TEXT_FONT.height(text_lines) + _MARGIN), _PAPER)
    _TITLE_FONT.draw(image, (_MARGIN, _MARGIN), title_lines, _INK)
    _TEXT_FONT.draw(image, (_MARGIN, top), text_lines, _SOFT_INK)
    return Sheet(image, {"title": title, "caption": text, "layout": None})


def draw_strip(tiles: Sequence[Tile], *, num_columns: int) -> Image.Image:
    """Draw tiles without text, for a page that adds its own.

    Args:
        tiles: tiles row by row, (height, width, 1 or 3), uint8, all of the same size.
        num_columns: tiles per row.

    Returns:
        An RGB image.
    """
    pictures = [enlarge(tile, 1) for tile in tiles]
    grid = _plan(pictures, num_columns, (), (), ())
    strip = Image.new("RGB", (grid.width, grid.height), _PAPER)
    for index, picture in enumerate(pictures):
        _draw_tile(strip, grid.corner(index), picture, grid, None)
    return strip


def save_png(image: Image.Image, path: Path) -> None:
    """Write a PNG without metadata; identical pixels produce identical files."""
    bare = Image.fromarray(np.asarray(image))  # drops the metadata of `image`
    bare.save(path, format="PNG", compress_level=9)


def save_pngs(images: Mapping[str, Image.Image], paths: Mapping[str, Path]) -> None:
    """Write each image to the path with the same name; see ``save_png``."""
    for name, image in images.items():
        save_png(image, paths[name])


def _plan(
    pictures: Sequence[Tile | None],
    num_columns: int,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    tile_labels: Sequence[str],
) -> Grid:
    sizes = {picture.shape[:2] for picture in pictures if picture is not None}
    if len(sizes) != 1:
        raise ValueError(f"tiles: found the sizes {sorted(sizes)}, expected the same for all")
    height, width = sizes.pop()
    return Grid(
        num_tiles=len(pictures),
        num_columns=num_columns,
        tile_width=width,
        tile_height=height,
        column_width=max([width, *map(_LABEL_FONT.width, [*column_labels, *tile_labels])]),
        label_height=max([0, *(_LABEL_FONT.height(label) + GAP for label in tile_labels if label)]),
        min_row_height=max([0, *map(_LABEL_FONT.height, row_labels)]),
    )


def _require_lengths(
    grid: Grid,
    row_labels: Sequence[str] | None,
    column_labels: Sequence[str] | None,
    tile_labels: Sequence[str] | None,
    borders: Sequence[str | None] | None,
) -> None:
    expected = {
        "row_labels": (row_labels, grid.num_rows),
        "column_labels": (column_labels, grid.num_columns),
        "tile_labels": (tile_labels, grid.num_tiles),
        "borders": (borders, grid.num_tiles),
    }
    for name, (values, length) in expected.items():
        if values is not None and len(values) != length:
            raise ValueError(f"{name}: found {len(values)}, expected {length}")


def _label_width(rows: Sequence[str]) -> int:
    """Return the width of the row labels including the gap between them and the grid."""
    return max(map(_LABEL_FONT.width, rows)) + 2 * GAP if rows else 0


def _origin(words: _Words) -> tuple[int, int]:
    """Return the left and top coordinates of the grid in the sheet."""
    top = _MARGIN + _TITLE_FONT.height(words.title) + _MARGIN // 2
    columns_height = max([0, *(_LABEL_FONT.height(label) + GAP for label in words.columns)])
    return _MARGIN + _label_width(words.rows), top + columns_height


def _blank_sheet(grid: Grid, words: _Words) -> Image.Image:
    left, top = _origin(words)
    caption_height = _TEXT_FONT.height(words.caption)
    height = top + grid.height + _MARGIN + (caption_height + _MARGIN if caption_height else 0)
    width = max(left + grid.width + _MARGIN, _MIN_WIDTH)
    return Image.new("RGB", (width, height), _PAPER)


def _draw_tile(
    sheet: Image.Image,
    corner: tuple[int, int],
    picture: Tile | None,
    grid: Grid,
    border: str | None,
) -> None:
    left, top = corner
    if border is not None:
        box = (left - _BORDER, top - _BORDER)
        far = (left + grid.tile_width + _BORDER - 1, top + grid.tile_height + _BORDER - 1)
        ImageDraw.Draw(sheet).rectangle((*box, *far), outline=border, width=_BORDER)
    if picture is not None:
        sheet.paste(Image.fromarray(picture), corner)


def _draw_words(sheet: Image.Image, grid: Grid, words: _Words) -> None:
    left, top = _origin(words)
    _TITLE_FONT.draw(sheet, (_MARGIN, _MARGIN - 4), words.title, _INK)
    _TEXT_FONT.draw(sheet, (_MARGIN, top + grid.height + _MARGIN), words.caption, _SOFT_INK)
    half = grid.tile_width // 2
    for column, label in enumerate(words.columns):
        x, _ = grid.corner(column)
        label_top = top - GAP - _LABEL_FONT.height(label)
        _LABEL_FONT.draw(sheet, (left + x + half, label_top), label, _SOFT_INK, align=0.5)
    for row, label in enumerate(words.rows):
        _, y = grid.corner(row * grid.num_columns)
        above = max(0, grid.tile_height - _LABEL_FONT.height(label)) // 2
        _LABEL_FONT.draw(sheet, (left - 2 * GAP, top + y + above), label, _SOFT_INK, align=1)
    for index, label in enumerate(words.tiles):
        x, y = grid.corner(index)
        label_top = top + y + grid.tile_height + GAP // 2
        _LABEL_FONT.draw(sheet, (left + x + half, label_top), label, _SOFT_INK, align=0.5)
