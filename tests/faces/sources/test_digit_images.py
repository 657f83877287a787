import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.faces.example_raw_faces import raw_faces

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.faces.raw import face_tables
from latentmaps.faces.raw.archive import FaceArchive
from latentmaps.faces.sources import digit_images
from latentmaps.faces.sources.raw_faces import RawFaces


def test_every_pixel_of_a_digit_is_kept(raw: RawFaces, few_digits: Digits) -> None:
    receipt = digit_images.take_digits(raw, few_digits, None)
    archive = FaceArchive(raw.images)
    pictures = [np.asarray(Image.open(io.BytesIO(content))) for _, content in archive.pictures()]
    expected = np.concatenate([few_digits.train_images, few_digits.test_images])
    np.testing.assert_array_equal(pictures, expected)
    assert archive.names == [f"{number:06d}.png" for number in range(1, 10)]
    assert (receipt["source"], receipt["num_faces"]) == ("digits", 9)
    assert receipt["license"] == "your own digits; their license is not known"


def test_a_digit_is_an_attribute_and_test_digits_are_two_parts(
    raw: RawFaces, few_digits: Digits
) -> None:
    digit_images.take_digits(raw, few_digits, None)
    attributes = face_tables.read_attributes(raw.attributes)
    assert list(attributes.columns) == ["file", *(f"Digit_{digit}" for digit in range(10))]
    shown = attributes.iloc[:, 1:].to_numpy()
    assert (shown == 1).sum(axis=1).tolist() == [1] * 9
    assert shown.argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5, 9, 0, 9]
    parts = face_tables.read_partition(raw.partition)["partition"]
    assert parts.tolist() == ["train"] * 6 + ["validation", "test", "validation"]


def test_persons_are_unknown(raw: RawFaces, few_digits: Digits) -> None:
    digit_images.take_digits(raw, few_digits, None)
    assert face_tables.read_identity(raw.identity)["identity"].isna().all()
    assert pd.read_csv(raw.refused).empty


def test_equal_digits_give_equal_bytes(tmp_path: Path, few_digits: Digits) -> None:
    archives = []
    for name in ("a", "b"):
        raw = raw_faces(tmp_path / name)
        digit_images.take_digits(raw, few_digits, 7)
        archives.append(raw.images.read_bytes())
    assert archives[0] == archives[1]


def test_more_digits_than_there_are_are_refused(raw: RawFaces, few_digits: Digits) -> None:
    with pytest.raises(DataError, match=r"num_faces: found 10, expected at most 9, the number"):
        digit_images.take_digits(raw, few_digits, 10)
