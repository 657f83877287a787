"""TensorFlow can be configured once per process, so each test starts its own process."""

import logging
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tests import warm_python

from latentmaps import machine
from latentmaps.params.machine import Machine


def configure(root: Path, folder: Path, **changes: object) -> subprocess.CompletedProcess[str]:
    values = {
        "device": "auto",
        "gpu_memory_limit_mib": None,
        "cpu_threads": None,
        "jit_compile": "auto",
        "cache_images": False,
    } | changes
    program = (
        "import logging; logging.basicConfig(level=20, format='%(message)s')\n"
        "from latentmaps import machine\n"
        "from latentmaps.params.machine import Machine\n"
        f"print(machine.configure(Machine(**{values!r})))\n"
        "import tensorflow as tf\n"
        "print(tf.config.threading.get_inter_op_parallelism_threads(),"
        " tf.config.threading.get_intra_op_parallelism_threads())\n"
    )
    script = folder / "configure.py"
    script.write_text(program, encoding="utf-8")
    return subprocess.run(
        [str(warm_python.interpreter()), str(script)],
        env=os.environ | {"PYTHONPATH": str(root / "src"), "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_one_inter_op_thread_and_the_requested_intra_op_threads(root: Path, tmp_path: Path) -> None:
    result = configure(root, tmp_path, cpu_threads=1)
    setup, threads = result.stdout.splitlines()
    assert "device='CPU', jit_compile=False" in setup
    assert threads == "1 1"
    assert f"Computing on the CPU, {machine.cpu_name()}: 1 threads, XLA off" in result.stderr


@pytest.mark.slow
def test_xla_can_be_forced(root: Path, tmp_path: Path) -> None:
    assert "jit_compile=True" in configure(root, tmp_path, jit_compile=True).stdout


@pytest.mark.slow
def test_a_missing_gpu_is_an_error_not_a_cpu_run(root: Path, tmp_path: Path) -> None:
    result = configure(root, tmp_path, device="gpu")
    assert result.returncode == 1
    assert "ParamsError: machine.device: found gpu, but TensorFlow sees no GPU" in result.stderr


@pytest.mark.parametrize(
    ("names", "limit", "expected"),
    [
        (["Card"], None, "one GPU, Card: memory as needed, XLA on"),
        (["Card", "Card"], 99, "2 GPUs, Card: at most 99 MiB each, XLA off"),
        (["Card", "Board", None], None, "3 GPUs, Card, Board, unnamed: memory as"),
    ],
)
def test_the_log_names_the_gpus(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    names: list[str | None],
    limit: int | None,
    expected: str,
) -> None:
    gpus = [tf.config.PhysicalDevice(f"GPU:{index}", "GPU") for index in range(len(names))]
    details = [{"device_name": name} if name else {} for name in names]
    # fakes: these devices do not exist, and this process must not be configured
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: gpus)
    for name in ("set_visible_devices", "set_logical_device_configuration"):
        monkeypatch.setattr(tf.config, name, lambda *_: None)
    for name in ("intra", "inter"):
        setter = f"set_{name}_op_parallelism_threads"
        monkeypatch.setattr(tf.config.threading, setter, lambda _: None)
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda *_: None)
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", lambda gpu: details[gpus.index(gpu)]
    )
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: "several GPUs")
    where = Machine(
        device="auto",
        gpu_memory_limit_mib=limit,
        cpu_threads=None,
        jit_compile="auto",
        cache_images=False,
    )
    with caplog.at_level(logging.INFO):
        machine.configure(where, spread=True)
    assert f"Computing on {expected}" in caplog.text


def test_the_cpu_has_the_name_of_its_first_core(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name\t: Fast 9\nmodel name\t: Fast 9\n")
    assert machine.cpu_name(cpuinfo) == "Fast 9"


def test_without_a_model_name_the_architecture_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert machine.cpu_name(tmp_path / "none") == "aarch64"
    (tmp_path / "cpuinfo").write_text("BogoMIPS : 50.00\n")
    assert machine.cpu_name(tmp_path / "cpuinfo") == "aarch64"


@pytest.mark.parametrize(
    ("device", "strategy", "expected"),
    [("CPU", None, None), ("GPU", None, "GPU:0"), ("GPU", "several GPUs", None)],
)
def test_batches_are_prefetched_to_a_single_gpu(
    device: str, strategy: Any, expected: str | None
) -> None:
    assert machine.Setup(device, jit_compile=True, strategy=strategy).prefetch_to == expected
