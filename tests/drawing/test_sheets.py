"""Sheets contain their tiles unchanged and their text in full."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, PngImagePlugin

from latentmaps.drawing import sheets

Tile = npt.NDArray[np.uint8]

LONG = "A caption that is so long that it cannot stand in one line under a small sheet. " * 3


def _tiles(number: int, size: int = 8) -> list[Tile]:
    generator = np.random.default_rng(7)
    return list(generator.integers(0, 256, (number, size, size, 3), dtype=np.uint8))


def _draw(tiles: Sequence[Tile | None], **words: Any) -> Image.Image:
    return sheets.draw_sheet(tiles, **words).image


def _find(sheet: Image.Image, tile: Tile) -> tuple[int, int]:
    """Return the row and column of the one place where the tile occurs, pixel for pixel."""
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(sheet), tile.shape)
    places = np.argwhere((windows[:, :, 0] == tile).all(axis=(2, 3, 4)))
    assert len(places) == 1
    return int(places[0][0]), int(places[0][1])


def test_every_tile_occurs_once_and_unchanged_in_rows() -> None:
    tiles = _tiles(6)
    sheet = _draw(list(tiles), num_columns=3, title="t", caption=LONG)
    places = [_find(sheet, tile) for tile in tiles]
    assert places == sorted(places)
    assert len({row for row, _ in places}) == 2
    assert len({column for _, column in places}) == 3


def test_an_enlarged_tile_keeps_its_pixels() -> None:
    tile = _tiles(1, size=4)[0]
    sheet = _draw([tile], num_columns=1, scale=5, title="t")
    _find(sheet, tile.repeat(5, axis=0).repeat(5, axis=1))


def test_a_blank_place_stays_paper() -> None:
    tile = np.zeros((8, 8), dtype=np.uint8)
    alone = np.asarray(_draw([tile, None], num_columns=2, title=" "))
    assert (alone == 0).all(axis=2).sum() == 64


def test_labels_do_not_move_tiles_into_each_other() -> None:
    tiles = _tiles(4)
    sheet = _draw(
        list(tiles),
        num_columns=2,
        title="t",
        tile_labels=["a label wider than its tile\nsecond line"] * 4,
        row_labels=["first row of the sheet with a very long label", "second row"],
        column_labels=["left column", "right column"],
        borders=["#009e73", None, "#e69f00", None],
    )
    assert len({_find(sheet, tile) for tile in tiles}) == 4


@pytest.mark.parametrize("kind", ["title", "caption", "row_labels", "tile_labels", "column_labels"])
def test_no_word_touches_the_edge_of_the_sheet(kind: str) -> None:
    words: dict[str, object] = {"title": "t"}
    words[kind] = LONG if kind in ("title", "caption") else [LONG[:60]]
    sheet = _draw(_tiles(1), num_columns=1, **words)
    ink = np.argwhere((np.asarray(sheet) != 255).any(axis=2))
    assert (ink.min(axis=0) > 4).all()
    assert (ink.max(axis=0) < np.array([sheet.height, sheet.width]) - 4).all()


def test_words_of_different_kinds_do_not_overlap() -> None:
    """Compare ink: all labels together cover as many pixels as each kind alone, summed up."""
    blank = [np.full((20, 20), 255, dtype=np.uint8)] * 4
    kinds = {
        "row_labels": ["row one", "row two"],
        "column_labels": ["left", "right"],
        "tile_labels": ["a", "b", "c", "d"],
    }
    spaces = {name: [" "] * len(labels) for name, labels in kinds.items()}

    def ink(**words: list[str]) -> int:
        labels = spaces | words
        sheet = _draw(list(blank), num_columns=2, title="title", **labels)
        return int((np.asarray(sheet) != 255).any(axis=2).sum())

    alone = [ink(**{name: labels}) - ink() for name, labels in kinds.items()]
    assert ink(**kinds) - ink() == sum(alone)


def test_a_border_surrounds_its_tile() -> None:
    tile = np.zeros((8, 8), dtype=np.uint8)
    sheet = np.asarray(_draw([tile], num_columns=1, title=" ", borders=["#ff0000"]))
    is_red = (sheet == [255, 0, 0]).all(axis=2)
    assert is_red.sum() == 12 * 12 - 8 * 8


def test_labels_that_do_not_match_the_places_are_refused() -> None:
    with pytest.raises(ValueError, match="row_labels: found 1, expected 2"):
        _draw(list(_tiles(4)), num_columns=2, title="t", row_labels=["one"])


def test_tiles_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"tiles: found the sizes \[\(4, 4\), \(8, 8\)\]"):
        _draw([*_tiles(1, 4), *_tiles(1, 8)], num_columns=2, title="t")


def test_a_sheet_without_a_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the same for all"):
        _draw([None, None], num_columns=2, title="t")


def test_equal_sheets_are_equal_files_without_metadata(tmp_path: Path) -> None:
    first, second = (
        _draw(list(_tiles(4)), num_columns=2, title="t", caption="c") for _ in range(2)
    )
    second.info["Software"] = "left behind by a filter"
    sheets.save_png(first, tmp_path / "first.png")
    sheets.save_png(second, tmp_path / "second.png")
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
    with Image.open(tmp_path / "second.png") as image:
        assert isinstance(image, PngImagePlugin.PngImageFile)
        assert image.info == {}
        np.testing.assert_array_equal(np.asarray(image), np.asarray(first))


def test_the_layout_gives_the_place_of_each_tile() -> None:
    tiles = _tiles(5)
    sheet = sheets.draw_sheet(
        [*tiles, None],
        num_columns=3,
        title="t",
        scale=2,
        row_labels=["first", "second"],
        column_labels=["a wide label of the column", "b", "c"],
        tile_labels=[f"{index}" for index in range(6)],
        borders=["#009e73", *[None] * 5],
    )
    layout = sheet.numbers["layout"]
    for index, tile in enumerate(tiles):
        row, column = divmod(index, 3)
        left, top = layout["left"][column], layout["top"][row]
        box = (left, top, left + layout["tile_width"], top + layout["tile_height"])
        enlarged = tile.repeat(2, axis=0).repeat(2, axis=1)
        np.testing.assert_array_equal(np.asarray(sheet.image.crop(box)), enlarged)
    assert layout["is_blank"] == [False] * 5 + [True]
    assert layout["row_labels"] == ["first", "second"]
    assert layout["column_labels"] == ["a wide label of the column", "b", "c"]
    assert layout["tile_labels"] == ["0", "1", "2", "3", "4", "5"]
    assert layout["borders"] == ["#009e73", "", "", "", "", ""]
