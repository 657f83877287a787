"""Sheets show only patterns, the page also shows patches of faces."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.face_oips import example

from latentmaps.errors import DataError
from latentmaps.face_oips import page, pictures, study
from latentmaps.face_oips.pictures import Source
from latentmaps.face_oips.study import Results
from latentmaps.params.draw_face_oips import DrawFaceOips

FACES = example.images(6)
ROWS = np.arange(2, 6)
AVATARS = Source(num_faces=4, origin="fact 5", faces_source="avatars")


def results(images: Any = FACES, *, section: DrawFaceOips | None = None, **changes: Any) -> Any:
    return study.study(
        example.encoder(**changes),
        images,
        ROWS,
        section or example.params(num_steps=4),
        seed=1,
        jit_compile=False,
    )


@pytest.fixture(scope="module")
def found() -> list[Results]:
    return list(results())


@pytest.mark.slow
def test_no_pixel_of_a_face_is_on_a_sheet(found: list[Results]) -> None:
    others = results(255 - FACES)
    ratios = [result.table["ratio"] for result in found]
    for result, other in zip(found, others, strict=True):
        np.testing.assert_array_equal(result.patterns.patches, other.patterns.patches)
        assert (result.face_patches != other.face_patches).any()
    drawn = pictures.draw_all(found, AVATARS, tile_scale=1)
    same = pictures.draw_all(
        [
            Results(o.convolution, o.patterns, o.strongest, o.face_patches, result.table)
            for o, result in zip(others, found, strict=True)
        ],
        AVATARS,
        tile_scale=1,
    )
    assert len(ratios) == len(drawn) == 2
    for name, sheet in drawn.items():
        assert sheet.image.tobytes() == same[name].image.tobytes()


def test_patches_of_all_convolutions_have_about_the_same_size(found: list[Results]) -> None:
    drawn = pictures.draw_all(found, AVATARS, tile_scale=2)
    widths = [sheet.numbers["layout"]["tile_width"] for sheet in drawn.values()]
    assert widths == [21, 22]  # 3 pixels times 7, 11 pixels times 2


def test_a_map_that_no_face_excites_is_marked(found: list[Results]) -> None:
    [first, _] = found
    table = first.table.assign(ratio=[np.nan, 0.5, 1.25, 3.0])
    silent = Results(first.convolution, first.patterns, first.strongest, first.face_patches, table)
    numbers = pictures.draw_all([silent], AVATARS, tile_scale=1)["convolution_1"].numbers
    assert numbers["layout"]["tile_labels"] == [
        "0  silent", "1  0.5\u00d7", "2  1.2\u00d7", "3  3.0\u00d7",
    ]  # fmt: skip
    assert [bool(border) for border in numbers["layout"]["borders"]] == [True, False, False, False]
    text = page.render([silent], AVATARS)
    assert text.count('class="silent">silent<') == 1
    assert "1 silent." in text


def test_the_table_compares_each_pattern_with_the_strongest_face(
    found: list[Results], tmp_path: Path
) -> None:
    pictures.save(pictures.draw_all(found, AVATARS, tile_scale=1), found, tmp_path)
    names = ["convolution_1.png", "convolution_2.png", "patterns.csv", "sheets.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    table = pd.read_csv(tmp_path / "patterns.csv")
    assert table["layer"].tolist() == ["convolution_1"] * 4 + ["convolution_2"] * 6
    assert table["map_index"].tolist() == [*range(4), *range(6)]
    above = table[table["face_activation"] > 0]
    np.testing.assert_allclose(above["ratio"], above["activation"] / above["face_activation"], 1e-4)
    assert table["ratio"].isna().sum() == len(table) - len(above)
    assert ((table["contrast"] > 0) & (table["contrast"] <= 0.5)).all()


@pytest.mark.slow
def test_the_caption_says_if_a_patch_is_larger_than_the_image() -> None:
    large = results(**example.LARGE)
    titles = [
        sheet.numbers["title"] for sheet in pictures.draw_all(large, AVATARS, tile_scale=1).values()
    ]
    assert "patches of 31x31 pixels, more than the 16x16 of an image - fact 5" in titles[-1]
    assert all("more than" not in title for title in titles[:-1])


@pytest.mark.slow
def test_digits_are_called_images() -> None:
    digits = Source(num_faces=4, origin="fact 1", faces_source="digits")
    gray = results(example.images(6, num_channels=1), num_channels=1)
    numbers = pictures.draw_all(gray, digits, tile_scale=1)["convolution_2"].numbers
    assert "face" not in numbers["title"] + numbers["caption"]
    text = re.sub(r"<style>.*?</style>|<[^>]*>", "", page.render(gray, digits), flags=re.DOTALL)
    assert "face" not in text
    assert "4 test images" in text


def test_too_large_patches_are_reduced() -> None:
    patches = np.zeros((1, 300, 300, 3), np.uint8)
    patches[:, :, :150] = 200
    shown = pictures.shrink(patches)
    assert shown.shape == (1, 100, 100, 3)
    assert set(shown[0, :, :50].ravel().tolist()) == {200}
    assert pictures.shrink(shown) is shown


def test_a_sheet_has_a_limit(found: list[Results], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_TILES", 5)
    numbers = pictures.draw_all(found, AVATARS, tile_scale=1)["convolution_2"].numbers
    assert len(numbers["layout"]["is_blank"]) == 5
    assert "its 6 feature maps, the first 5 of them, patches" in numbers["title"]


@pytest.mark.parametrize(
    ("source", "shows"), [("avatars", False), ("celeba", True), ("folder", True)]
)
def test_the_page_says_if_it_shows_people(
    found: list[Results], source: str, *, shows: bool
) -> None:
    text = page.render(found, Source(num_faces=4, origin="fact 5", faces_source=source))
    assert ("This page shows parts of the faces of real people." in text) == shows


def test_the_page_shows_every_map_next_to_its_faces(found: list[Results]) -> None:
    text = page.render(found, AVATARS)
    assert text.count("<li id=") == 10
    assert text.count("<img ") == 10 * 4
    assert 'id="convolution_2-5"' in text
    assert "<script" not in text
    for line in text.splitlines():
        assert "http" not in line or "http-equiv" in line
    [face] = re.findall(r'alt="(patch of face \d+, activation [\d.]+)"', text)[:1]
    seen = found[0].strongest
    assert face == f"patch of face {seen.faces[0, 0]}, activation {seen.activations[0, 0]:.3g}"


def test_faces_of_another_size_are_rejected() -> None:
    with pytest.raises(DataError, match="16x16x3 images expected, found an array of shape"):
        results(np.zeros((6, 8, 8, 3), np.uint8))
