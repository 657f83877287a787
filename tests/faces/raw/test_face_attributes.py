from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError, ParamsError
from latentmaps.faces.raw import face_attributes

HEADER = "row,file,partition,identity"
ROWS = np.array([1, 0])


def write(path: Path, attributes: str, *values: str) -> Path:
    lines = [f"{row},{row:06d}.jpg,,{value}" for row, value in enumerate(values)]
    path.write_text("\n".join([f"{HEADER}{attributes}", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def known(tmp_path: Path) -> Path:
    return write(tmp_path / "index.csv", ",Smiling,Young", ",1,-1", ",-1,-1")


def test_attributes_are_true_and_false_in_the_order_of_the_faces(known: Path) -> None:
    attributes = face_attributes.read_attributes(known)
    chosen = face_attributes.choose(attributes, ["Smiling"], ROWS)
    assert list(chosen.columns) == ["Smiling"]
    assert list(chosen["Smiling"]) == [False, True]


def test_a_source_without_attributes_gives_no_columns(tmp_path: Path) -> None:
    attributes = face_attributes.read_attributes(write(tmp_path / "index.csv", "", "", ""))
    chosen = face_attributes.choose(attributes, ["Smiling"], ROWS)
    assert chosen.shape == (2, 0)


def test_an_unknown_attribute_is_refused_with_the_known_ones(known: Path) -> None:
    attributes = face_attributes.read_attributes(known)
    message = r"draw_latent_space\.attributes: found Bald, expected some of Smiling, Young"
    with pytest.raises(ParamsError, match=message):
        face_attributes.choose(attributes, ["Smiling", "Bald"], ROWS)


def test_rows_of_another_set_are_refused(known: Path) -> None:
    attributes = face_attributes.read_attributes(known)
    with pytest.raises(DataError, match="2 faces, expected more than 7"):
        face_attributes.choose(attributes, ["Smiling"], np.array([7]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a valid index of faces"),
        ("a,b\n1,2\n", "not a valid index of faces .columns a, b, expected also file"),
        (f"{HEADER},Smiling\n0,a,,,2\n", "an attribute is neither 1 nor -1"),
    ],
)
def test_a_damaged_index_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "index.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=rf"index\.csv: {message}.*run crop_faces again"):
        face_attributes.read_attributes(path)
