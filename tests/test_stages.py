"""The real stage scripts on bad input: one message, exit 1, no traceback, no damaged output."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SIZE = 96


TABLES = ("attributes", "partition", "identity", "landmarks", "origins", "refused")
RAW_FACES = {
    "images": "out/images.zip",
    "receipt": "out/receipt.json",
    "downloads": "downloads",
} | {name: f"out/{name}.csv" for name in TABLES}


class Workspace:
    """A folder with params.yaml, the data of a few faces, and the stage scripts."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root
        self.params = (root / "params.yaml").read_text(encoding="utf-8")

    def set_param(self, old: str, new: str) -> None:
        assert self.params.count(old) == 1
        self.params = self.params.replace(old, new)

    def write_faces(self, images: np.ndarray | None = None) -> None:
        if images is None:
            images = np.random.default_rng(1).integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
        np.save(self.folder / "images.npy", images)
        parts = ["train", "train", "train", "validation", "test", "test"]
        table = pd.DataFrame({"row": range(6), "part": parts})
        table.to_csv(self.folder / "split.csv", index=False)

    def run(
        self, stage: str, paths: dict[str, str], *, file_limit_bytes: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        self.write_params()
        arguments = [f"--{name.replace('_', '-')}={path}" for name, path in paths.items()]
        return subprocess.run(
            [sys.executable, str(self.root / f"stages/{stage}.py"), *arguments],
            cwd=self.folder,
            env=self.environment(),
            preexec_fn=_limit_files(file_limit_bytes),
            capture_output=True,
            text=True,
            check=False,
        )

    def write_params(self) -> None:
        (self.folder / "params.yaml").write_text(self.params, encoding="utf-8")

    def environment(self) -> dict[str, str]:
        ours = {"PYTHONPATH": str(self.root / "src"), "CUDA_VISIBLE_DEVICES": "-1"}
        return os.environ | ours

    def train_vae_paths(self, out: str) -> dict[str, str]:
        return {
            "images": "images.npy",
            "split": "split.csv",
            "model": f"{out}/vae",
            "metrics": f"{out}/metrics.json",
            "history": f"{out}/history.csv",
            "checkpoints": "checkpoints",
        }

    def train_vae(
        self, out: str = "out", *, file_limit_bytes: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        paths = self.train_vae_paths(out)
        return self.run("train_vae", paths, file_limit_bytes=file_limit_bytes)

    def outputs(self) -> list[str]:
        out = self.folder / "out"
        return sorted(str(path.relative_to(out)) for path in out.rglob("*"))


def _limit_files(limit_bytes: int | None) -> Callable[[], None] | None:
    """A writer that fails as a full disk does: no file may grow beyond the limit."""
    if limit_bytes is None:
        return None
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


@pytest.fixture
def small_network(workspace: "Workspace") -> "Workspace":
    """A workspace whose VAE is trained in seconds."""
    workspace.write_faces()
    workspace.set_param("filters: [32, 64, 128, 256]", "filters: [4, 4, 8, 8]")
    workspace.set_param("latent_dim: 256 ", "latent_dim: 8 ")
    workspace.set_param("batch_size: 32 ", "batch_size: 2 ")
    workspace.set_param("dropout_rate: 0.0 ", "dropout_rate: 0.2 ")
    return workspace


@pytest.fixture
def workspace(tmp_path: Path, root: Path) -> Workspace:
    return Workspace(tmp_path, root)


def assert_refused(
    workspace: Workspace, result: subprocess.CompletedProcess[str], *message: str
) -> None:
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    for part in message:
        assert part in result.stderr
    assert workspace.outputs() == []


def test_a_parameter_of_the_wrong_type(workspace: Workspace) -> None:
    workspace.write_faces()
    workspace.set_param("fact: 5.0", "fact: strong")
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
    assert_refused(workspace, workspace.train_vae(), "images.npy: ", "expected uint8 of the shape")


def test_an_image_size_that_the_strides_do_not_divide(workspace: Workspace) -> None:
    workspace.write_faces(np.zeros((6, 90, 90, 3), np.uint8))
    assert_refused(
        workspace,
        workspace.train_vae(),
        "train_vae.strides: value 2 is 2 for maps of 45x45, expected a divisor",
        "crop_faces.image_size",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"activation: leaky_relu": "activation: selu"},
            "batch_norm: none with activation: selu",
        ),
        (
            {
                "upsampling: transpose ": "upsampling: resize ",
                "[same, same, same, same]": "[same, valid, same, same]",
            },
            "paddings that are all same with upsampling: resize",
        ),
        ({"[same, same, same, same]": "[same]"}, "found 4, 4, 4 and 1 values"),
        ({"dropout_rate: 0.0 ": "dropout_rate: 1.0 "}, "train_vae.dropout_rate: found 1.0"),
        ({"kl_method: train_step ": "kl_method: tape "}, "train_vae.kl_method: found 'tape'"),
    ],
)
def test_combinations_that_cannot_work(
    workspace: Workspace, changes: dict[str, str], message: str
) -> None:
    workspace.write_faces()
    for old, new in changes.items():
        workspace.set_param(old, new)
    assert_refused(workspace, workspace.train_vae(), message)


