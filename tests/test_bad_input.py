"""The real stage scripts on bad input: one message, exit 1, no traceback, no damaged output."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.example_workspace import SIZE, Workspace, assert_refused, start

# every stage is a separate process, and most of them start TensorFlow
pytestmark = pytest.mark.slow

RAW_FACES = {"raw_faces": "out", "report": "out", "downloads": "downloads"}


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Workspace:
    """A workspace with a trained VAE in the folder ``other``, and a checkpoint; tests copy it."""
    workspace = Workspace(tmp_path_factory.mktemp("trained"), root)
    workspace.write_faces()
    workspace.shrink_network()
    workspace.override({"profiles.sample.train_vae.epochs": 1})
    result = workspace.train_vae(out="other")
    assert result.returncode == 0, result.stderr
    return workspace


@pytest.fixture
def trained(trained_once: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the workspace with a trained VAE in the folder ``other``."""
    return trained_once.copy(tmp_path / "trained")


def test_a_parameter_of_the_wrong_type(workspace: Workspace) -> None:
    workspace.write_faces()
    workspace.override({"train_vae.fact": "strong"})
    result = workspace.train_vae()
    assert_refused(workspace, result, "train_vae.fact: found 'strong', expected a valid number")
    assert "Computing on" not in result.stderr  # before any work


def test_a_missing_array(workspace: Workspace) -> None:
    workspace.write_faces()
    (workspace.folder / "images.npy").unlink()
    assert_refused(workspace, workspace.train_vae(), "images.npy: no such file or folder")


def test_a_truncated_array(workspace: Workspace) -> None:
    workspace.write_faces()
    path = workspace.folder / "images.npy"
    path.write_bytes(path.read_bytes()[:-1000])
    assert_refused(workspace, workspace.train_vae(), "images.npy: ", "run crop_faces again")


@pytest.mark.parametrize(
    "images",
    [np.zeros((6, SIZE, SIZE, 3), np.float32), np.zeros((6, SIZE), np.uint8)],
    ids=["dtype", "shape"],
)
def test_an_array_of_another_kind(workspace: Workspace, images: np.ndarray) -> None:
    workspace.write_faces(images)
    assert_refused(workspace, workspace.train_vae(), "images.npy: ", "expected uint8 of shape")


def test_an_image_size_that_the_strides_do_not_divide(workspace: Workspace) -> None:
    workspace.write_faces(np.zeros((6, 90, 90, 3), np.uint8))
    assert_refused(
        workspace,
        workspace.train_vae(),
        "found 90, which produces 45x45 maps before convolution 2, expected a multiple",
        "crop_faces.image_size",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"activation": "selu"},
            "batch_norm: none with activation: selu",
        ),
        (
            {"upsampling": "resize", "paddings": ["same", "valid", "same", "same"]},
            "paddings that are all same with upsampling: resize",
        ),
        ({"paddings": ["same"]}, "found 4, 4, 4 and 1 values"),
        ({"dropout_rate": 1.0}, "train_vae.dropout_rate: found 1.0"),
        ({"kl_method": "tape"}, "train_vae.kl_method: found 'tape'"),
    ],
)
def test_combinations_that_cannot_work(
    workspace: Workspace, changes: dict[str, Any], message: str
) -> None:
    workspace.write_faces()
    workspace.override({f"train_vae.{name}": value for name, value in changes.items()})
    assert_refused(workspace, workspace.train_vae(), message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("data/models/vae", "train_vae.initial_weights: found 'data/models/vae', expected an abso"),
        ("/none", "/none/architecture.json: cannot be read"),
    ],
)
def test_initial_weights_that_cannot_be_read(
    workspace: Workspace, given: str, message: str
) -> None:
    workspace.write_faces()
    workspace.override({"train_vae.initial_weights": given})
    result = workspace.train_vae()
    assert_refused(workspace, result, message)
    assert "Training a VAE" not in result.stderr


def test_a_training_from_the_weights_of_another_architecture(trained: Workspace) -> None:
    model = trained.folder / "other/vae"
    trained.override({"train_vae.initial_weights": str(model)})
    again = trained.train_vae(out="again")
    assert again.returncode == 0, again.stderr
    assert f"Starting from the weights in {model}" in again.stderr
    trained.override({"train_vae.latent_dim": 9})
    result = trained.train_vae()
    assert_refused(trained, result, "with latent_dim 8 (expected 9), expected the architecture")
    assert "Training a VAE" not in result.stderr


def test_a_batch_larger_than_the_training_part(workspace: Workspace) -> None:
    workspace.write_faces()
    assert_refused(workspace, workspace.train_vae(), "batch_size: found 32, expected at most the 3")


def test_a_file_that_is_not_a_picture(workspace: Workspace) -> None:
    with zipfile.ZipFile(workspace.folder / "images.zip", "w") as archive:
        archive.writestr("000001.jpg", b"quota exceeded")
    for table in ("attributes", "partition", "identity"):
        (workspace.folder / f"{table}.csv").write_text("file\n000001.jpg\n", encoding="utf-8")
    result = workspace.run("crop_faces", {"raw_faces": ".", "faces": "out", "report": "out"})
    assert_refused(workspace, result, "000001.jpg")


def test_a_full_disk_while_faces_are_drawn(workspace: Workspace) -> None:
    workspace.override({"profiles.sample.fetch_faces.num_faces": 40})
    paths = RAW_FACES | {"bundled": str(workspace.root / "data/bundled/mnist_12k.npz")}
    result = workspace.run("fetch_faces", paths, file_limit_bytes=50_000)
    assert_refused(workspace, result, "no output was written - check that the disk has free space")


def test_a_full_disk_while_a_checkpoint_is_saved(small_network: Workspace) -> None:
    small_network.override({"profiles.sample.train_vae.epochs": 1})
    # the checkpoint is the only file of more than 100 kB
    result = small_network.train_vae(file_limit_bytes=100_000)
    assert_refused(
        small_network, result, "no output was written - check that the disk has free space"
    )
    assert "Epoch 1 of 1" in result.stderr


def test_a_full_disk_while_a_model_is_saved(trained: Workspace) -> None:
    size = (trained.folder / "other/vae/encoder.weights.h5").stat().st_size
    # with the checkpoint of the first run, the model is the first large file of the second
    result = trained.train_vae(file_limit_bytes=size // 2)
    assert_refused(trained, result, "no output was written - check that the disk has free space")
    assert "Resuming after" in result.stderr


def test_an_invalid_cluster(workspace: Workspace) -> None:
    workspace.write_faces()
    training = start(workspace, out="out", TF_CONFIG="{}")
    _, errors = training.communicate(timeout=100)
    assert training.returncode == 1
    assert "TF_CONFIG: found '{}', expected" in errors
    assert "Traceback" not in errors
