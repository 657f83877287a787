"""Check training on a GPU, and print a table to paste into an issue.

    make gpu-check
    PYTHONPATH=src python -m benchmarks.gpu_check

The check runs the tests that need a GPU. It then trains the network of params.yaml for a few steps
and measures its speed, its memory, and its losses compared with those of a CPU. Further rows cover
float16, training on several GPUs, and two runs with the same seed. docs/gpu.md explains the rows.
Each group of rows runs in its own process. A row that fails says why, and the exit code is then 1.

With --on-cpu, the same rows run without a GPU in a few minutes, with a tiny network. That tests
this program, not a GPU.
"""

import argparse
import dataclasses
import functools
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import measuring, workload

TIMEOUT_S = 900
LIMIT_MIB = 2048
# relative difference of float32 losses up to which rounding explains it
TOLERANCE = 1e-3
PRECISIONS = ("float32", "bfloat16", "float16")
TINY = {
    "filters": (4, 4),
    "kernel_sizes": (5, 5),
    "strides": (4, 4),
    "paddings": ("same", "same"),
    "latent_dim": 4,
}
NO_GPU = (
    "gpu-check: TensorFlow sees no GPU, expected at least one; install the GPU build with "
    "`make setup GPU=1`, and make sure that `nvidia-smi` lists the GPU and CUDA_VISIBLE_DEVICES "
    "does not hide it (--on-cpu tests this program without a GPU)"
)


class FailedError(Exception):
    """A row cannot be measured or has an unacceptable value; the message says why."""


Rows = Iterator[tuple[str, str | FailedError]]


@dataclass(frozen=True)
class Check:
    """The device under test, and the amount of work.

    Attributes:
        device: gpu, or cpu to test the program.
        images: file with the images to train on.
        batch_size: images per step.
        num_steps: steps per round when the speed of the device is measured.
        num_first_steps: steps of every other training run.
        num_rounds: rounds when a speed is measured.
        num_cpu_steps: steps per round when the speed of the CPU is measured for comparison.
        network: values of the section ``train_vae`` that make the network smaller.
    """

    device: str
    images: Path
    batch_size: int = workload.BATCH_SIZE
    num_steps: int = 50
    num_first_steps: int = 20
    num_rounds: int = 5
    num_cpu_steps: int = 4
    network: dict[str, Any] = dataclasses.field(default_factory=dict)

    def ask(
        self, row: str, *, device: str = "", num_steps: int | None = None, **settings: Any
    ) -> dict[str, Any]:
        """Measure a row of ``gpu_rows`` in its own process, and return its answer.

        Args:
            row: name of the row.
            device: gpu or cpu; by default the device under test.
            num_steps: number of steps; by default ``num_first_steps``.
            **settings: settings of the row, see ``gpu_rows.Load``.

        Raises:
            FailedError: the row ended in an error, or not in time.
        """
        load = {
            "device": device or self.device,
            "images": str(self.images),
            "batch_size": self.batch_size,
            "num_steps": num_steps or self.num_first_steps,
            "num_rounds": self.num_rounds,
            "network": self.network,
            "settings": settings,
        }
        output = run_python(["-m", "benchmarks.gpu_rows", row, json.dumps(load)])
        answer: dict[str, Any] = json.loads(output.splitlines()[-1])
        if "error" in answer:
            raise FailedError(answer["error"])
        return answer

    @property
    def losses_name(self) -> str:
        """The prefix that the names of two rows share."""
        return f"losses of {self.num_first_steps} steps in float32, against the CPU"

    @functools.cached_property
    def cpu_losses(self) -> list[float]:
        """Losses of the first steps in float32 on the CPU."""
        answer = self.ask("first_steps", device="cpu", jit_compile=False)
        losses: list[float] = answer["losses"]
        return losses


