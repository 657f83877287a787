from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFilter
from tests.models.example_vae import ORIGIN, small_vae

from latentmaps.models.inference import TrainedVae
from latentmaps.visualisation import face_sheets

PICKS = face_sheets.Picks(3, (33, 44))


def sheet(corruption: str = "none") -> face_sheets.FaceSheet:
    saved = replace(small_vae(), origin=replace(ORIGIN, corruption=corruption))
    faces = np.stack([np.full((16, 16, 3), 10 * index, np.uint8) for index in range(20)])
    available = np.arange(20)
    return face_sheets.reconstructions(TrainedVae(saved), faces, available, PICKS, part="test")


def test_faces_stand_above_their_reconstructions() -> None:
    plain = sheet()
    assert plain.numbers["row"].shape == plain.numbers["mse"].shape == (6,)
    assert plain.numbers["caption"].startswith(
        "Faces, and below them what the decoder makes of their posterior means. Mean squared"
    )


@pytest.mark.parametrize("corruption", ["noise", "gray", "mask"])
def test_spoilt_images_stand_between(corruption: str) -> None:
    plain, spoilt = sheet(), sheet(corruption)
    assert spoilt.image.height > plain.image.height + 2 * 16
    assert f"after {corruption} has spoilt them" in spoilt.numbers["caption"]
    assert f"corruption {corruption}" in spoilt.numbers["title"]


def test_the_same_faces_are_picked_every_time() -> None:
    rows = PICKS.rows(np.arange(100, 120))
    np.testing.assert_array_equal(rows, PICKS.rows(np.arange(100, 120)))
    assert rows.min() >= 100


@pytest.mark.parametrize("num_channels", [1, 3])
def test_random_faces_are_sharpened_in_colour_and_gray(num_channels: int) -> None:
    trained = TrainedVae(small_vae(num_channels=num_channels))
    z = np.random.default_rng(1).standard_normal((3, 5))
    plain = face_sheets.samples(trained, z, sampler="z")
    mask = ImageFilter.UnsharpMask(1.5, 120, threshold=0)
    sharp = face_sheets.samples(trained, z, sampler="z", sharpen=mask)
    assert sharp.image.size == plain.image.size
    assert "sharpened" in sharp.numbers["caption"]
    assert np.any(np.asarray(sharp.image) != np.asarray(plain.image))
