"""Images, steps and clock of every training in ``train_vae`` and ``kl_methods``."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

BATCH_SIZE = 128
IMAGE_SIZE = 96
NUM_WARM_UP, NUM_STEPS = 4, 12
NUM_IMAGES = 2048
NUM_CORES = len(os.sched_getaffinity(0))

Step = Callable[[], None]


def write_images(folder: Path, num_images: int) -> Path:
    """Writes noise: what a picture shows does not change the time of a step."""
    path = folder / f"{num_images}.npy"
    shape = (num_images, IMAGE_SIZE, IMAGE_SIZE, 3)
    images = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    generator = np.random.default_rng(1)
    for first in range(0, num_images, 1000):
        part = images[first : first + 1000]
        part[:] = generator.integers(0, 256, part.shape, dtype=np.uint8)
    images.flush()
    return path


def time_steps(step: Step, wait: Step = lambda: None) -> float:
    """Return the images a second of a step, after its warm-up; `wait` returns when all is done."""
    for _ in range(NUM_WARM_UP):
        step()
    wait()
    started = time.perf_counter()
    for _ in range(NUM_STEPS):
        step()
    wait()
    return NUM_STEPS * BATCH_SIZE / (time.perf_counter() - started)
