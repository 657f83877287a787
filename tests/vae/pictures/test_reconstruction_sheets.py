from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import ORIGIN, small_vae

from latentmaps.params.draw_reconstructions import DrawReconstructions
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import reconstruction_sheets
from latentmaps.vae.pictures.reconstruction_sheets import Reconstructed


def section(num_columns: int, *row_seeds: int) -> DrawReconstructions:
    return DrawReconstructions(num_columns=num_columns, row_seeds=row_seeds)


PICKS = section(3, 33, 44)


def reconstruct(corruption: Any = "none", *, num_faces: int = 20) -> Reconstructed:
    saved = replace(small_vae(), origin=replace(ORIGIN, corruption=corruption))
    faces = np.stack([np.full((16, 16, 3), 10 * index, np.uint8) for index in range(20)])
    return reconstruction_sheets.reconstruct(TrainedVae(saved), faces, np.arange(num_faces), PICKS)


def test_faces_stand_above_their_reconstructions() -> None:
    sheet = reconstruction_sheets.draw(reconstruct(), part="test")
    assert sheet.numbers["row"].shape == sheet.numbers["mse"].shape == (6,)
    assert "below them what the decoder makes of their posterior means, with" in str(
        sheet.numbers["caption"]
    )


def test_the_tiles_of_a_row_come_kind_by_kind() -> None:
    faces = reconstruct()
    tiles = reconstruction_sheets._row_by_row(faces, faces.kinds, None)
    np.testing.assert_array_equal(tiles[:3], faces.kinds["face"][:3])
    np.testing.assert_array_equal(tiles[3:6], faces.kinds["reconstruction"][:3])
    np.testing.assert_array_equal(tiles[6:9], faces.kinds["face"][3:])


def test_the_error_of_a_tile_is_that_of_its_face() -> None:
    faces = reconstruct()
    originals, copies = (faces.kinds[kind] / 255.0 for kind in ("face", "reconstruction"))
    expected = np.square(originals - copies).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(faces.mse, expected, rtol=0.05)


@pytest.mark.parametrize("corruption", ["noise", "gray", "mask"])
def test_spoilt_images_stand_between(corruption: str) -> None:
    plain = reconstruction_sheets.draw(reconstruct(), part="test")
    spoilt = reconstruction_sheets.draw(reconstruct(corruption), part="test")
    assert spoilt.image.height > plain.image.height + 2 * 16
    assert f"after {corruption} has spoilt them" in spoilt.numbers["caption"]
    assert f"corruption {corruption}" in spoilt.numbers["title"]


def test_a_note_ends_the_caption() -> None:
    sheet = reconstruction_sheets.draw(reconstruct(), part="test", note="Mind this.")
    assert sheet.numbers["caption"].endswith(" Mind this.")


def test_the_strip_is_the_first_row_without_words() -> None:
    faces = reconstruct()
    strip = np.asarray(reconstruction_sheets.draw_strip(faces))
    assert strip.shape == (2 * 16 + 6, 3 * 16 + 2 * 6, 3)
    np.testing.assert_array_equal(strip[:16, :16], faces.kinds["face"][0])
    np.testing.assert_array_equal(strip[-16:, -16:], faces.kinds["reconstruction"][2])


def test_faces_are_picked_by_the_generator_of_the_source() -> None:
    # computed once with RandomState(MT19937(SeedSequence(33))).randint(0, 400, 7) of NumPy 2
    picked = reconstruction_sheets.pick(np.arange(400), section(7, 33))
    np.testing.assert_array_equal(picked, [98, 78, 124, 103, 168, 28, 29])


def test_the_same_faces_are_picked_every_time() -> None:
    rows, again = (reconstruction_sheets.pick(np.arange(100, 120), PICKS) for _ in range(2))
    np.testing.assert_array_equal(rows, again)
    assert rows.min() >= 100


def test_no_face_is_picked_twice() -> None:
    # of 15 faces, 14 draws of the generator hold some twice
    rows = reconstruction_sheets.pick(np.arange(100, 115), section(7, 33, 44))
    assert len(rows) == len(set(rows)) == 14


@pytest.mark.parametrize(("num_faces", "num_rows"), [(1, 1), (2, 1), (3, 1), (5, 2), (6, 2)])
def test_of_a_small_part_every_face_is_shown_once(num_faces: int, num_rows: int) -> None:
    faces = reconstruct(num_faces=num_faces)
    sheet = reconstruction_sheets.draw(faces, part="test")

    np.testing.assert_array_equal(sheet.numbers["row"], np.arange(num_faces))
    tiles = reconstruction_sheets._row_by_row(faces, faces.kinds, None)
    assert len(tiles) == 2 * num_rows * faces.num_columns
    assert sum(tile is not None for tile in tiles) == 2 * num_faces
    assert reconstruction_sheets.draw_strip(faces).width == 22 * min(num_faces, 3) - 6
