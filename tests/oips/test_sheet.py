import dataclasses
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageColor

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.oips import sheet
from latentmaps.oips.found import Found


def count(picture: Image.Image, colour: str) -> int:
    return int((np.asarray(picture) == ImageColor.getrgb(colour)).all(axis=2).sum())


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    remembered: dict[str, Any] = {}

    def remember(tiles: object, **arguments: object) -> Sheet:
        remembered.update(arguments, tiles=tiles)
        return Sheet(Image.new("RGB", (1, 1)), {})

    monkeypatch.setattr(sheets, "draw_sheet", remember)
    return remembered


def test_each_status_has_its_border(found: Found) -> None:
    picture = sheet.draw(found, shown="free").image
    alive, rescued, dead = (count(picture, colour) for colour in sheet.BORDERS.values())
    assert alive == 2 * rescued > 0
    assert dead >= rescued  # its grey is one of the pictures, too


def test_the_place_of_a_dead_map_is_blank(found: Found, words: dict[str, Any]) -> None:
    sheet.draw(found, shown="free")
    assert [tile is None for tile in words["tiles"]] == [False] * 3 + [True]


@pytest.mark.parametrize("shown", ["free", "data"])
def test_a_layer_of_dead_maps_is_told_in_words(found: Found, shown: str) -> None:
    free, in_range = (
        dataclasses.replace(ends, best=np.zeros_like(ends.best))
        for ends in (found.oips.free, found.oips.in_range)
    )
    oips = dataclasses.replace(found.oips, free=free, in_range=in_range)
    drawn = sheet.draw(dataclasses.replace(found, oips=oips), shown=shown)
    assert drawn.numbers["layout"] is None
    assert "Nothing to draw: nothing that was tried excites" in drawn.numbers["caption"]
    assert drawn.image.width > 100


def test_a_tile_has_no_pixel_that_the_layer_cannot_see(found: Found, words: dict[str, Any]) -> None:
    sheet.draw(found, shown="free")
    assert {tile.shape for tile in words["tiles"][:3]} == {(26, 26)}


def test_the_words_tell_what_was_done(found: Found, words: dict[str, Any]) -> None:
    sheet.draw(found, shown="free")
    assert words["title"] == (
        "Conv2D_3: the inputs that excite its 4 feature maps; 2 alive, 1 rescued, 1 dead; "
        "median 1.25x; at most 10 steps, seed 4"
    )
    assert words["tile_labels"] == ["0  2.0x", "1  0.5x", "2  rescued", "3  dead"]
    assert "best of 2 starts and a head start" in words["caption"]
    assert f"white are {found.scale.limit:.1f} standard deviations" in words["caption"]
    assert "The last 2 rows and columns, left out" in words["caption"]


def test_the_sheet_of_the_data_range_shows_other_pictures_and_ratios(
    found: Found, words: dict[str, Any]
) -> None:
    sheet.draw(found, shown="data")
    assert words["tile_labels"] == ["0  1.0x", "1  0.2x", "2  rescued", "3  dead"]
    assert "black is -0.50, white 2.50 standard deviations" in words["caption"]
    assert {0, 255} <= set(np.unique(words["tiles"][0]))
