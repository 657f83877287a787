import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.faces.example_raw_faces import raw_faces

from latentmaps.faces.raw import archive, face_tables
from latentmaps.faces.sources import avatars


def _pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)))


@pytest.mark.slow
def test_an_avatar_has_the_size_of_a_celeba_picture() -> None:
    assert _pixels(avatars.draw_avatar(1, 0).jpeg).shape == (218, 178, 3)


@pytest.mark.slow
def test_an_avatar_shows_something_on_a_plain_background() -> None:
    pixels = _pixels(avatars.draw_avatar(1, 0).jpeg).astype(float)

    assert pixels[:8].std(axis=(0, 1)).max() < 3
    assert pixels[60:180, 50:130].std(axis=(0, 1)).min() > 10


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = raw_faces(tmp_path / "a"), raw_faces(tmp_path / "b")

    avatars.draw_faces(first, 4, seed=7)
    avatars.draw_faces(second, 4, seed=7)

    assert first.images.read_bytes() == second.images.read_bytes()
    assert first.attributes.read_bytes() == second.attributes.read_bytes()


def test_another_seed_gives_another_face() -> None:
    assert avatars.draw_avatar(7, 0).jpeg != avatars.draw_avatar(8, 0).jpeg


def test_a_face_does_not_depend_on_how_many_are_drawn(tmp_path: Path) -> None:
    few, more = raw_faces(tmp_path / "few"), raw_faces(tmp_path / "more")

    avatars.draw_faces(few, 2, seed=7)
    avatars.draw_faces(more, 5, seed=7)

    one, other = archive.FaceArchive(few.images), archive.FaceArchive(more.images)
    assert list(one.pictures()) == list(other.pictures())[:2]


@pytest.mark.slow
def test_processes_do_not_change_the_bytes(tmp_path: Path) -> None:
    alone, shared = raw_faces(tmp_path / "alone"), raw_faces(tmp_path / "shared")

    avatars.draw_faces(alone, 40, seed=7, num_processes=1)
    avatars.draw_faces(shared, 40, seed=7, num_processes=2)

    assert alone.images.read_bytes() == shared.images.read_bytes()
    assert alone.attributes.read_bytes() == shared.attributes.read_bytes()


@pytest.mark.slow
def test_the_tables_have_a_row_for_each_face(tmp_path: Path) -> None:
    raw = raw_faces(tmp_path)

    avatars.draw_faces(raw, 10, seed=7)

    attributes = face_tables.read_attributes(raw.attributes)
    partition = face_tables.read_partition(raw.partition)
    assert list(attributes["file"]) == [f"{number:06d}.jpg" for number in range(1, 11)]
    assert list(partition["partition"]) == ["train"] * 8 + ["validation", "test"]
    assert (attributes.loc[0] == 1)["Smiling"] == avatars.draw_avatar(7, 0).attributes["Smiling"]


def test_the_receipt_states_source_versions_and_license(tmp_path: Path) -> None:
    receipt = avatars.draw_faces(raw_faces(tmp_path), 1, seed=7)

    assert receipt["source"] == "avatars"
    assert receipt["seed"] == 7
    assert "Pablo Stanley" in receipt["license"]
    assert set(receipt["versions"]) >= {"dicebear-core", "dicebear-styles"}
    assert len(receipt["sha256"]["images.zip"]) == 64
