import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import ORIGIN, small_vae
from tests.vae.pictures.cutting import tiles_of

from latentmaps import seeds
from latentmaps.drawing.sheets import Sheet
from latentmaps.images import likeness, pixels
from latentmaps.params.draw_reconstructions import DrawReconstructions
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import reconstruction_sheets
from latentmaps.vae.pictures.reconstruction_sheets import ReconstructedFaces


def section(num_columns: int, *row_seeds: int) -> DrawReconstructions:
    return DrawReconstructions(
        num_columns=num_columns, row_seeds=row_seeds, seed=None, tile_scale=1
    )


PICKS = section(3, 33, 44)
FACES = np.stack([np.full((16, 16, 3), 10 * index, np.uint8) for index in range(20)])


@functools.cache
def trained(corruption: Any = "none") -> TrainedVae:
    return TrainedVae(replace(small_vae(), origin=replace(ORIGIN, corruption=corruption)))


@functools.cache
def reconstruct(corruption: Any = "none", *, num_faces: int = 20) -> ReconstructedFaces:
    return reconstruction_sheets.reconstruct(
        trained(corruption), FACES, np.arange(num_faces), PICKS
    )


@pytest.mark.slow
def test_faces_are_above_their_reconstructions() -> None:
    sheet = reconstruction_sheets.draw(reconstruct(), part="test")
    assert sheet.numbers["row"].shape == sheet.numbers["mse"].shape == (6,)
    assert "below them what the decoder makes of their posterior means, with" in str(
        sheet.numbers["caption"]
    )


@pytest.mark.slow
def test_the_tiles_of_a_row_come_kind_by_kind() -> None:
    faces = reconstruct()
    tiles = reconstruction_sheets.arrange_row_by_row(faces, faces.kinds, None)
    np.testing.assert_array_equal(tiles[:3], faces.kinds["face"][:3])
    np.testing.assert_array_equal(tiles[3:6], faces.kinds["reconstruction"][:3])
    np.testing.assert_array_equal(tiles[6:9], faces.kinds["face"][3:])


