from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.network.film_file import Film

GENERATOR = np.random.default_rng(1)


def images(*numbers: int) -> np.ndarray:
    return GENERATOR.integers(0, 256, (*numbers, 6, 6, 3), np.uint8)


def film(num_epochs: int = 2, num_faces: int = 3) -> Film:
    return Film(
        epochs=np.arange(1, num_epochs + 1),
        rows=np.arange(num_faces) + 7,
        faces=images(num_faces),
        reconstructions=images(num_epochs, num_faces),
        random=images(num_epochs, 8),
    )


def test_a_film_survives_writing_and_reading_and_has_equal_bytes(tmp_path: Path) -> None:
    saved = film()
    for name in ("one.npz", "two.npz"):
        saved.save(tmp_path / name)
    loaded = Film.load(tmp_path / "one.npz")
    for name, array in vars(saved).items():
        np.testing.assert_array_equal(getattr(loaded, name), array)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


INCONSISTENT: list[dict[str, Any]] = [
    {"epochs": np.arange(1, 4)},
    {"epochs": np.array([1.0, 2.0])},
    {"epochs": np.array([2, 1])},
    {"epochs": np.array([0, 1])},
    {"epochs": np.array(1)},
    {"rows": np.arange(4)},
    {"rows": np.array([[1, 2, 3]])},
    {"faces": images(2)},
    {"faces": images(3).astype(np.float32)},
    {"faces": images(3)[..., 0]},
    {name: array[..., :2] for name, array in vars(film()).items() if array.ndim > 1},
    {"reconstructions": images(2, 3)[:, :, :5]},
    {"reconstructions": images(3, 3)},
    {"random": images(3, 8)},
    {"random": images(2, 8)[..., :5, :]},
    {"random": images(2, 0)},
    {"random": images(2)},
]


@pytest.mark.parametrize("changes", INCONSISTENT, ids=range(len(INCONSISTENT)))
def test_arrays_that_do_not_fit_together_are_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = tmp_path / "film.npz"
    np.savez(path, **vars(film()) | changes)
    with pytest.raises(DataError, match=r"film\.npz: found .* fit together; run train_vae again"):
        Film.load(path)


def test_an_empty_film_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.npz"
    film(num_epochs=0).save(path)
    with pytest.raises(DataError, match="fit together"):
        Film.load(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(DataError, match="run train_vae again"):
        Film.load(path)