def test_a_batch_larger_than_the_training_part(workspace: Workspace) -> None:
    workspace.write_faces()
    assert_refused(workspace, workspace.train_vae(), "batch_size: found 32, expected at most the 3")


def test_a_picture_that_is_no_picture(workspace: Workspace) -> None:
    with zipfile.ZipFile(workspace.folder / "images.zip", "w") as archive:
        archive.writestr("000001.jpg", b"quota exceeded")
    (workspace.folder / "names.csv").write_text("file\n000001.jpg\n", encoding="utf-8")
    tables = dict.fromkeys(("attributes", "partition", "identity"), "names.csv")
    outputs = {
        "images": "out/images.npy",
        "index": "out/index.csv",
        "refused": "out/refused.csv",
    }
    paths = {"archive": "images.zip"} | tables | outputs
    result = workspace.run("crop_faces", paths)
    assert_refused(workspace, result, "000001.jpg")


def test_a_full_disk_while_faces_are_drawn(workspace: Workspace) -> None:
    workspace.set_param("num_faces: 3000", "num_faces: 40")
    result = workspace.run("fetch_faces", RAW_FACES, file_limit_bytes=50_000)
    assert_refused(workspace, result, "no output was written - see that the disk has room")


@pytest.mark.slow
def test_a_full_disk_while_a_model_is_saved(workspace: Workspace) -> None:
    workspace.write_faces()
    workspace.set_param("batch_size: 32 ", "batch_size: 3 ")
    workspace.set_param(
        "epochs: 11             # passes through the training part; 10", "epochs: 1 # 10"
    )
    result = workspace.train_vae(file_limit_bytes=1_000_000)
    assert_refused(workspace, result, "no output was written - see that the disk has room")


@pytest.mark.slow
def test_a_layer_that_the_cnn_lacks(workspace: Workspace) -> None:
    workspace.set_param("      epochs: 6 ", "      epochs: 1 ")
    bundled = str(workspace.root / "data/bundled/mnist_12k.npz")
    workspace.run("fetch_digits", {"bundled": bundled, "digits": "digits.npz"})
    read = {"digits": "digits.npz", "model": "cnn"}
    reports = {
        "metrics": "metrics.json",
        "history": "history.csv",
        "predictions": "predictions.csv",
        "activation_maps": "activation_maps.png",
    }
    trained = workspace.run("train_cnn", read | reports)
    assert trained.returncode == 0, trained.stderr
    drawn = {
        "oips": "out/oips.npz",
        "sheet": "out/sheet.png",
        "strips": "out/strips.png",
        "page": "out/page.html",
        "table": "out/table.csv",
    }
    result = workspace.run("draw_oips", {"layer": "Conv2D_9"} | read | drawn)
    assert_refused(
        workspace,
        result,
        "found Conv2D_9, expected one of Conv2D_1, Conv2D_2, Conv2D_3",
    )


