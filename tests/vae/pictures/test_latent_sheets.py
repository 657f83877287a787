from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from tests.vae.example_vae import small_vae
from tests.vae.pictures.cutting import tiles_of

from latentmaps.drawing.sheets import Sheet
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.vae.latent import attribute_directions
from latentmaps.vae.latent.attribute_directions import AttributeDirections
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import attribute_sheet, face_sheet, latent_sheets
from latentmaps.vae.pictures.attribute_sheet import AttributedFaces

RANDOM = np.random.default_rng(3)
STEPS = np.linspace(-2.0, 2.0, 5)


@pytest.fixture(scope="module")
def trained() -> TrainedVae:
    return TrainedVae(small_vae())


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[npt.NDArray[np.uint8]]:
    """Cut the tiles out of a sheet, (rows, columns, h, w, c)."""
    taken: list[npt.NDArray[np.uint8]] = []
    draw = face_sheet.draw

    def take(tiles: list[npt.NDArray[np.uint8]], *, num_columns: int, **words: Any) -> Sheet:
        taken.append(np.stack(tiles).reshape(-1, num_columns, *tiles[0].shape))
        return draw(tiles, num_columns=num_columns, **words)

    monkeypatch.setattr(face_sheet, "draw", take)
    return taken


class Glass:
    """A fake VAE that shows the five coordinates of z as five gray pixels, 128 for 0."""

    def __init__(self, trained: TrainedVae) -> None:
        self.origin = trained.origin

    def decode(self, z: np.ndarray) -> npt.NDArray[np.float32]:
        return ((z[:, None, :, None] * 20.0 + 128.0) / 255.0).astype(np.float32)


def encodings(num_faces: int = 12) -> Encodings:
    return Encodings(RANDOM.normal(size=(num_faces, 5)), np.zeros((num_faces, 5)))


def attributed(**attributes: list[bool]) -> AttributedFaces:
    return AttributedFaces(encodings(4), pd.DataFrame(attributes, index=range(4)))


def directions(train: AttributedFaces) -> AttributeDirections:
    return attribute_directions.fit(
        train.encodings, train.attributes, train.encodings, train.attributes
    )


def test_traversals_show_the_dimensions_with_the_most_kl(trained: TrainedVae) -> None:
    mean = np.zeros((4, 5))
    mean[:, 3], mean[:, 1] = 5.0, 2.0
    sheet = latent_sheets.draw_traversals(
        trained, Encodings(mean, np.zeros((4, 5))), num_dimensions=2, steps=STEPS
    )
    assert list(sheet.numbers["dimension"]) == [3, 1]
    np.testing.assert_allclose(sheet.numbers["kl_nats"], [12.5, 2.0])
    assert sheet.numbers["title"].startswith("Traversals of the 2 dimensions with the most KL - ")


def test_interpolations_carry_their_note_and_pairs(trained: TrainedVae) -> None:
    sheet = latent_sheets.draw_interpolations(
        trained, encodings(), num_pairs=3, num_steps=4, seed=1, note="Mind this."
    )
    assert sheet.numbers["test_index"].shape == (3, 2)
    assert sheet.numbers["caption"].endswith("Mind this.")


def test_an_interpolation_leads_from_one_reconstruction_to_the_other(
    trained: TrainedVae, shown: list[np.ndarray]
) -> None:
    # far apart, so that an untrained decoder returns different faces
    faces = Encodings(50.0 * RANDOM.normal(size=(12, 5)), np.zeros((12, 5)))
    sheet = latent_sheets.draw_interpolations(trained, faces, num_pairs=3, num_steps=4, seed=1)
    [tiles] = shown
    assert tiles.shape == (3, 4, 16, 16, 3)
    reconstructions = face_sheet.decode(trained, faces.z_mean)
    assert len(np.unique(reconstructions, axis=0)) == 12
    for row, (start, end) in zip(tiles, sheet.numbers["test_index"], strict=True):
        np.testing.assert_array_equal(row[0], reconstructions[start])
        np.testing.assert_array_equal(row[-1], reconstructions[end])


def test_halfway_an_interpolation_is_on_the_arc(
    trained: TrainedVae, shown: list[np.ndarray]
) -> None:
    faces = Encodings(np.array([[3.0, 0, 0, 0, 0], [0, 3.0, 0, 0, 0]]), np.zeros((2, 5)))
    glass: Any = Glass(trained)
    latent_sheets.draw_interpolations(glass, faces, num_pairs=1, num_steps=3, seed=1)
    halfway = shown[0][0, 1, 0, :, 0]
    along = 128 + 20 * 3 / np.sqrt(2)
    np.testing.assert_allclose(halfway, [along, along, 128, 128, 128], atol=0.5)


