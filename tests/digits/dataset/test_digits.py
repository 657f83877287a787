import dataclasses
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError


def test_digits_survive_saving_and_loading(few_digits: Digits, tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    digits_module.save(few_digits, path)
    assert digits_module.hashes(digits_module.load(path)) == digits_module.hashes(few_digits)


def test_equal_digits_give_equal_bytes(few_digits: Digits, tmp_path: Path) -> None:
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    digits_module.save(few_digits, first)
    digits_module.save(few_digits, second)
    assert first.read_bytes() == second.read_bytes()


def test_one_other_pixel_gives_another_hash(few_digits: Digits) -> None:
    images = few_digits.train_images.copy()
    images[0, 0, 0] ^= 1
    other = dataclasses.replace(few_digits, train_images=images)
    assert (
        digits_module.hashes(other)["train_images"]
        != (digits_module.hashes(few_digits)["train_images"])
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("train_images", np.zeros((6, 28, 28), np.float32), "train_images: found float32"),
        ("train_images", np.zeros((5, 28, 28), np.uint8), "one image per label"),
        ("test_images", np.zeros((3, 32, 32), np.uint8), r"test_images: found uint8 \(3, 32, 32\)"),
        ("test_labels", np.array([1, 2, 10], np.uint8), "test_labels: found 10, expected 0 to 9"),
        ("test_labels", np.array([1, 2, 3], np.int64), "test_labels: found int64"),
    ],
)
def test_refuses_arrays_that_are_not_digits(
    few_digits: Digits, tmp_path: Path, name: str, value: Any, message: str
) -> None:
    path = tmp_path / "digits.npz"
    digits_module.save(dataclasses.replace(few_digits, **{name: value}), path)
    with pytest.raises(DataError, match=message):
        digits_module.load(path)


def test_refuses_a_file_that_announces_gigabytes(few_digits: Digits, tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    digits_module.save(few_digits, path)
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.index(b"PK\1\2") + 24, 3_900_000_000)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bytes unpacked, expected at most 1,000,000,000"):
        digits_module.load(path)


def test_refuses_an_empty_part(few_digits: Digits) -> None:
    arrays = few_digits.arrays()
    arrays["test_images"], arrays["test_labels"] = (
        arrays["test_images"][:0],
        arrays["test_labels"][:0],
    )
    with pytest.raises(DataError, match="test_labels: found uint8 \\(0,\\), expected uint8"):
        digits_module.from_arrays(arrays, "here")


def test_refuses_a_truncated_file(few_digits: Digits, tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    digits_module.save(few_digits, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"digits\.npz: not an \.npz file with the arrays"):
        digits_module.load(path)


def test_refuses_other_arrays_and_pickles(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    np.savez(path, something=np.zeros(3))
    with pytest.raises(DataError, match="train_labels"):
        digits_module.load(path)
    np.savez(path, allow_pickle=True, train_images=np.array([{}]))
    with pytest.raises(DataError, match="values that are not numbers"):
        digits_module.load(path)
