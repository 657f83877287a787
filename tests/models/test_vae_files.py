from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.models.example_vae import ORIGIN, RANDOM, images, small_vae

from latentmaps.errors import DataError
from latentmaps.models import vae_files
from latentmaps.models.inference import TrainedVae


def test_a_saved_vae_gives_the_same_numbers_when_loaded(tmp_path: Path) -> None:
    saved = small_vae(dropout_rate=0.1, dense_units=7)
    vae_files.save(tmp_path, saved)
    before, after = TrainedVae(saved), TrainedVae.load(tmp_path)
    faces = images()
    np.testing.assert_array_equal(before.encode(faces).z_mean, after.encode(faces).z_mean)
    z = RANDOM.standard_normal((2, 5))
    np.testing.assert_array_equal(before.decode(z), after.decode(z))
    assert after.origin == ORIGIN
    assert after.architecture == saved.architecture


def test_equal_models_are_saved_with_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        vae_files.save(tmp_path / name, small_vae())
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert files == ["architecture.json", "decoder.weights.h5", "encoder.weights.h5"]
    for file in files:
        first, second = ((tmp_path / name / file).read_bytes() for name in ("first", "second"))
        assert first == second


@pytest.mark.parametrize("file", ["architecture.json", "encoder.weights.h5", "decoder.weights.h5"])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_damaged_folder_names_its_file(tmp_path: Path, file: str, damage: str) -> None:
    vae_files.save(tmp_path, small_vae())
    path = tmp_path / file
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=rf"{file}: no .*; run train_vae again"):
        vae_files.load(tmp_path)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    vae_files.save(tmp_path, small_vae())
    small_vae(latent_dim=6).encoder.save_weights(tmp_path / "encoder.weights.h5")
    with pytest.raises(DataError, match="no weights for the shape"):
        vae_files.load(tmp_path)


def test_an_origin_is_told_in_words() -> None:
    assert ORIGIN.describe() == "fact 5, 2 epochs on 1,600 faces, seed 1"
    other = replace(ORIGIN, reconstruction_loss="mse", fact=0.02, corruption="mask", epochs=1)
    assert other.describe() == "mse, fact 0.02, 1 epoch on 1,600 faces, corruption mask, seed 1"
