import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.oips import oip, pictures
from latentmaps.oips.layer import LayerResults


def count(picture: Image.Image, color: str) -> int:
    return int((np.asarray(picture) == ImageColor.getrgb(color)).all(axis=2).sum())


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    remembered: dict[str, Any] = {}

    def remember(tiles: object, **arguments: object) -> Sheet:
        remembered.update(arguments, tiles=tiles)
        return Sheet(Image.new("RGB", (1, 1)), {})

    monkeypatch.setattr(sheets, "draw_sheet", remember)
    return remembered


def test_each_status_has_its_border(found: LayerResults) -> None:
    picture = pictures.draw_contact_sheet(found).image
    alive, rescued, dead = (count(picture, color) for color in pictures.BORDERS.values())
    assert alive == 2 * rescued > 0
    assert dead >= rescued  # its gray also occurs in the images


def test_the_tile_of_a_dead_map_is_blank(found: LayerResults, words: dict[str, Any]) -> None:
    pictures.draw_contact_sheet(found)
    assert [tile is None for tile in words["tiles"]] == [False] * 3 + [True]


@pytest.mark.parametrize("shown", pictures.RANGES)
def test_a_layer_of_dead_maps_gets_a_sentence(found: LayerResults, shown: Any) -> None:
    free, in_range = (
        dataclasses.replace(oips, activations=np.zeros_like(oips.activations))
        for oips in (found.oips.free, found.oips.in_range)
    )
    oips = dataclasses.replace(found.oips, free=free, in_range=in_range)
    params = dataclasses.replace(found.params, range=shown)
    drawn = pictures.draw_contact_sheet(dataclasses.replace(found, oips=oips, params=params))
    assert drawn.numbers["layout"] is None
    assert "Nothing to draw: nothing that was tried excites" in drawn.numbers["caption"]
    assert drawn.image.width > 100


def test_a_tile_has_no_pixel_that_the_layer_cannot_see(
    found: LayerResults, words: dict[str, Any]
) -> None:
    pictures.draw_contact_sheet(found)
    assert {tile.shape for tile in words["tiles"][:3]} == {(26, 26)}


def test_the_caption_says_what_was_done(found: LayerResults, words: dict[str, Any]) -> None:
    pictures.draw_contact_sheet(found)
    assert words["title"] == (
        "Conv2D_3: the inputs that excite its 4 feature maps; 2 alive, 1 rescued, 1 dead; "
        "median 1.25x; at most 10 steps, seed 4"
    )
    assert words["tile_labels"] == ["0  2.0x", "1  0.5x", "2  rescued", "3  dead"]
    assert "best of 2 starts and a head start" in words["caption"]
    assert f"its ends are {found.grays.limit:.1f} standard deviations" in words["caption"]
    assert "The last 2 rows and columns, left out" in words["caption"]


@pytest.mark.parametrize("draw", [pictures.draw_contact_sheet, pictures.draw_strips])
def test_the_caption_mentions_the_polish_if_there_is_one(
    found: LayerResults, words: dict[str, Any], draw: Any
) -> None:
    draw(found)
    assert "at a cost of at most 5% of its activation" in words["caption"]
    draw(dataclasses.replace(found, params=dataclasses.replace(found.params, polish=1.0)))
    assert "polished" not in words["caption"]


@pytest.mark.parametrize(("shown", "place"), [("free", -8), ("data", -7)])
def test_sheet_and_strips_show_polished_oips(
    found: LayerResults, words: dict[str, Any], shown: Any, place: int
) -> None:
    oips, to_gray = {
        "free": (found.oips.free, found.grays.free),
        "data": (found.oips.in_range, found.grays.in_range),
    }[shown]
    expected = to_gray(oips.polished.images[0])
    assert (expected != to_gray(oips.images[0])).any()
    params = dataclasses.replace(found.params, range=shown)
    pictures.draw_contact_sheet(dataclasses.replace(found, params=params))
    np.testing.assert_array_equal(words["tiles"][0], expected)
    np.testing.assert_array_equal(pictures.row_tiles(0, found)[place], expected)


def test_the_sheet_of_the_data_range_shows_other_pictures_and_ratios(
    found: LayerResults, words: dict[str, Any]
) -> None:
    params = dataclasses.replace(found.params, range="data")
    pictures.draw_contact_sheet(dataclasses.replace(found, params=params))
    assert words["tile_labels"] == ["0  1.0x", "1  0.2x", "2  rescued", "3  dead"]
    assert "black is -0.50, white 2.50 standard deviations" in words["caption"]
    assert {0, 255} <= set(np.unique(words["tiles"][0]))


def test_rows_go_from_the_highest_ratio_to_the_lowest() -> None:
    ratios = [np.nan, *np.arange(30.0)]
    rows = pictures.choose_rows(pd.DataFrame({"ratio": ratios}))
    assert len(rows) == 12
    assert rows[0] == 30
    assert rows[-1] == 0  # a map without a ratio comes last
    assert rows[:-1] == sorted(rows[:-1], reverse=True)


def test_a_strip_has_start_snapshots_oips_and_digits(found: LayerResults) -> None:
    tiles = pictures.row_tiles(0, found)
    assert oip.snapshot_steps(found.params) == [0, 1, 2, 5, 10]
    assert len(tiles) == 1 + 3 + 2 + 6
    assert all(tile is not None for tile in tiles)


def test_missing_pictures_are_blank(found: LayerResults) -> None:
    dead = [tile is None for tile in pictures.row_tiles(3, found)]
    assert dead == [False] + [True] * 11
    few_digits = [tile is None for tile in pictures.row_tiles(1, found)]
    assert few_digits == [False] * 7 + [True] * 5


def test_the_labels_of_strips_have_map_ratio_and_rescue(
    found: LayerResults, words: dict[str, Any]
) -> None:
    pictures.draw_strips(found)
    assert words["row_labels"] == [
        "map 0: 2.0x alive",
        "map 1: 0.5x alive",
        "map 2: precursor",
        "map 3: dead",
    ]
    assert words["column_labels"][:6] == [
        "start", "step 1", "step 2", "step 5", "free", "in range",
    ]  # fmt: skip
    assert len(words["column_labels"]) == words["num_columns"] == 12
