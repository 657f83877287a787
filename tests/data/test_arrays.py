from pathlib import Path

import numpy as np
import pytest

from latentmaps.data import arrays, memory
from latentmaps.errors import DataError

IMAGES = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)


def _save(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def test_images_are_mapped_and_read_only(tmp_path: Path) -> None:
    images = arrays.open_images(_save(tmp_path / "images.npy", IMAGES))

    assert isinstance(images, np.memmap)
    assert not images.flags.writeable
    np.testing.assert_array_equal(images, IMAGES)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        arrays.open_images(tmp_path / "images.npy")


@pytest.mark.parametrize("length", [0, 5, 20, 200])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, length: int) -> None:
    path = _save(tmp_path / "images.npy", IMAGES)
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(DataError, match=f"{length} bytes that are no whole"):
        arrays.open_images(path)


def test_a_file_with_objects_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no whole"):
        arrays.open_images(_save(tmp_path / "images.npy", np.array([{}], dtype=object)))


@pytest.mark.parametrize(
    "array",
    [
        IMAGES.astype(np.float32),
        IMAGES[0],
        IMAGES[..., :2],
        IMAGES[:, :2],
    ],
)
def test_another_dtype_or_shape_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"of the shape .* expected uint8 of the shape"):
        arrays.open_images(_save(tmp_path / "images.npy", array))


def test_the_entropy_is_that_of_the_formula() -> None:
    images = np.random.default_rng(3).integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    x = images[[1, 3]] / 255.0
    with np.errstate(divide="ignore", invalid="ignore"):
        nats = -x * np.log(x) - (1.0 - x) * np.log(1.0 - x)
    expected = np.nan_to_num(nats).mean()
    assert arrays.mean_entropy(images, np.array([1, 3])) == pytest.approx(expected)


def test_images_are_read_into_memory_if_they_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "images.npy"
    np.save(path, np.ones((2, 4, 4, 3), np.uint8))
    assert isinstance(arrays.open_images(path), np.memmap)
    assert not isinstance(arrays.open_images(path, in_memory=True), np.memmap)
    monkeypatch.setattr(memory, "free_bytes", lambda: 90)
    with pytest.raises(DataError, match=r"machine.cache_images: .*; set it to false"):
        arrays.open_images(path, in_memory=True)
