"""Check a GPU, and print a table that can be pasted into an issue.

    make gpu-check
    PYTHONPATH=src python -m benchmarks.gpu_check

Runs the tests that need a GPU, then trains the network of params.yaml for a few steps: how fast,
with which losses beside those of a CPU, in how much memory, in float16, over several GPUs, and
twice with one seed. docs/gpu.md says what each row means. Each group of rows has a process of
its own, and a row that fails says why; then the exit code is 1.

--on-cpu runs the same rows in some minutes without a GPU, with a tiny network: it tries this
program, not a GPU.
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
# of losses in float32 that differ by rounding alone
TOLERANCE = 1e-3
PRECISIONS = ("float32", "bfloat16", "float16")
TINY = {"filters": (4, 4, 4, 4), "latent_dim": 4}
NO_GPU = (
    "gpu-check: TensorFlow sees no GPU, expected at least one; install the GPU build with "
    "`make setup GPU=1`, and see that `nvidia-smi` lists the GPU and CUDA_VISIBLE_DEVICES does not "
    "hide it (--on-cpu tries this program without one)"
)


class FailedError(Exception):
    """A row cannot be filled in, or has a number that must not be; the message says why."""


Rows = Iterator[tuple[str, str | FailedError]]


@dataclass(frozen=True)
class Check:
    """The machine under test, and how long it works.

    Attributes:
        device: gpu, or cpu to try the program.
        images: file of the images to train on.
        batch_size: images a step.
        num_steps: of each round of a speed, on the device.
        num_first_steps: of every other training.
        num_rounds: of the speeds.
        num_cpu_steps: of each round of the speed of the CPU beside it.
        network: values of ``train_vae`` that make the network smaller.
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
        """Return the answer of a row of ``gpu_rows``, from a process of its own.

        Raises:
            FailedError: the row ended in an error, or not at all.
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
        output = _run(["-m", "benchmarks.gpu_rows", row, json.dumps(load)])
        answer: dict[str, Any] = json.loads(output.splitlines()[-1])
        if "error" in answer:
            raise FailedError(answer["error"])
        return answer

    @property
    def losses_name(self) -> str:
        """The beginning of the names of two rows."""
        return f"losses of {self.num_first_steps} steps in float32, against the CPU"

    @functools.cached_property
    def cpu_losses(self) -> list[float]:
        """The losses of the first steps in float32 on the CPU."""
        answer = self.ask("first_steps", device="cpu", jit_compile=False)
        losses: list[float] = answer["losses"]
        return losses


def main() -> None:
    """Print the table; exit with 1 if a row failed, or if there is no GPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--on-cpu", action="store_true", help="run the rows without a GPU, tiny")
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
                num_rounds=2,
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
    """Print what the machine is, then each row once it is known; return whether one failed."""
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
    for folder in (measuring.ROOT, tempfile.gettempdir(), Path.home()):  # people show the table
        cell = cell.replace(f"{folder}{os.sep}", "")
    print(f"| {name} | {cell.replace('|', '/')} |", flush=True)
    return has_failed


def run_tests(check: Check) -> Rows:
    """Run the tests that need a GPU; on a CPU, on a second logical device of it."""
    device = "CPU:1" if check.device == "cpu" else "GPU:0"
    command = ["-m", "pytest", "-q", "-m", "gpu", "-p", "no:cacheprovider", "tests/test_gpu.py"]
    output = _run(command, LATENTMAPS_TESTED_DEVICE=device, TF_FORCE_GPU_ALLOW_GROWTH="true")
    found = output.splitlines()[-1].strip("= ")
    yield "tests that need a GPU", FailedError(found) if "skipped" in found else found


def compare_speeds(check: Check) -> Rows:
    """Yield images a second in every number format, with XLA and without, sent ahead and not."""
    ways = [*itertools.product((True, False), PRECISIONS, [True]), (True, "bfloat16", False)]
    answer = check.ask("speed", num_steps=check.num_steps, ways=ways)
    yield from _speeds(f"images/s, {check.device.upper()}", answer)


def measure_cpu_beside(check: Check) -> Rows:
    """Yield images a second of the CPU, in float32 and in what ``precision: auto`` takes there."""
    ways = [(False, precision, True) for precision in ("float32", "auto")]
    answer = check.ask("speed", device="cpu", num_steps=check.num_cpu_steps, ways=ways)
    yield from _speeds("images/s, the CPU beside it", answer)


def _speeds(title: str, answer: dict[str, Any]) -> Rows:
    for way, speeds in answer["speeds"].items():
        yield f"{title}, {way}", measuring.summary(speeds, ",.0f")
    for way, error in answer["errors"].items():
        yield f"{title}, {way}", FailedError(error)


def compare_losses(check: Check) -> Rows:
    """Yield how far the losses of the first steps are from those of a CPU."""
    exact = check.ask("first_steps", jit_compile=False, tensor_float_32=False)
    text = within_tolerance(exact["losses"], check.cpu_losses)
    yield f"{check.losses_name}: no XLA, no TF32", text


def repeat_training(check: Check) -> Rows:
    """Yield the same as a stage trains, and how far a second run with its seed is from it."""
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
    """Yield losses and loss scale of float16; a loss that is no number ends a training."""
    name = "float16 with its loss scale"
    answer = check.ask("first_steps", jit_compile=True, precision="float16", num_steps=40)
    losses = answer["losses"]
    steps = f"{answer['num_good_steps']} of {len(losses)} steps without overflow"
    scale = f"scale 32,768 to {answer['scale']:,.0f}"
    yield name, f"loss {losses[0]:,.1f} to {losses[-1]:,.1f}, {scale}, {steps}"


def train_on_several(check: Check) -> Rows:
    """Yield how far the losses of several devices are from those of one."""
    answer = check.ask("several", limit_mib=LIMIT_MIB)
    kind = check.device.upper()
    devices = f"{kind}s" if answer["num_physical"] > 1 else f"logical {kind}s of one"
    spread = f"MirroredStrategy over {answer['num_devices']} {devices}"
    name = f"losses of {spread}, against one device"
    yield name, within_tolerance(answer["several"], answer["one"])


GROUPS: dict[str, Callable[[Check], Rows]] = {
    "tests that need a GPU": run_tests,
    "images/s": compare_speeds,
    "images/s, the CPU beside it": measure_cpu_beside,
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
    """Return the largest relative difference of losses in words, or that it is not rounding."""
    found = difference(mine, reference)
    if found <= TOLERANCE:
        return f"{found:.1e}"
    return FailedError(f"losses differ by {found:.1e}, expected at most {TOLERANCE}")


def _run(arguments: list[str], **environment: str) -> str:
    """Run Python and return its standard output.

    Raises:
        FailedError: it ended with an exit code, or not in time.
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
