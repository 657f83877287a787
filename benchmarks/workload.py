"""The images and steps on which training is timed."""

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
    """A duration, or a point in time.

    Attributes:
        seconds: wall time.
        busy_seconds: CPU time, summed over the threads of this process; other work on the machine
            hardly affects it.
    """

    seconds: float
    busy_seconds: float

    @classmethod
    def now(cls) -> Self:
        """Return the current time."""
        return cls(time.perf_counter(), time.process_time())

    def elapsed(self) -> "Span":
        """Return the duration since this point in time."""
        now = Span.now()
        return Span(now.seconds - self.seconds, now.busy_seconds - self.busy_seconds)


@dataclass(frozen=True)
class Load:
    """The amount of work that is timed.

    Attributes:
        batch_size: images per step.
        num_steps: timed steps, after ``NUM_WARM_UP`` steps that compile.
    """

    batch_size: int
    num_steps: int

    @staticmethod
    def add_flags(parser: argparse.ArgumentParser) -> None:
        """Add a flag for each attribute."""
        parser.add_argument("--batch-size", type=int, default=BATCH_SIZE, help="images per step")
        parser.add_argument("--num-steps", type=int, default=12, help="number of timed steps")

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> Self:
        """Create a load from parsed flags."""
        return cls(arguments.batch_size, arguments.num_steps)

    def flags(self) -> list[str]:
        """Return flags from which another process can recreate this load."""
        return [f"--batch-size={self.batch_size}", f"--num-steps={self.num_steps}"]

    @property
    def num_images(self) -> int:
        """Number of images for all steps, including the warm-up."""
        return (NUM_WARM_UP + self.num_steps) * self.batch_size

    def __str__(self) -> str:
        return f"batches of {self.batch_size}, {NUM_CORES} cores"


def write_images(folder: Path, num_images: int) -> Path:
    """Write images of noise; the content of an image does not affect the time of a step."""
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
    """Time some steps after a warm-up; a step must return only when it is complete."""
    for _ in range(NUM_WARM_UP):
        step()
    started = Span.now()
    for _ in range(num_steps):
        step()
    return started.elapsed()
