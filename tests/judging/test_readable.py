import json
from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.judging import readable


def write_receipt(folder: Path, source: str) -> Path:
    path = folder / "receipt.json"
    path.write_text(json.dumps({"source": source}), encoding="utf-8")
    return path


def test_digits_in_the_format_of_the_cnn_can_be_read(tmp_path: Path) -> None:
    images = np.zeros((2, 28, 28, 1), np.uint8)
    assert readable.find_obstacle(write_receipt(tmp_path, "digits"), images) == ""


@pytest.mark.parametrize(
    ("source", "shape", "words"),
    [
        ("avatars", (28, 28, 1), "from the source avatars; the CNN reads only digits"),
        ("digits", (32, 32, 1), "images of 32x32x1; the CNN reads only gray images of 28x28"),
        ("digits", (28, 28, 3), "digits as images of 28x28x3"),
    ],
)
def test_other_images_are_refused_with_a_reason(
    tmp_path: Path, source: str, shape: tuple[int, ...], words: str
) -> None:
    images = np.zeros((2, *shape), np.uint8)
    assert words in readable.find_obstacle(write_receipt(tmp_path, source), images)


def test_a_receipt_with_an_unknown_source_is_refused(tmp_path: Path) -> None:
    images = np.zeros((2, 28, 28, 1), np.uint8)
    with pytest.raises(DataError, match="source: found 'moon', expected one of avatars, digits"):
        readable.find_obstacle(write_receipt(tmp_path, "moon"), images)


def write_index(folder: Path, *shown: str, partition: str = "test") -> Path:
    path = folder / "index.csv"
    head = ",".join(f"Digit_{digit}" for digit in range(10))
    rows = [f"{row},{row + 1:06d}.png,{partition},,{values}" for row, values in enumerate(shown)]
    text = "\n".join([f"row,file,partition,identity,{head}", *rows])
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def attributes(*digits: int) -> str:
    return ",".join("1" if digit in digits else "-1" for digit in range(10))


def test_labels_are_those_of_the_rows(tmp_path: Path) -> None:
    index = write_index(tmp_path, attributes(3), attributes(0), attributes(9))
    assert readable.read_labels(index, np.array([2, 0])).tolist() == [9, 3]


@pytest.mark.parametrize("digits", [(), (1, 2)])
def test_an_image_of_no_digit_or_two_is_refused(tmp_path: Path, digits: tuple[int, ...]) -> None:
    index = write_index(tmp_path, attributes(*digits))
    with pytest.raises(DataError, match=r"no digit, or more than one, expected one of Digit_0, "):
        readable.read_labels(index, np.array([0]))


def test_training_digits_of_the_source_are_not_shown_to_the_judge(tmp_path: Path) -> None:
    index = write_index(tmp_path, attributes(1), attributes(2), attributes(3))
    text = index.read_text(encoding="utf-8").replace("000002.png,test", "000002.png,train")
    index.write_text(text, encoding="utf-8")
    rows = np.array([2, 1, 0])
    assert readable.choose_unseen(index, rows, num_images=9).tolist() == [2, 0]
    assert readable.choose_unseen(index, rows, num_images=1).tolist() == [2]


def test_a_test_part_with_only_training_digits_is_refused(tmp_path: Path) -> None:
    index = write_index(tmp_path, attributes(1), attributes(2), partition="train")
    with pytest.raises(DataError, match=r"all 2 images .* set split_faces.scheme to official"):
        readable.choose_unseen(index, np.array([0, 1]), num_images=9)
