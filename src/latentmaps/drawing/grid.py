"""The positions of the tiles of a sheet, and the enlargement of a tile.

Tiles are enlarged by an integer factor without interpolation, so every pixel of the array is
visible.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GAP = 6  # pixels between tiles; leaves room for the borders of two adjacent tiles


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A grid of tiles of equal size, measured in pixels.

    Attributes:
        num_tiles: number of tiles, including blank ones.
        num_columns: tiles per row; the last row may be shorter.
        tile_width: width of a tile after enlargement.
        tile_height: height of a tile after enlargement.
        column_width: width of the space for a tile and its label, at least the width of a tile.
        label_height: height of the space under each tile.
        min_row_height: height that the label to the left of a row needs.
    """

    num_tiles: int
    num_columns: int
    tile_width: int
    tile_height: int
    column_width: int
    label_height: int = 0
    min_row_height: int = 0

    @property
    def num_rows(self) -> int:
        """Number of rows, including a shorter last one."""
        return math.ceil(self.num_tiles / self.num_columns)

    @property
    def row_height(self) -> int:
        """Distance from the top of a tile to the bottom of its label, or of the row label."""
        return max(self.tile_height + self.label_height, self.min_row_height)

    @property
    def width(self) -> int:
        """Distance from the left edge of the first column to the right edge of the last."""
        return self.num_columns * (self.column_width + GAP) - GAP

    @property
    def height(self) -> int:
        """Distance from the top of the first row to the bottom of the last."""
        return self.num_rows * (self.row_height + GAP) - GAP

    def corner(self, index: int) -> tuple[int, int]:
        """Return the left and top coordinates of a tile, which is centered in its column.

        Args:
            index: index of the tile, counted row by row.
        """
        row, column = divmod(index, self.num_columns)
        left = column * (self.column_width + GAP) + (self.column_width - self.tile_width) // 2
        return left, row * (self.row_height + GAP)


def enlarge(tile: npt.NDArray[np.uint8], scale: int) -> npt.NDArray[np.uint8]:
    """Turn every pixel of a tile into a square, and return the result with three channels.

    Args:
        tile: (height, width), (height, width, 1) or (height, width, 3), uint8.
        scale: side length of the squares in pixels, at least 1.

    Returns:
        (height * scale, width * scale, 3), uint8.

    Raises:
        ValueError: the tile has the wrong shape or type.
    """
    maps = tile[..., np.newaxis] if tile.ndim == 2 else tile  # (h, w, 1 or 3)
    if tile.dtype != np.uint8 or maps.ndim != 3 or maps.shape[2] not in (1, 3):
        raise ValueError(
            f"tile: found {tile.dtype} {tile.shape}, expected uint8 (h, w), (h, w, 1) or (h, w, 3)"
        )
    colors = np.broadcast_to(maps, (*maps.shape[:2], 3))
    return colors.repeat(scale, axis=0).repeat(scale, axis=1)
