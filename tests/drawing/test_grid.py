"""Positions and enlargement of tiles."""

import numpy as np
import pytest

from latentmaps.drawing.grid import GAP, Grid, enlarge


def test_tiles_run_row_by_row_with_a_fixed_gap() -> None:
    grid = Grid(num_tiles=5, num_columns=2, tile_width=10, tile_height=20, column_width=10)
    assert [grid.corner(i) for i in (0, 1, 2)] == [(0, 0), (10 + GAP, 0), (0, 20 + GAP)]
    assert (grid.num_rows, grid.width, grid.height) == (3, 20 + GAP, 60 + 2 * GAP)


def test_a_tile_is_centered_in_a_column_that_its_label_widens() -> None:
    grid = Grid(num_tiles=1, num_columns=1, tile_width=10, tile_height=10, column_width=30)
    assert grid.corner(0) == (10, 0)


def test_enlarging_makes_squares_and_adds_no_color() -> None:
    tile = np.array([[0, 255]], dtype=np.uint8)
    large = enlarge(tile, 2)
    assert large.shape == (2, 4, 3)
    assert large[:, :, 0].tolist() == [[0, 0, 255, 255]] * 2


def test_a_color_tile_keeps_its_colors() -> None:
    tile = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    np.testing.assert_array_equal(enlarge(tile, 3)[::3, ::3], tile)


@pytest.mark.parametrize(
    "tile", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros(4, np.uint8)]
)
def test_a_tile_of_another_shape_or_type_is_refused(tile: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"tile: found .*, expected uint8 \(h, w\)"):
        enlarge(tile, 1)


def test_a_tile_of_one_channel_is_gray() -> None:
    tile = np.array([[1, 2], [3, 4]], np.uint8)
    np.testing.assert_array_equal(enlarge(tile[..., None], 2), enlarge(tile, 2))
