import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor

from latentmaps.oips import sheet
from latentmaps.oips.search import Oips, Settings
from latentmaps.visualisation import sheets

SETTINGS = Settings(
    num_starts=4, length_scales=(3,), num_steps=100, step_size=0.05, seed=7, jit_compile=False
)


def draw(statuses: list[str], *, reachable_size: int = 28, value: float = 1.0) -> Image.Image:
    num_maps = len(statuses)
    images = np.full((num_maps, 28, 28), value, np.float32)
    oips = Oips(
        images=images,
        starts=images,
        activations=np.ones((num_maps, 5), np.float32),
        silent=np.zeros((num_maps, 5), bool),
        converged=np.ones(num_maps, bool),
    )
    ratio = np.where(np.array(statuses) == "dead", np.nan, 2.5)
    table = pd.DataFrame({"map_index": range(num_maps), "status": statuses, "ratio": ratio})
    return sheet.draw(oips, table, SETTINGS, layer_name="Conv2D_3", reachable_size=reachable_size)


def count(picture: Image.Image, colour: str) -> int:
    return int((np.asarray(picture) == ImageColor.getrgb(colour)).all(axis=2).sum())


def test_each_status_has_its_border() -> None:
    picture = draw(["alive", "rescued", "dead", "alive"])
    numbers = [count(picture, colour) for colour in sheet.BORDERS.values()]
    assert numbers[0] == 2 * numbers[1] == 2 * numbers[2] > 0


def test_a_dead_map_and_what_the_layer_does_not_see_stay_white() -> None:
    # the tiles alone are black: mid-grey minus the whole range
    black = sheet._SCALE**2 * 28 * 28
    ink = "#010101"
    assert count(draw(["alive", "alive"], value=-1), ink) == 2 * black
    assert count(draw(["alive", "dead"], value=-1), ink) == black
    reached = sheet._SCALE**2 * 26 * 26
    assert count(draw(["alive"], value=-1, reachable_size=26), ink) == reached


def test_a_layer_of_dead_maps_can_be_drawn() -> None:
    assert count(draw(["dead", "dead"]), sheet.BORDERS["dead"]) > 0


def test_the_grey_ends_at_the_percentile_of_the_layer() -> None:
    values = np.arange(-1000, 1001, dtype=np.float32).reshape(1, 1, -1)
    assert sheet.clip_limit(values) == pytest.approx(995, abs=1)


def test_the_words_tell_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {}

    def remember(tiles: object, **arguments: object) -> Image.Image:
        words.update(arguments)
        return Image.new("RGB", (1, 1))

    monkeypatch.setattr(sheets, "draw_sheet", remember)
    draw(["alive", "rescued", "dead"], reachable_size=26)
    assert words["title"] == (
        "Conv2D_3: the inputs that excite its 3 feature maps; 1 alive, 1 rescued, 1 dead; "
        "100 steps, seed 7"
    )
    assert words["tile_labels"] == ["0  2.5x", "1  2.5x", "2  dead"]
    assert "Best end of 4 random starts" in str(words["caption"])
    assert "1.0 standard deviations from it (percentile 99.5" in str(words["caption"])
    assert "The last 2 rows and columns, left white" in str(words["caption"])