def test_a_traversal_changes_one_coordinate_and_passes_the_mean(
    trained: TrainedVae, shown: list[np.ndarray]
) -> None:
    mean = RANDOM.normal(size=(40, 5)) * [0.1, 2.0, 0.1, 3.0, 0.1]
    mean -= mean.mean(axis=0)  # so that step 0 is also the mean in the varying coordinate
    mean += [0.5, 0.0, 1.0, 0.0, -0.5]
    faces, glass = Encodings(mean, np.zeros((40, 5))), Glass(trained)
    sheet = latent_sheets.draw_traversals(glass, faces, num_dimensions=2, steps=STEPS)  # type: ignore[arg-type]
    [tiles] = shown
    coordinates = tiles[:, :, 0, :, 0].astype(float)  # (rows, steps, latent_dim)
    assert list(sheet.numbers["dimension"]) == [3, 1]
    for row, dimension in zip(coordinates, [3, 1], strict=True):
        np.testing.assert_array_equal(row[2], [138, 128, 148, 128, 118])  # the decoded mean
        np.testing.assert_allclose(row[:, dimension], 128 + 20 * STEPS, atol=0.5)
        others = np.delete(row, dimension, axis=1)
        np.testing.assert_array_equal(others, np.tile(others[2], (len(STEPS), 1)))


def section(**changes: Any) -> DrawLatentSpace:
    given: dict[str, Any] = {
        "num_dimensions": 2,
        "num_steps": 5,
        "num_pairs": 3,
        "traversal_limit": 2.5,
        "attributes": ("Smiling",),
        "attribute_limit": 1.5,
        "plane_steps": 3,
        "seed": None,
        "tile_scale": 1,
    }
    return DrawLatentSpace(**given | changes)


def draw_all(
    trained: TrainedVae, faces: AttributedFaces, *, seed: int = 1, note: str = "", **changes: Any
) -> dict[str, Sheet]:
    section_ = section(**changes)
    return latent_sheets.draw_all(trained, directions(faces), faces, section_, seed=seed, note=note)


@pytest.mark.slow
def test_every_walk_leads_as_far_as_params_say(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False])
    drawn = draw_all(trained, faces, note="Mind this.")
    assert list(drawn) == ["interpolations", "traversals", "attributes", "plane"]
    assert drawn["interpolations"].numbers["test_index"].shape == (3, 2)
    assert len(drawn["interpolations"].numbers["layout"]["column_labels"]) == 5
    assert "from -2.5 to 2.5" in drawn["traversals"].numbers["caption"]
    assert len(drawn["traversals"].numbers["dimension"]) == 2
    np.testing.assert_array_equal(drawn["plane"].numbers["steps"], [-2.5, 0.0, 2.5])
    labels = drawn["attributes"].numbers["layout"]["column_labels"]
    assert labels == ["-1.5", "-0.75", "0", "+0.75", "+1.5"]
    for name in ("interpolations", "attributes"):
        assert "Mind this." in drawn[name].numbers["caption"]
    steps = np.linspace(-1.5, 1.5, 5)
    alone = attribute_sheet.draw(trained, directions(faces), faces, steps=steps, seed=1)
    assert alone.numbers["test_index"] == drawn["attributes"].numbers["test_index"]


@pytest.mark.slow
def test_another_seed_picks_other_faces_and_is_named(trained: TrainedVae) -> None:
    faces = AttributedFaces(encodings(40), pd.DataFrame({"Smiling": [True, False] * 20}))
    first, same, other = (draw_all(trained, faces, seed=seed) for seed in (1, 1, 9))
    for name in ("interpolations", "attributes"):
        pairs = [np.asarray(drawn[name].numbers["test_index"]) for drawn in (first, same, other)]
        np.testing.assert_array_equal(pairs[0], pairs[1])
        assert (pairs[0] != pairs[2]).any()
        assert "seed 9" in other[name].numbers["caption"]
        assert "The random numbers" not in first[name].numbers["caption"]
    for name in ("traversals", "plane"):
        np.testing.assert_array_equal(np.asarray(first[name].image), np.asarray(other[name].image))


@pytest.mark.slow
def test_every_tile_is_enlarged(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False])
    plain, enlarged = (draw_all(trained, faces, tile_scale=scale) for scale in (1, 3))
    for name, sheet in enlarged.items():
        for small, large in zip(tiles_of(plain[name]), tiles_of(sheet), strict=True):
            np.testing.assert_array_equal(large, small.repeat(3, axis=0).repeat(3, axis=1))
