import numpy as np
import pandas as pd
import pytest
from tests.vae.example_vae import small_vae

from latentmaps.errors import DataError
from latentmaps.vae.latent import attribute_directions
from latentmaps.vae.latent.attribute_directions import AttributeDirections
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import attribute_sheet
from latentmaps.vae.pictures.attribute_sheet import AttributedFaces

RANDOM = np.random.default_rng(3)
STEPS = np.linspace(-2.0, 2.0, 5)


@pytest.fixture(scope="module")
def trained() -> TrainedVae:
    return TrainedVae(small_vae())


def attributed(**attributes: list[bool]) -> AttributedFaces:
    encodings = Encodings(RANDOM.normal(size=(4, 5)), np.zeros((4, 5)))
    return AttributedFaces(encodings, pd.DataFrame(attributes, index=range(4)))


def directions(train: AttributedFaces) -> AttributeDirections:
    return attribute_directions.fit(
        train.encodings, train.attributes, train.encodings, train.attributes
    )


def test_an_attribute_changes_a_face_without_and_one_with_it(trained: TrainedVae) -> None:
    train = attributed(Smiling=[True, False, True, False])
    test = attributed(Smiling=[False, True, True, True])
    sheet = attribute_sheet.draw(trained, directions(train), test, steps=STEPS, seed=1)
    [(without, with_it)] = sheet.numbers["test_index"]
    assert without == 0
    assert with_it in {1, 2, 3}
    difference = train.encodings.z_mean[[0, 2]].mean(0) - train.encodings.z_mean[[1, 3]].mean(0)
    assert sheet.numbers["length"] == [pytest.approx(np.linalg.norm(difference))]
    assert sheet.numbers["num_with"] == sheet.numbers["num_without"] == [2]
    assert "framed: nothing added" in sheet.numbers["caption"]


def test_no_tile_is_framed_when_none_is_the_start(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False])
    sheet = attribute_sheet.draw(trained, directions(faces), faces, steps=STEPS[:2], seed=1)
    assert "framed" not in sheet.numbers["caption"]


def test_an_attribute_of_all_faces_is_named_and_left_out(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False], Young=[True] * 4)
    sheet = attribute_sheet.draw(trained, directions(faces), faces, steps=STEPS, seed=1)
    assert sheet.numbers["attribute"] == ["Smiling"]
    assert (
        "Not drawn, because faces with or without it are missing: Young."
        in sheet.numbers["caption"]
    )


def test_faces_without_attributes_give_a_sheet_that_says_so(trained: TrainedVae) -> None:
    faces = attributed()
    sheet = attribute_sheet.draw(trained, directions(faces), faces, steps=STEPS, seed=1)
    assert "has no attributes" in sheet.numbers["caption"]
    assert sheet.image.height < 200
    only_one_kind = attributed(Young=[True] * 4)
    found = directions(only_one_kind)
    other = attribute_sheet.draw(trained, found, only_one_kind, steps=STEPS, seed=1)
    assert "No attribute has faces with and without it" in other.numbers["caption"]


def test_an_attribute_without_a_direction_is_refused(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False])
    other = directions(attributed(Young=[True, False, True, False]))
    with pytest.raises(DataError, match=r"no direction of Smiling, .*; run evaluate_vae again"):
        attribute_sheet.draw(trained, other, faces, steps=STEPS, seed=1)
