"""The images and steps that trainings are timed on."""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

BATCH_SIZE = 128
IMAGE_SIZE = 96
NUM_WARM_UP = 4
NUM_CORES = len(os.sched_getaffinity(0))

Step = Callable[[], None]


class Span(NamedTuple):
    """How long something took, or a point in time.

    Attributes:
        seconds: on the clock.
        busy_seconds: of processors, summed over the threads of this process; what others do on the
            machine hardly changes it.
    """

    seconds: float
    busy_seconds: float

    @classmethod
    def now(cls) -> Self:
        """Return this moment."""
        return cls(time.perf_counter(), time.process_time())

    def elapsed(self) -> "Span":
        """Return the time since this moment."""
        now = Span.now()
        return Span(now.seconds - self.seconds, now.busy_seconds - self.busy_seconds)


@dataclass(frozen=True)
class Load:
    """What is timed.

    Attributes:
        batch_size: images a step.
        num_steps: timed steps, behind ``NUM_WARM_UP`` that compile.
    """

    batch_size: int
    num_steps: int

    @staticmethod
    def add_flags(parser: argparse.ArgumentParser) -> None:
        """Add a flag for each attribute."""
        parser.add_argument("--batch-size", type=int, default=BATCH_SIZE, help="images a step")
        parser.add_argument("--num-steps", type=int, default=12, help="timed steps of a training")

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Self:
        """Return what the flags say."""
        return cls(arguments.batch_size, arguments.num_steps)

    def flags(self) -> list[str]:
        """Return the flags again, for a process that trains."""
        return [f"--batch-size={self.batch_size}", f"--num-steps={self.num_steps}"]

    @property
    def num_images(self) -> int:
        """Images of all steps."""
        return (NUM_WARM_UP + self.num_steps) * self.batch_size

    def __str__(self) -> str:
        return f"batches of {self.batch_size}, {NUM_CORES} cores"


def write_images(folder: Path, num_images: int) -> Path:
    """Write noise: what a picture shows does not change the time of a step."""
    path = folder / f"{num_images}.npy"
    shape = (num_images, IMAGE_SIZE, IMAGE_SIZE, 3)
    images = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    generator = np.random.default_rng(1)
    for first in range(0, num_images, 1000):
        part = images[first : first + 1000]
        part[:] = generator.integers(0, 256, part.shape, dtype=np.uint8)
    images.flush()
    return path


def time_steps(step: Step, num_steps: int) -> Span:
    """Return the time of some steps, after a warm-up; a step returns when it is done."""
    for _ in range(NUM_WARM_UP):
        step()
    started = Span.now()
    for _ in range(num_steps):
        step()
    return started.elapsed()
