import numpy as np
import pandas as pd
import pytest
from tests.vae.example_vae import small_vae

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


def test_an_attribute_walks_a_face_without_and_one_with_it(trained: TrainedVae) -> None:
    train = attributed(Smiling=[True, False, True, False])
    test = attributed(Smiling=[False, True, True, True])
    sheet = attribute_sheet.draw(trained, train, test, steps=STEPS, seed=1)
    [(without, with_it)] = sheet.numbers["test_index"]
    assert without == 0
    assert with_it in {1, 2, 3}
    difference = train.encodings.z_mean[[0, 2]].mean(0) - train.encodings.z_mean[[1, 3]].mean(0)
    assert sheet.numbers["length"] == [pytest.approx(np.linalg.norm(difference))]
    assert sheet.numbers["num_with"] == sheet.numbers["num_without"] == [2]
    assert "framed: nothing added" in sheet.numbers["caption"]


def test_no_tile_is_framed_when_none_is_the_start(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False])
    sheet = attribute_sheet.draw(trained, faces, faces, steps=STEPS[:2], seed=1)
    assert "framed" not in sheet.numbers["caption"]


def test_an_attribute_of_all_faces_is_named_and_left_out(trained: TrainedVae) -> None:
    faces = attributed(Smiling=[True, False, True, False], Young=[True] * 4)
    sheet = attribute_sheet.draw(trained, faces, faces, steps=STEPS, seed=1)
    assert sheet.numbers["attribute"] == ["Smiling"]
    assert "Not drawn, for want of faces with and without: Young." in sheet.numbers["caption"]


def test_faces_without_attributes_give_a_sheet_that_says_so(trained: TrainedVae) -> None:
    faces = attributed()
    sheet = attribute_sheet.draw(trained, faces, faces, steps=STEPS, seed=1)
    assert "knows no attributes" in sheet.numbers["caption"]
    assert sheet.image.height < 200
    only_one_kind = attributed(Young=[True] * 4)
    other = attribute_sheet.draw(trained, only_one_kind, only_one_kind, steps=STEPS, seed=1)
    assert "No attribute has faces with and without it" in other.numbers["caption"]
