import numpy as np
import pandas as pd
import pytest
from tests.models.example_vae import small_vae

from latentmaps.models.encodings import Encodings
from latentmaps.models.inference import TrainedVae
from latentmaps.visualisation import latent_sheets
from latentmaps.visualisation.latent_sheets import AttributedFaces

RANDOM = np.random.default_rng(3)
STEPS = np.linspace(-2.0, 2.0, 5)


@pytest.fixture(scope="module")
def trained() -> TrainedVae:
    return TrainedVae(small_vae())


def encodings(num_faces: int = 12) -> Encodings:
    return Encodings(RANDOM.normal(size=(num_faces, 5)), np.zeros((num_faces, 5)))


def attributed(**attributes: list[bool]) -> AttributedFaces:
    return AttributedFaces(encodings(4), pd.DataFrame(attributes, index=range(4)))


def test_traversals_show_the_dimensions_with_the_most_kl(trained: TrainedVae) -> None:
    mean = np.zeros((4, 5))
    mean[:, 3], mean[:, 1] = 5.0, 2.0
    sheet = latent_sheets.draw_traversals(
        trained, Encodings(mean, np.zeros((4, 5))), num_dimensions=2, steps=STEPS
    )
    assert list(sheet.numbers["dimension"]) == [3, 1]
    np.testing.assert_allclose(sheet.numbers["kl_nats"], [12.5, 2.0])


def test_interpolations_carry_their_note_and_pairs(trained: TrainedVae) -> None:
    sheet = latent_sheets.draw_interpolations(
        trained, encodings(), num_pairs=3, num_steps=4, seed=1, note="Mind this."
    )
    assert sheet.numbers["test_index"].shape == (3, 2)
    assert sheet.numbers["caption"].endswith("Mind this.")


def test_an_attribute_walks_a_face_without_and_one_with_it(trained: TrainedVae) -> None:
    train = attributed(Smiling=[True, False, True, False])
    test = attributed(Smiling=[False, True, True, True])
    sheet = latent_sheets.draw_attributes(trained, train, test, steps=STEPS, seed=1)
    [(without, with_it)] = sheet.numbers["test_index"]
    assert without == 0
    assert with_it in {1, 2, 3}
    difference = train.encodings.z_mean[[0, 2]].mean(0) - train.encodings.z_mean[[1, 3]].mean(0)
    assert sheet.numbers["length"] == [pytest.approx(np.linalg.norm(difference))]
    assert sheet.numbers["num_with"] == sheet.numbers["num_without"] == [2]
    assert "framed: nothing added" in sheet.numbers["caption"]


def test_no_tile_is_framed_when_none_is_the_start(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False])
    sheet = latent_sheets.draw_attributes(trained, faces, faces, steps=STEPS[:2], seed=1)
    assert "framed" not in sheet.numbers["caption"]


def test_an_attribute_of_all_faces_is_named_and_left_out(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False], Young=[True] * 4)
    sheet = latent_sheets.draw_attributes(trained, faces, faces, steps=STEPS, seed=1)
    assert sheet.numbers["attribute"] == ["Smiling"]
    assert "Not drawn, for want of faces with and without: Young." in sheet.numbers["caption"]


def test_faces_without_attributes_give_a_sheet_that_says_so(trained: TrainedVae) -> None:
    faces = attributed()
    sheet = latent_sheets.draw_attributes(trained, faces, faces, steps=STEPS, seed=1)
    assert "knows no attributes" in sheet.numbers["caption"]
    assert sheet.image.height < 200
    only_one_kind = attributed(Young=[True] * 4)
    other = latent_sheets.draw_attributes(
        trained, only_one_kind, only_one_kind, steps=STEPS, seed=1
    )
    assert "No attribute has faces with and without it" in other.numbers["caption"]
