from pathlib import Path

import numpy as np
import pytest

from latentmaps import resources
from latentmaps.errors import DataError
from latentmaps.faces.dataset import arrays

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
def test_a_truncated_file_is_refused(tmp_path: Path, length: int) -> None:
    path = _save(tmp_path / "images.npy", IMAGES)
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(DataError, match=f"{length} bytes that are not a complete"):
        arrays.open_images(path)


def test_a_file_with_objects_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a complete"):
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
    with pytest.raises(DataError, match=r"of shape .* expected uint8 of shape"):
        arrays.open_images(_save(tmp_path / "images.npy", array))


def test_the_entropy_follows_the_formula() -> None:
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
    monkeypatch.setattr(resources, "free_memory_bytes", lambda: 90)
    with pytest.raises(DataError, match=r"machine.cache_images: .*; set it to false"):
        arrays.open_images(path, in_memory=True)


@pytest.mark.slow
def test_every_flipped_bit_of_a_header_gives_the_same_images_or_one_message(tmp_path: Path) -> None:
    path = _save(tmp_path / "images.npy", IMAGES)
    whole = path.read_bytes()
    first_value = len(whole) - IMAGES.nbytes
    num_refused = 0
    for bit in range(8 * first_value):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        try:
            images = arrays.open_images(path)
        except DataError:
            num_refused += 1
        else:
            np.testing.assert_array_equal(images, IMAGES)
    assert first_value == 128
    assert num_refused > 900


@pytest.mark.parametrize("shape", ["(-1, 4, 4, 3)", "(True, 4, 4, 3)", "(2, 4, 4, True)"])
def test_a_shape_with_invalid_sizes_is_refused(tmp_path: Path, shape: str) -> None:
    path = _save(tmp_path / "images.npy", IMAGES)
    old = b"(2, 4, 4, 3), }" + b" " * len(shape)
    new = f"{shape}, }}".encode().ljust(len(old))
    path.write_bytes(path.read_bytes().replace(old, new))

    with pytest.raises(DataError, match="not an integer of at least 0"):
        arrays.open_images(path)


@pytest.mark.parametrize("shape", [(0, 4, 4, 3), (2, 0, 0, 3)])
def test_an_array_without_a_pixel_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="expected uint8 of shape"):
        arrays.open_images(_save(tmp_path / "images.npy", np.zeros(shape, np.uint8)))


def test_a_file_that_is_longer_than_its_header_says_is_refused(tmp_path: Path) -> None:
    path = _save(tmp_path / "images.npy", IMAGES)
    path.write_bytes(path.read_bytes() + b"more")

    with pytest.raises(DataError, match="100 bytes of values, its header announces 96"):
        arrays.open_images(path)
