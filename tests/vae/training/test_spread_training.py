"""Several devices and several machines learn the same as one device."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import warm_python
from tests.vae.example_vae import small_vae

from latentmaps.vae.network import vae_files
from latentmaps.vae.training import kl

# Sums over devices round differently. After nine steps of Adam, the difference is this large.
TOLERANCE = 2e-5
# Batch normalization uses the statistics of its own device's share of the batch.
TOLERANCE_WITH_NORMALIZATION = 0.05

pytestmark = pytest.mark.slow


def start(
    root: Path, num_devices: int, method: str, *more: str, **environment: str
) -> "subprocess.Popen[str]":
    command = [str(warm_python.interpreter()), "-m", "tests.vae.training.spread_training"]
    paths = os.pathsep.join([str(root / "src"), str(root)])
    return subprocess.Popen(
        [*command, str(num_devices), method, *more],
        cwd=root,
        env=os.environ | {"PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": "-1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process: "subprocess.Popen[str]") -> dict[str, Any]:
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return dict(json.loads(output.splitlines()[-1]))


def train(root: Path, num_devices: int, method: str, batch_norm: str) -> dict[str, Any]:
    return result(start(root, num_devices, method, batch_norm))


def assert_near(mine: dict[str, Any], reference: dict[str, Any], tolerance: float) -> None:
    assert mine["history"].keys() == reference["history"].keys()
    for name, values in reference["history"].items():
        assert mine["history"][name] == pytest.approx(values, rel=tolerance), name
    assert mine["weights"] == pytest.approx(reference["weights"], rel=100 * tolerance)


@pytest.fixture(scope="module")
def alone(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    root = Path(__file__).parents[3]
    return {norm: train(root, 1, "train_step", norm) for norm in ("none", "train")}


@pytest.mark.parametrize("method", kl.METHODS)
def test_two_devices_learn_the_same_as_one(
    root: Path, method: str, alone: dict[str, dict[str, Any]]
) -> None:
    mine = train(root, 2, method, "none")
    assert_near(mine, alone["none"], TOLERANCE)
    np.testing.assert_allclose(mine["film"], alone["none"]["film"], atol=1)


def test_two_devices_normalize_their_own_share(
    root: Path, alone: dict[str, dict[str, Any]]
) -> None:
    mine = train(root, 2, "train_step", "train")
    expected = alone["train"]["history"]["total_loss"]
    assert mine["history"]["total_loss"] == pytest.approx(
        expected, rel=TOLERANCE_WITH_NORMALIZATION
    )


def free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for bound in sockets:
        bound.bind(("127.0.0.1", 0))
    ports = [int(bound.getsockname()[1]) for bound in sockets]
    for bound in sockets:
        bound.close()
    return ports


def configs() -> list[str]:
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    return [
        json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})
        for index in range(2)
    ]


@pytest.mark.parametrize("method", kl.METHODS)
def test_two_machines_learn_the_same_as_one(
    root: Path, method: str, alone: dict[str, dict[str, Any]]
) -> None:
    processes = [start(root, 0, method, "none", TF_CONFIG=config) for config in configs()]
    try:
        results = [result(process) for process in processes]
    finally:
        end(processes)
    assert results[0] == results[1]
    assert_near(results[0], alone["none"], TOLERANCE)


def end(processes: list["subprocess.Popen[str]"]) -> None:
    for process in processes:
        process.kill()
        process.wait()


def write_initial_weights(folder: Path, seed: int) -> str:
    saved = small_vae(batch_norm="none")
    generator = np.random.default_rng(seed)
    for network in (saved.encoder, saved.decoder):
        network.set_weights([generator.uniform(-0.1, 0.1, w.shape) for w in network.get_weights()])
    vae_files.save(folder, saved)
    return str(folder)


def test_two_machines_start_from_the_same_weights(root: Path, tmp_path: Path) -> None:
    more = ["none", write_initial_weights(tmp_path / "vae", 1)]
    expected = result(start(root, 1, "train_step", *more, str(tmp_path / "alone")))
    more.append(str(tmp_path / "together"))
    processes = [start(root, 0, "train_step", *more, TF_CONFIG=config) for config in configs()]
    try:
        results = [result(process) for process in processes]
    finally:
        end(processes)
    assert results[0] == results[1]
    assert_near(results[0], expected, TOLERANCE)


def test_machines_with_different_initial_weights_are_refused(root: Path, tmp_path: Path) -> None:
    processes = [
        start(
            root,
            0,
            "train_step",
            *("none", write_initial_weights(tmp_path / f"{seed}", seed), str(tmp_path / "kept")),
            TF_CONFIG=config,
        )
        for seed, config in enumerate(configs())
    ]
    try:
        errors = [process.communicate(timeout=300)[1] for process in processes]
    finally:
        end(processes)
    for process, error in zip(processes, errors, strict=True):
        assert process.returncode == 1
        assert "here and a different one on other machines, expected the same parameters" in error
    assert not list((tmp_path / "kept").glob("*/epoch-*"))