def start(workspace: Workspace, *, out: str, **environment: str) -> "subprocess.Popen[str]":
    workspace.write_params()
    arguments = [f"--{name}={path}" for name, path in workspace.train_vae_paths(out).items()]
    return subprocess.Popen(
        [sys.executable, str(workspace.root / "stages/train_vae.py"), *arguments],
        cwd=workspace.folder,
        env=workspace.environment() | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(pattern: str, folder: Path) -> None:
    deadline = time.monotonic() + 120
    while not list(folder.glob(pattern)):
        assert time.monotonic() < deadline, f"{folder} never got {pattern}"
        time.sleep(0.01)


@pytest.mark.slow
def test_a_killed_training_ends_where_an_unbroken_one_does(small_network: Workspace) -> None:
    workspace = small_network
    checkpoints = workspace.folder / "checkpoints"
    broken = start(workspace, out="out")
    wait_for("*/epoch-00002.npz", checkpoints)
    broken.kill()
    broken.communicate()
    assert all(".partial" in name for name in workspace.outputs())

    resumed = workspace.train_vae()
    assert resumed.returncode == 0, resumed.stderr
    assert "Going on after epoch " in resumed.stderr
    shutil.rmtree(checkpoints)
    unbroken = workspace.train_vae(out="other")
    assert unbroken.returncode == 0, unbroken.stderr
    assert "Going on after" not in unbroken.stderr
    for name in workspace.outputs():
        path = workspace.folder / "out" / name
        if path.is_file():
            assert path.read_bytes() == (workspace.folder / "other" / name).read_bytes(), name


@pytest.mark.slow
def test_ctrl_c_leaves_a_checkpoint_and_a_word(small_network: Workspace) -> None:
    workspace = small_network
    training = start(workspace, out="out")
    wait_for("*/epoch-00001.npz", workspace.folder / "checkpoints")
    training.send_signal(signal.SIGINT)
    _, errors = training.communicate(timeout=60)
    assert training.returncode == 1
    assert "is kept, run again to go on" in errors
    assert "train_vae: interrupted; no output was written" in errors
    assert "Traceback" not in errors
    assert workspace.outputs() == []


@pytest.mark.slow
def test_checkpoints_can_be_moved(small_network: Workspace) -> None:
    workspace = small_network
    elsewhere = workspace.folder / "elsewhere"
    training = start(workspace, out="out", LATENTMAPS_CHECKPOINTS=str(elsewhere))
    training.communicate(timeout=200)
    assert training.returncode == 0
    assert list(elsewhere.glob("*/epoch-*.npz"))
    assert not (workspace.folder / "checkpoints").exists()


def start_machines(workspace: Workspace, *checkpoints: str) -> list[tuple[int, str]]:
    """Runs the stage on two machines; gives exit code and log of each."""
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    machines = [
        start(
            workspace,
            out="out",
            TF_CONFIG=json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}),
            LATENTMAPS_CHECKPOINTS=str(workspace.folder / folder),
        )
        for index, folder in enumerate(checkpoints)
    ]
    try:
        errors = [machine.communicate(timeout=300)[1] for machine in machines]
    finally:
        for machine in machines:
            machine.kill()
    return [(machine.returncode, error) for machine, error in zip(machines, errors, strict=True)]


@pytest.mark.slow
def test_of_two_machines_the_first_writes(small_network: Workspace) -> None:
    workspace = small_network
    (first, first_log), (second, second_log) = start_machines(workspace, "shared", "shared")
    assert (first, second) == (0, 0), first_log + second_log
    assert "Computing on machine 1 of 2, the CPU" in first_log
    assert "the first of the machines writes the outputs" in second_log
    assert "vae/encoder.weights.h5" in workspace.outputs()
    assert not list(workspace.folder.glob("out/.*"))

    shutil.rmtree(workspace.folder / "out")
    results = start_machines(workspace, "shared", "another")
    for code, log in results:
        assert code == 1
        assert "expected one folder that all machines see" in log
        assert "Traceback" not in log
    assert workspace.outputs() == []


def test_a_cluster_that_is_none(workspace: Workspace) -> None:
    workspace.write_faces()
    training = start(workspace, out="out", TF_CONFIG="{}")
    _, errors = training.communicate(timeout=100)
    assert training.returncode == 1
    assert "TF_CONFIG: found '{}', expected" in errors
    assert "Traceback" not in errors
