from typing import Any

import numpy as np
import pytest
from tests.play import example_project
from tests.vae.example_vae import images, small_vae

from latentmaps.drawing.sheets import Sheet
from latentmaps.play import additions, changed_photos, photo_sheet
from latentmaps.play.playable_vae import PlayableVae

ATTRIBUTES = example_project.latents().attributes
NAMES = ["me.jpg", "x" * 80 + ".jpg"]


@pytest.fixture(scope="module")
def vae() -> PlayableVae:
    return PlayableVae(small_vae())


def draw(vae: PlayableVae, *texts: str, **known: Any) -> Sheet:
    wanted = additions.parse(texts)
    directions = additions.find_directions(wanted, ATTRIBUTES, is_forced=True)
    changed = changed_photos.change(vae, NAMES, images(2), wanted, directions)
    return photo_sheet.draw(changed, vae, **({"source": None, "test_error": None} | known))


@pytest.mark.slow
def test_a_row_has_the_photo_its_reconstruction_and_the_result(vae: PlayableVae) -> None:
    sheet = draw(vae, "Smiling=1.5", "Young=-1")
    layout = sheet.numbers["layout"]
    assert layout["column_labels"] == ["photo", "reconstruction", "+1.5 Smiling\n-1 Young"]
    assert layout["row_labels"] == ["me.jpg", "x" * 57 + "..."]
    labels = np.array(layout["tile_labels"]).reshape(2, 3)
    assert [label.startswith("error ") for label in labels[0]] == [False, True, False]
    caption = sheet.numbers["caption"]
    smiling = ATTRIBUTES.find("Smiling")
    assert f"Smiling (d' {smiling.d_prime:.2f}, 30 training faces), Young (d' " in caption
    assert "5 numbers, an image 768" in caption
    assert "ask them before you pass this sheet on" in caption


def test_without_additions_there_is_no_result(vae: PlayableVae) -> None:
    sheet = draw(vae)
    assert sheet.numbers["layout"]["column_labels"] == ["photo", "reconstruction"]
    assert "direction" not in sheet.numbers["caption"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("avatars", "has seen only drawings, no photo"),
        ("digits", "has seen only handwritten digits"),
        ("celeba", "for non-commercial research only"),
        ("folder", "pictures of your own"),
    ],
)
def test_the_caption_says_what_the_model_has_seen(
    vae: PlayableVae, source: str, words: str
) -> None:
    assert words in draw(vae, source=source).numbers["caption"]
    assert words not in draw(vae).numbers["caption"]


def test_the_error_is_compared_with_that_of_test_faces(vae: PlayableVae) -> None:
    near, far, unknown = (
        draw(vae, test_error=error).numbers["caption"] for error in (200.0, 1.0, None)
    )
    assert "for test faces, it is 200.0." in near
    assert "try a --box" not in near
    assert "for test faces, it is 1.0. A much larger error" in far
    assert "test faces" not in unknown


@pytest.mark.slow
def test_names_are_shown_in_characters_that_can_be_drawn(vae: PlayableVae) -> None:
    changed = changed_photos.change(vae, ["a\nb\udcff"], images(1), [], [])
    sheet = photo_sheet.draw(changed, vae, source=None, test_error=None)
    assert sheet.numbers["layout"]["row_labels"] == ["a\\nb\\xff"]
