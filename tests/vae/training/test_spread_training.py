"""Several devices and several machines learn the same as one device."""

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import warm_python
from tests.vae.example_vae import ONE_LAYER, small_vae

from latentmaps.vae.network import vae_files
from latentmaps.vae.training import kl

# Sums over devices round differently. After nine steps of Adam, the difference is this large.
TOLERANCE = 2e-5
# Batch normalization uses the statistics of its own device's share of the batch.
TOLERANCE_WITH_NORMALIZATION = 0.05

pytestmark = pytest.mark.slow


Training = tuple[dict[str, str], str | None]
Results = list[dict[str, Any]]


def start(
    root: Path, num_devices: int, trainings: list[Training], **environment: str
) -> "subprocess.Popen[str]":
    command = [str(warm_python.interpreter()), "-m", "tests.vae.training.spread_training"]
    paths = os.pathsep.join([str(root / "src"), str(root)])
    return subprocess.Popen(
        [*command, str(num_devices), json.dumps(trainings)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": "-1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def results(output: str) -> Results:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def train(root: Path, num_devices: int, trainings: list[Training]) -> Results:
    process = start(root, num_devices, trainings)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return results(output)


def assert_near(mine: dict[str, Any], reference: dict[str, Any], tolerance: float) -> None:
    assert mine["history"].keys() == reference["history"].keys()
    for name, values in reference["history"].items():
        assert mine["history"][name] == pytest.approx(values, rel=tolerance), name
    assert mine["weights"] == pytest.approx(reference["weights"], rel=100 * tolerance)


def write_initial_weights(folder: Path, seed: int) -> str:
    saved = small_vae(batch_norm="none", **ONE_LAYER)
    generator = np.random.default_rng(seed)
    for network in (saved.encoder, saved.decoder):
        network.set_weights([generator.uniform(-0.1, 0.1, w.shape) for w in network.get_weights()])
    vae_files.save(folder, saved)
    return str(folder)


# one process runs several trainings: its start takes longer than one of them
WITHOUT_NORMALIZATION = {
    method: {"kl_method": method, "batch_norm": "none"} for method in kl.METHODS
}
PLAIN: Training = (WITHOUT_NORMALIZATION["train_step"], None)
GIVEN = "add_loss"  # the method of the trainings that start from given weights
NORMALIZED: Training = ({"kl_method": "train_step", "batch_norm": "train"}, None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where initial weights and checkpoints are."""
    return tmp_path_factory.mktemp("spread")


@pytest.fixture(scope="module")
def initial_weights(folder: Path) -> list[str]:
    """The folders of two models with different weights."""
    return [write_initial_weights(folder / f"vae_{seed}", seed) for seed in range(2)]


def started_from(weights: str, checkpoints: Path) -> Training:
    return WITHOUT_NORMALIZATION[GIVEN] | {"initial_weights": weights}, str(checkpoints)


@pytest.fixture(scope="module")
def alone(root: Path, folder: Path, initial_weights: list[str]) -> dict[str, dict[str, Any]]:
    """The results of one device."""
    trainings = {
        "plain": PLAIN,
        "normalized": NORMALIZED,
        "given weights": started_from(initial_weights[0], folder / "alone"),
    }
    return dict(zip(trainings, train(root, 1, list(trainings.values())), strict=True))


@pytest.fixture(scope="module")
def two_devices(root: Path) -> dict[str, dict[str, Any]]:
    """The results of two devices by KL method, and with normalization."""
    trainings: dict[str, Training] = {
        method: (changes, None) for method, changes in WITHOUT_NORMALIZATION.items()
    } | {"normalized": NORMALIZED}
    return dict(zip(trainings, train(root, 2, list(trainings.values())), strict=True))


@pytest.mark.parametrize("method", kl.METHODS)
def test_two_devices_learn_the_same_as_one(
    method: str, alone: dict[str, dict[str, Any]], two_devices: dict[str, dict[str, Any]]
) -> None:
    assert_near(two_devices[method], alone["plain"], TOLERANCE)
    np.testing.assert_allclose(two_devices[method]["film"], alone["plain"]["film"], atol=1)


def test_two_devices_normalize_their_own_share(
    alone: dict[str, dict[str, Any]], two_devices: dict[str, dict[str, Any]]
) -> None:
    expected = alone["normalized"]["history"]["total_loss"]
    assert two_devices["normalized"]["history"]["total_loss"] == pytest.approx(
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


@dataclass(frozen=True)
class Machine:
    """What a machine did.

    Attributes:
        results: the results by KL method.
        code: its exit code after a last training, with other initial weights on each machine.
        errors: what it wrote to stderr.
    """

    results: dict[str, dict[str, Any]]
    code: int
    errors: str


@pytest.fixture(scope="module")
def two_machines(root: Path, folder: Path, initial_weights: list[str]) -> list[Machine]:
    """What two machines did; one of the methods starts from given weights."""
    trainings: dict[str, Training] = {
        method: (changes, None) for method, changes in WITHOUT_NORMALIZATION.items()
    } | {GIVEN: started_from(initial_weights[0], folder / "together")}
    processes = [
        start(
            root,
            0,
            [*trainings.values(), started_from(weights, folder / "refused")],
            TF_CONFIG=config,
        )
        for weights, config in zip(initial_weights, configs(), strict=True)
    ]
    machines = []
    try:
        for process in processes:
            output, errors = process.communicate(timeout=300)
            named = dict(zip(trainings, results(output), strict=False))
            assert len(named) == len(trainings), errors
            machines.append(Machine(named, process.returncode, errors))
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return machines


@pytest.mark.parametrize("method", kl.METHODS)
def test_two_machines_start_from_the_same_weights_and_learn_the_same_as_one(
    method: str, alone: dict[str, dict[str, Any]], two_machines: list[Machine]
) -> None:
    first, second = (machine.results[method] for machine in two_machines)
    assert first == second
    assert_near(first, alone["given weights" if method == GIVEN else "plain"], TOLERANCE)


def test_machines_with_different_initial_weights_are_refused(
    folder: Path, two_machines: list[Machine]
) -> None:
    message = "here and a different one on other machines, expected the same parameters"
    for machine in two_machines:
        assert machine.code == 1
        assert message in machine.errors
    assert list((folder / "together").glob("*/epoch-*"))
    assert not list((folder / "refused").glob("*/epoch-*"))
