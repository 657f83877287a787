"""TensorFlow takes its settings once in a process, so each test has a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from latentmaps import machine


def configure(root: Path, **changes: object) -> subprocess.CompletedProcess[str]:
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
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(root / "src"), "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_inter_op_thread_and_the_wanted_number_of_others(root: Path) -> None:
    result = configure(root, cpu_threads=1)
    setup, threads = result.stdout.splitlines()
    assert "device='CPU', jit_compile=False" in setup
    assert threads == "1 1"
    assert "Computing on the CPU: 1 threads, XLA off" in result.stderr


def test_xla_can_be_forced(root: Path) -> None:
    assert "jit_compile=True" in configure(root, jit_compile=True).stdout


def test_a_missing_gpu_is_an_error_not_a_cpu_run(root: Path) -> None:
    result = configure(root, device="gpu")
    assert result.returncode == 1
    assert "ParamsError: machine.device: found gpu, but TensorFlow sees no GPU" in result.stderr


@pytest.mark.parametrize(
    ("device", "strategy", "expected"),
    [("CPU", None, None), ("GPU", None, "GPU:0"), ("GPU", "several GPUs", None)],
)
def test_batches_are_sent_ahead_to_a_gpu_that_is_alone(
    device: str, strategy: Any, expected: str | None
) -> None:
    assert machine.Setup(device, jit_compile=True, strategy=strategy).prefetch_to == expected