def main() -> None:
    """Print the table; exit with code 1 if a row failed or there is no GPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--on-cpu", action="store_true", help="run without a GPU, on a tiny network"
    )
    on_cpu = parser.parse_args().on_cpu
    with tempfile.TemporaryDirectory() as folder:
        images = workload.write_images(Path(folder), 64 if on_cpu else 2_048)
        check = Check("gpu", images)
        if on_cpu:
            check = Check(
                "cpu",
                images,
                batch_size=4,
                num_steps=2,
                num_first_steps=3,
                num_rounds=1,
                num_cpu_steps=2,
                network=TINY,
            )
        try:
            found = check.ask("machine")
        except FailedError as error:
            sys.exit(f"gpu-check: {error}")
        if not found["num_gpus"] and not on_cpu:
            sys.exit(NO_GPU)
        has_failed = print_table(check, found["rows"])
    sys.exit(1 if has_failed else 0)


def print_table(check: Check, machine: list[tuple[str, str]]) -> bool:
    """Print the description of the machine, then each row when it is ready.

    Returns:
        Whether a row failed.
    """
    print("| what | found |\n| --- | --- |")
    for row in machine:
        print_row(*row)
    has_failed = False
    for title, rows in GROUPS.items():
        print(f"gpu-check: {title} ...", file=sys.stderr, flush=True)
        try:
            for name, text in rows(check):
                has_failed |= print_row(name, text)
        except FailedError as error:
            has_failed |= print_row(title, error)
    return has_failed


def print_row(name: str, text: str | FailedError) -> bool:
    """Print a row, and return whether it failed."""
    has_failed = isinstance(text, FailedError)
    cell = f"**failed**: {text}" if has_failed else str(text)
    for folder in (measuring.ROOT, tempfile.gettempdir(), Path.home()):  # the table gets published
        cell = cell.replace(f"{folder}{os.sep}", "")
    print(f"| {name} | {cell.replace('|', '/')} |", flush=True)
    return has_failed


def run_tests(check: Check) -> Rows:
    """Run the tests that need a GPU, with --on-cpu on a second logical CPU."""
    device = "CPU:1" if check.device == "cpu" else "GPU:0"
    command = ["-m", "pytest", "-q", "-m", "gpu", "-p", "no:cacheprovider", "tests/test_gpu.py"]
    output = run_python(command, LATENTMAPS_TESTED_DEVICE=device, TF_FORCE_GPU_ALLOW_GROWTH="true")
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
    """Yield the difference between the losses of the first steps and those of a CPU."""
    exact = check.ask("first_steps", jit_compile=False, tensor_float_32=False)
    text = within_tolerance(exact["losses"], check.cpu_losses)
    yield f"{check.losses_name}: no XLA, no TF32", text


def repeat_training(check: Check) -> Rows:
    """Yield this difference with the settings of a stage, and that between two equal runs."""
    first, again = (check.ask("first_steps", jit_compile=True) for _ in range(2))
    text = f"{difference(first['losses'], check.cpu_losses):.1e}"
    yield f"{check.losses_name}: XLA, TF32", text
    equal = "equal bytes" if first["weights"] == again["weights"] else "other bytes"
    far = difference(first["losses"], again["losses"])
    yield "the same once more, with the same seed", f"{equal}, losses within {far:.1e}"


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
    """Yield losses and loss scale of float16; a loss that is NaN ends the training."""
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
    """Format the largest relative difference of losses; return an error if it exceeds rounding."""
    found = difference(mine, reference)
    if found <= TOLERANCE:
        return f"{found:.1e}"
    return FailedError(f"losses differ by {found:.1e}, expected at most {TOLERANCE}")


def run_python(arguments: list[str], **environment: str) -> str:
    """Run Python and return its standard output.

    Raises:
        FailedError: the process ended with a nonzero exit code, or not in time.
    """
    try:
        result = subprocess.run(
            [sys.executable, *arguments],
            cwd=measuring.ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"no answer within {TIMEOUT_S} s") from error
    if result.returncode:
        print(result.stdout, file=sys.stderr)
        last_line = (result.stdout.strip().splitlines() or ["no output"])[-1]
        raise FailedError(f"exit code {result.returncode}, {last_line}")
    return result.stdout


if __name__ == "__main__":
    main()
