"""Measure the rows of ``gpu_check``, each in its own process."""

import dataclasses
import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measuring, workload

TIMEOUT_S = 900


class FailedError(Exception):
    """A row cannot be measured or has an unacceptable value; the message says why."""


@dataclass(frozen=True)
class Check:
    """The device under test, and the amount of work.

    Attributes:
        device: gpu, or cpu to test this program.
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
            **settings: settings of the row; see ``gpu_rows.Load``.

        Raises:
            FailedError: the row ended in an error or did not end in time.
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
