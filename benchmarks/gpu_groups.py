"""The rows of ``gpu_check`` in groups: what is measured, and which values are acceptable."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import gpu_processes, measuring
from benchmarks.gpu_processes import Check, FailedError

LIMIT_MIB = 2048
# largest relative difference of float32 losses that rounding can explain
TOLERANCE = 1e-3
PRECISIONS = ("float32", "bfloat16", "float16")

Rows = Iterator[tuple[str, str | FailedError]]


def run_tests(check: Check) -> Rows:
    """Run the tests that need a GPU; with --on-cpu, they use a second logical CPU instead."""
    device = "CPU:1" if check.device == "cpu" else "GPU:0"
    command = ["-m", "pytest", "-q", "-m", "gpu", "-p", "no:cacheprovider", "tests/test_gpu.py"]
    output = gpu_processes.run_python(
        command, LATENTMAPS_TESTED_DEVICE=device, TF_FORCE_GPU_ALLOW_GROWTH="true"
    )
    found = output.splitlines()[-1].strip("= ")
    yield "tests that need a GPU", FailedError(found) if "skipped" in found else found


def compare_speeds(check: Check) -> Rows:
    """Yield images per second in every compute dtype, with and without XLA and prefetching."""
    ways = [*itertools.product((True, False), PRECISIONS, [True]), (True, "bfloat16", False)]
    answer = check.ask("speed", num_steps=check.num_steps, ways=ways)
    yield from list_speeds(f"images/s, {check.device.upper()}", answer)


def measure_cpu(check: Check) -> Rows:
    """Yield images per second on the CPU, in float32 and with ``precision: auto``."""
    ways = [(False, precision, True) for precision in ("float32", "auto")]
    answer = check.ask("speed", device="cpu", num_steps=check.num_cpu_steps, ways=ways)
    yield from list_speeds("images/s of the CPU, for comparison", answer)


def list_speeds(title: str, answer: dict[str, Any]) -> Rows:
    """Yield a row for each way of training: its speed, or the error that stopped it."""
    for way, speeds in answer["speeds"].items():
        yield f"{title}, {way}", measuring.summary(speeds, ",.0f")
    for way, error in answer["errors"].items():
        yield f"{title}, {way}", FailedError(error)


def compare_losses(check: Check) -> Rows:
    """Yield the difference between the losses of the first steps and those on the CPU."""
    exact = check.ask("first_steps", jit_compile=False, tensor_float_32=False)
    text = within_tolerance(exact["losses"], check.cpu_losses)
    yield f"{check.losses_name}: no XLA, no TF32", text


def repeat_training(check: Check) -> Rows:
    """Yield how much the losses differ from those on the CPU, and between two runs with one seed.

    Training uses the settings of a stage.
    """
    first, again = (check.ask("first_steps", jit_compile=True) for _ in range(2))
    text = f"{difference(first['losses'], check.cpu_losses):.1e}"
    yield f"{check.losses_name}: XLA, TF32", text
    equal = "equal bytes" if first["weights"] == again["weights"] else "different bytes"
    far = difference(first["losses"], again["losses"])
    yield "a second run with the same seed", f"{equal}, losses within {far:.1e}"


def limit_memory(check: Check) -> Rows:
    """Yield the largest memory of tensors under ``machine.gpu_memory_limit_mib``."""
    answer = check.ask("first_steps", jit_compile=True, limit_mib=LIMIT_MIB)
    name = f"memory with gpu_memory_limit_mib {LIMIT_MIB}"
    if answer["peak_mib"] is None:
        yield name, "not counted on a CPU"
    elif answer["peak_mib"] > LIMIT_MIB:
        yield name, FailedError(f"{answer['peak_mib']:,.0f} MiB, expected at most {LIMIT_MIB}")
    else:
        yield name, f"{answer['peak_mib']:,.0f} MiB"


def train_in_float16(check: Check) -> Rows:
    """Yield the losses and the loss scale in float16; a loss that is NaN ends the training."""
    name = "float16 with its loss scale"
    answer = check.ask("first_steps", jit_compile=True, precision="float16", num_steps=40)
    losses = answer["losses"]
    steps = f"{answer['num_good_steps']} of {len(losses)} steps without overflow"
    scale = f"scale 32,768 to {answer['scale']:,.0f}"
    yield name, f"loss {losses[0]:,.1f} to {losses[-1]:,.1f}, {scale}, {steps}"


def train_on_several(check: Check) -> Rows:
    """Yield the difference between the losses on several devices and on one."""
    answer = check.ask("several", limit_mib=LIMIT_MIB)
    kind = check.device.upper()
    devices = f"{kind}s" if answer["num_physical"] > 1 else f"logical {kind}s of one"
    spread = f"MirroredStrategy over {answer['num_devices']} {devices}"
    name = f"losses of {spread}, against one device"
    yield name, within_tolerance(answer["several"], answer["one"])


GROUPS: dict[str, Callable[[Check], Rows]] = {
    "tests that need a GPU": run_tests,
    "images/s": compare_speeds,
    "images/s of the CPU, for comparison": measure_cpu,
    "losses against the CPU": compare_losses,
    "losses with XLA, twice": repeat_training,
    "memory with a limit": limit_memory,
    "float16 with its loss scale": train_in_float16,
    "several devices": train_on_several,
}


def difference(mine: list[float], reference: list[float]) -> float:
    """Return the largest relative difference of losses."""
    return float(np.max(np.abs(np.divide(mine, reference) - 1.0)))


def within_tolerance(mine: list[float], reference: list[float]) -> str | FailedError:
    """Format the largest relative difference of losses; return an error if it is too large."""
    found = difference(mine, reference)
    if found <= TOLERANCE:
        return f"{found:.1e}"
    return FailedError(f"losses differ by {found:.1e}, expected at most {TOLERANCE}")
