"""The real train_vae, killed, stopped, moved, and spread over two machines."""

import json
import shutil
import signal
import socket
import time
from pathlib import Path

import pytest
from tests.example_workspace import Workspace, start

pytestmark = pytest.mark.slow


def wait_for(pattern: str, folder: Path) -> None:
    deadline = time.monotonic() + 120
    while not list(folder.glob(pattern)):
        assert time.monotonic() < deadline, f"{folder} never got {pattern}"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory, root: Path) -> tuple[Workspace, str]:
    """A workspace after uninterrupted training with checkpoints in another folder, and the log."""
    workspace = Workspace(tmp_path_factory.mktemp("unbroken"), root)
    workspace.write_faces()
    workspace.shrink_network()
    moved = {
        "LATENTMAPS_CHECKPOINTS": str(workspace.folder / "elsewhere"),
        "LATENTMAPS_LIVE": str(workspace.folder / "watched"),
    }
    training = start(workspace, out="out", **moved)
    _, log = training.communicate(timeout=200)
    assert training.returncode == 0, log
    return workspace, log


def test_a_killed_and_resumed_training_equals_an_uninterrupted_one(
    small_network: Workspace, unbroken: tuple[Workspace, str]
) -> None:
    workspace = small_network
    broken = start(workspace, out="out")
    wait_for("*/epoch-00002.npz", workspace.folder / "checkpoints")
    broken.kill()
    broken.communicate()
    assert all(".partial" in name for name in workspace.outputs())

    resumed = workspace.train_vae()
    assert resumed.returncode == 0, resumed.stderr
    assert "Resuming after epoch " in resumed.stderr
    other, log = unbroken
    assert "Resuming after" not in log
    assert "history.csv" in workspace.outputs()
    for name in workspace.outputs():
        path = workspace.folder / "out" / name
        if path.is_file():
            assert path.read_bytes() == (other.folder / "out" / name).read_bytes(), name


def test_ctrl_c_leaves_a_checkpoint_and_a_message(small_network: Workspace) -> None:
    workspace = small_network
    training = start(workspace, out="out")
    wait_for("*/epoch-00001.npz", workspace.folder / "checkpoints")
    training.send_signal(signal.SIGINT)
    _, errors = training.communicate(timeout=60)
    assert training.returncode == 1
    assert "is kept; run again to resume" in errors
    assert "train_vae: interrupted; no output was written" in errors
    assert "Traceback" not in errors
    assert workspace.outputs() == []


def test_checkpoints_and_the_page_can_be_moved(unbroken: tuple[Workspace, str]) -> None:
    workspace, log = unbroken
    elsewhere, watched = workspace.folder / "elsewhere", workspace.folder / "watched"
    assert list(elsewhere.glob("*/epoch-*.npz"))
    assert f"Watch the training in a browser: {(watched / 'index.html').as_uri()}" in log
    assert "Training finished" in (watched / "index.html").read_text(encoding="utf-8")
    for folder in ("checkpoints", "live"):
        assert not (workspace.folder / folder).exists()
    # the live page is not an output
    assert not [name for name in workspace.outputs() if "live" in name or "html" in name]


def start_machines(workspace: Workspace, *checkpoints: str) -> list[tuple[int, str]]:
    """Run the stage on two machines and return the exit code and the log of each."""
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


def test_only_the_first_of_two_machines_writes(small_network: Workspace) -> None:
    workspace = small_network
    workspace.override({"profiles.sample.train_vae.epochs": 2})
    (first, first_log), (second, second_log) = start_machines(workspace, "shared", "shared")
    assert (first, second) == (0, 0), first_log + second_log
    assert "Computing on machine 1 of 2, the CPU" in first_log
    assert "the first machine writes the outputs" in second_log
    assert "Watch the training" in first_log
    assert "Watch the training" not in second_log
    assert "film.npz" in workspace.outputs()
    assert "vae/encoder.weights.h5" in workspace.outputs()
    assert not list(workspace.folder.glob("out/.*"))

    shutil.rmtree(workspace.folder / "out")
    results = start_machines(workspace, "shared", "another")
    for code, log in results:
        assert code == 1
        assert "expected one folder that all machines see" in log
        assert "Traceback" not in log
    assert workspace.outputs() == []
