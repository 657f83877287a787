"""A sheet is cut into the tiles that were put into it, or is refused."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latentmaps.drawing import sheets
from latentmaps.errors import DataError
from latentmaps.report import figures
from latentmaps.report.inputs import Document

TILES = list(np.random.default_rng(5).integers(0, 256, (5, 8, 10, 3), dtype=np.uint8))


def _write(folder: Path, **layout: Any) -> tuple[Path, Document]:
    """Write a sheet of two rows of three places, the last one blank, and change its layout."""
    sheet = sheets.draw_sheet(
        [*TILES, None],
        num_columns=3,
        title="t",
        row_labels=["upper", "lower"],
        tile_labels=list("abcdef"),
        borders=["#009e73", *[None] * 5],
    )
    sheets.save_png(sheet.image, folder / "sheet.png")
    words = {**sheet.numbers, "layout": {**sheet.numbers["layout"], **layout}}
    return folder / "sheet.png", Document(folder / "sheet.json", words)


def test_every_tile_comes_out_as_it_went_in(tmp_path: Path) -> None:
    cut = figures.read_tiles(*_write(tmp_path))
    assert [len(row) for row in cut.rows] == [3, 3]
    assert list(cut.row_labels) == ["upper", "lower"]
    assert (list(cut.column_labels), cut.width) == ([], 10)
    places = [tile for row in cut.rows for tile in row]
    assert [tile.label for tile in places] == list("abcdef")
    assert [tile.border for tile in places] == ["#009e73", "", "", "", "", ""]
    assert places[5].picture is None
    for tile, expected in zip(places, TILES, strict=False):
        assert tile.picture is not None
        content = base64.b64decode(tile.picture.data_url.partition(",")[2])
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), expected)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"left": []}, "layout.left: found []: List should have at least 1 item"),
        ({"top": [1, "2"]}, "layout.top.1: found '2': Input should be a valid integer"),
        ({"borders": ["red; position: fixed"] * 6}, "layout.borders.0: found 'red; position"),
        ({"tile_width": 0}, "layout.tile_width: found 0: Input should be greater than 0"),
        ({"row_labels": ["upper"]}, "layout: found numbers of labels and tiles that do not match"),
        ({"is_blank": [False] * 7}, "layout: found numbers of labels and tiles that do not match"),
        ({"is_blank": [False] * 3}, "layout: found numbers of labels and tiles that do not match"),
        ({"left": [0, 20, 900]}, "expected at least 910 x "),
    ],
)
def test_a_layout_of_another_picture_is_refused(
    tmp_path: Path, layout: dict[str, Any], message: str
) -> None:
    path, words = _write(tmp_path, **layout)
    with pytest.raises(DataError) as caught:
        figures.read_tiles(path, words)
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "run" in str(caught.value)