def test_the_error_of_a_tile_is_that_of_its_face() -> None:
    faces = reconstruct()
    originals, copies = (faces.kinds[kind] / 255.0 for kind in ("face", "reconstruction"))
    expected = np.square(originals - copies).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(faces.mse, expected, rtol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("corruption", ["noise", "gray", "mask"])
def test_corrupted_images_are_shown_between(corruption: str) -> None:
    plain = reconstruction_sheets.draw(reconstruct(), part="test")
    corrupted = reconstruction_sheets.draw(reconstruct(corruption), part="test")
    assert corrupted.image.height > plain.image.height + 2 * 16
    assert f"after {corruption} has corrupted them" in corrupted.numbers["caption"]
    assert f"corruption {corruption}" in corrupted.numbers["title"]


def test_a_note_ends_the_caption() -> None:
    sheet = reconstruction_sheets.draw(reconstruct(), part="test", note="Mind this.")
    assert sheet.numbers["caption"].endswith(" Mind this.")


@pytest.mark.slow
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
    # 14 picks of the generator from 15 faces contain duplicates
    rows = reconstruction_sheets.pick(np.arange(100, 115), section(7, 33, 44))
    assert len(rows) == len(set(rows)) == 14


@pytest.mark.slow
@pytest.mark.parametrize(("num_faces", "num_rows"), [(1, 1), (2, 1), (3, 1), (5, 2), (6, 2)])
def test_every_face_of_a_small_part_is_shown_once(num_faces: int, num_rows: int) -> None:
    faces = reconstruct(num_faces=num_faces)
    sheet = reconstruction_sheets.draw(faces, part="test")

    np.testing.assert_array_equal(sheet.numbers["row"], np.arange(num_faces))
    tiles = reconstruction_sheets.arrange_row_by_row(faces, faces.kinds, None)
    assert len(tiles) == 2 * num_rows * faces.num_columns
    assert sum(tile is not None for tile in tiles) == 2 * num_faces
    assert reconstruction_sheets.draw_strip(faces).width == 22 * min(num_faces, 3) - 6


def draw_sampled(*, corruption: str = "none", seed: int = 1, scale: int = 1) -> Sheet:
    return reconstruction_sheets.draw_sampled(
        trained(corruption), reconstruct(corruption), seed=seed, scale=scale
    )


@pytest.mark.slow
def test_a_sampled_z_depends_on_the_row_of_its_face() -> None:
    vae, faces = trained(), reconstruct()
    posteriors = vae.encode(FACES[faces.rows])
    noise = np.stack([seeds.posterior_point(1, row).standard_normal(5) for row in faces.rows])
    z = posteriors.z_mean + np.exp(0.5 * posteriors.z_log_var) * noise
    sheet, decoded = draw_sampled(), vae.decode(z)
    tiles = np.stack(tiles_of(sheet)).reshape(2, 3, 3, 16, 16, 3)  # rows, kinds, columns, tile
    expected = pixels.to_uint8(decoded).reshape(2, 3, 16, 16, 3)
    np.testing.assert_allclose(tiles[:, 2].astype(int), expected.astype(int), atol=1)
    np.testing.assert_array_equal(tiles[:, 0].reshape(6, 16, 16, 3), FACES[faces.rows])
    of_means = faces.kinds["reconstruction"].reshape(2, 3, 16, 16, 3)
    np.testing.assert_array_equal(tiles[:, 1], of_means)
    mse = likeness.mean_squared_error(pixels.to_pixels(FACES[faces.rows]), decoded)
    np.testing.assert_allclose(sheet.numbers["sampled_psnr_db"], -10.0 * np.log10(mse), rtol=1e-4)
    np.testing.assert_allclose(sheet.numbers["psnr_db"], -10.0 * np.log10(faces.mse))
    np.testing.assert_array_equal(sheet.numbers["row"], faces.rows)


def test_the_sampled_sheet_shows_both_numbers() -> None:
    sheet = draw_sampled()
    layout, caption = sheet.numbers["layout"], sheet.numbers["caption"]
    assert layout["row_labels"] == ["face", "from the mean", "from a sampled z"] * 2
    of_mean, of_draw = (sheet.numbers[f"{name}psnr_db"] for name in ("", "sampled_"))
    assert layout["tile_labels"][3:9] == [
        f"PSNR {psnr_db:.1f} dB" for psnr_db in (*of_mean[:3], *of_draw[:3])
    ]
    assert f"{np.mean(of_mean):.1f} dB from the mean, {np.mean(of_draw):.1f} dB from" in caption


@pytest.mark.slow
def test_a_vae_that_reads_corrupted_faces_samples_from_what_it_reads() -> None:
    sheet = draw_sampled(corruption="noise")
    kinds = ["face", "as it was read", "from the mean", "from a sampled z"]
    assert sheet.numbers["layout"]["row_labels"] == kinds * 2
    assert "after noise has corrupted them" in sheet.numbers["caption"]


def test_another_seed_samples_other_points_and_is_named() -> None:
    first, same, other = (draw_sampled(seed=seed) for seed in (1, 1, 9))
    np.testing.assert_array_equal(np.asarray(first.image), np.asarray(same.image))
    assert first.numbers["sampled_psnr_db"].tolist() != other.numbers["sampled_psnr_db"].tolist()
    np.testing.assert_array_equal(first.numbers["psnr_db"], other.numbers["psnr_db"])
    assert "The random numbers here are those of seed 9." in other.numbers["caption"]
    assert "The random numbers" not in first.numbers["caption"]


@pytest.mark.slow
def test_all_sheets_are_enlarged_and_the_strip_is_not() -> None:
    parts = {"train": np.arange(10), "test": np.arange(10, 20)}
    plain, enlarged = (
        reconstruction_sheets.draw_all(
            trained(), FACES, parts, replace(PICKS, tile_scale=scale), seed=1, note="Mind this."
        )
        for scale in (1, 3)
    )
    assert list(enlarged.sheets) == ["train", "test", "sampled"]
    for name, sheet in enlarged.sheets.items():
        assert sheet.numbers["caption"].endswith(" Mind this.")
        for small, large in zip(tiles_of(plain.sheets[name]), tiles_of(sheet), strict=True):
            np.testing.assert_array_equal(large, small.repeat(3, axis=0).repeat(3, axis=1))
    np.testing.assert_array_equal(np.asarray(plain.strip), np.asarray(enlarged.strip))
    rows = enlarged.sheets["test"].numbers["row"]
    np.testing.assert_array_equal(enlarged.sheets["sampled"].numbers["row"], rows)
    assert min(rows) >= 10
