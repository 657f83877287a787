from dataclasses import replace

import numpy as np
import pytest
from tests.vae.example_vae import ORIGIN

from latentmaps.drawing.layout import Layout
from latentmaps.drawing.sheets import Sheet
from latentmaps.vae.network import film_file
from latentmaps.vae.network.film_file import Film
from latentmaps.vae.network.vae_files import Origin
from latentmaps.vae.pictures import film_sheet


def film(num_epochs: int = 3, *, size: int = 48, num_channels: int = 3) -> Film:
    """Return a film in which each tile has a different gray."""
    epochs = film_file.choose_epochs(num_epochs)
    num_tiles = 2 + len(epochs) * 10
    grays = np.arange(1, num_tiles + 1, dtype=np.uint8)[:, None, None, None]
    tiles = np.broadcast_to(grays, (num_tiles, size, size, num_channels))
    frames = tiles[2:].reshape(len(epochs), 10, size, size, num_channels)
    return Film(np.array(epochs), np.array([4, 9]), tiles[:2], frames[:, :2], frames[:, 2:])


def draw(shown: Film, origin: Origin = ORIGIN, **more: str) -> Sheet:
    last = int(shown.epochs[-1])
    return film_sheet.draw(shown, replace(origin, epochs=last), **more)


def test_faces_are_at_the_top_and_a_row_follows_for_each_epoch() -> None:
    sheet = draw(film())
    layout = Layout.model_validate(sheet.numbers["layout"])
    picture = np.asarray(sheet.image)
    grays = [
        None if is_blank else int(picture[top, left, 0])
        for (left, top, _, _), is_blank in zip(layout.boxes(), layout.is_blank, strict=True)
    ]
    assert grays[:10] == [1, 2, *[None] * 8]
    assert grays[10:] == list(range(3, 33))
    assert layout.row_labels == ["faces", "epoch 1", "epoch 2", "epoch 3"]
    assert layout.column_labels[:3] == ["row 4", "row 9", "point 1"]
    assert layout.tile_width == 2 * 48
    assert "fact 5, 3 epochs on 1,600 images" in sheet.numbers["title"]


def test_a_long_training_says_which_epochs_are_shown() -> None:
    assert "are shown" not in draw(film(24)).numbers["caption"]
    sheet = draw(film(200, size=8))
    assert "Of 200 epochs 24 are shown, evenly spread." in sheet.numbers["caption"]
    assert len(sheet.numbers["layout"]["row_labels"]) == 25


def test_the_caption_mentions_weights_corruption_and_note() -> None:
    early = film_sheet.draw(film(), replace(ORIGIN, epochs=2))
    assert "has the weights of epoch 2, the best" in early.numbers["caption"]
    corrupted = draw(film(), replace(ORIGIN, corruption="noise"))
    assert "after noise has corrupted the input of the encoder" in corrupted.numbers["caption"]
    plain = draw(film(), note="Mind this.").numbers["caption"]
    assert plain.endswith("training. Mind this.")


@pytest.mark.parametrize(("size", "scale"), [(28, 3), (96, 1), (128, 1)])
def test_small_images_are_enlarged(size: int, scale: int) -> None:
    sheet = draw(film(1, size=size, num_channels=1))
    assert sheet.numbers["layout"]["tile_width"] == size * scale


def test_digits_are_images() -> None:
    sheet = draw(film(size=28, num_channels=1))
    assert "face" not in sheet.numbers["caption"].lower()
    assert sheet.numbers["layout"]["row_labels"][0] == "images"
