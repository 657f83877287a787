"""What a user of the library calls."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.models.example_vae import images, small_vae

import latentmaps
from latentmaps.errors import DataError, TrainingError
from latentmaps.models import cnn, vae_files


def test_a_vae_is_loaded_encodes_decodes_and_samples(tmp_path: Path) -> None:
    vae_files.save(tmp_path, small_vae())
    vae = latentmaps.load_vae(str(tmp_path))
    posteriors = vae.encode(images(4))
    assert posteriors.z_mean.shape == posteriors.z_log_var.shape == (4, 5)
    assert vae.decode(posteriors.z_mean).shape == (4, 16, 16, 3)
    assert vae.sample(3, seed=1).shape == (3, 16, 16, 3)


def test_a_cnn_is_loaded_predicts_and_shows_its_maps(tmp_path: Path) -> None:
    shape = cnn.Architecture((2, 3), 4)
    cnn.save(tmp_path, shape, cnn.build_cnn(shape, seed=1))
    trained = latentmaps.load_cnn(tmp_path)
    digits = np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    np.testing.assert_allclose(trained.predict(digits).sum(axis=1), 1.0, rtol=1e-5)
    assert trained.layer_names == ["Conv2D_1", "Conv2D_2"]
    assert trained.feature_maps(digits, "Conv2D_2").shape == (5, 11, 11, 3)
    with pytest.raises(TrainingError, match="expected one of Conv2D_1, Conv2D_2"):
        trained.feature_maps(digits, "Conv2D_9")
    with pytest.raises(DataError, match=r"float64 of the shape \(1, 28, 28\), expected uint8"):
        trained.predict(np.zeros((1, 28, 28)))  # type: ignore[arg-type]


def test_the_package_is_imported_without_tensorflow(root: Path) -> None:
    program = "import sys, latentmaps; sys.exit('tensorflow' in sys.modules)"
    environment = {"PYTHONPATH": str(root / "src")}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
