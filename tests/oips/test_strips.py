from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.oips import strips
from latentmaps.oips.found import Found


def test_rows_go_from_the_highest_ratio_to_the_lowest() -> None:
    ratios = [np.nan, *np.arange(30.0)]
    rows = strips.choose_rows(pd.DataFrame({"ratio": ratios}))
    assert len(rows) == 12
    assert rows[0] == 30
    assert rows[-1] == 0  # what has no ratio comes last
    assert rows[:-1] == sorted(rows[:-1], reverse=True)


def test_a_row_has_start_course_ends_and_digits(found: Found) -> None:
    tiles = strips.row_tiles(0, found)
    assert found.settings.ascent.snapshot_steps == [0, 1, 2, 5, 10]
    assert len(tiles) == 1 + 3 + 2 + 6
    assert all(tile is not None for tile in tiles)


def test_what_there_is_not_stays_blank(found: Found) -> None:
    dead = [tile is None for tile in strips.row_tiles(3, found)]
    assert dead == [False] + [True] * 11
    few_digits = [tile is None for tile in strips.row_tiles(1, found)]
    assert few_digits == [False] * 7 + [True] * 5


def test_the_labels_tell_map_ratio_and_rescue(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: dict[str, Any] = {}

    def remember(tiles: object, **arguments: object) -> Sheet:
        words.update(arguments)
        return Sheet(Image.new("RGB", (1, 1)), {})

    monkeypatch.setattr(sheets, "draw_sheet", remember)
    strips.draw(found)
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
