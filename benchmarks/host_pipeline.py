"""How many images a second the host hands to the device, while nothing is trained.

    PYTHONPATH=src python -m benchmarks.host_pipeline

Takes batches of 128 from a memory-mapped array of 2,048 images and throws them away: as bytes, as
``train_vae`` sends them, and as float32 pixels made on the host. The ways take turns, in another
order each round; medians with quartiles, and ratios round by round.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks import ours, workload
from latentmaps.vae.training import batches

NUM_EPOCHS = 8


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--num-images", type=int, default=workload.NUM_IMAGES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        images = workload.write_images(Path(folder), arguments.num_images)
        print_table(ours.task(images).train, arguments.rounds)


def print_table(faces: batches.Faces, rounds: int) -> None:
    """Run every way in turn and print images a second."""
    ways: dict[str, Callable[[tf.data.Dataset], tf.data.Dataset]] = {
        "bytes, cast on the device (ours)": lambda data: data,
        "float32 pixels, cast on the host": lambda data: data.map(lambda *b: batches.as_pixels(b)),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        names = list(ways)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            speeds[name].append(images_a_second(ways[name], faces))
    print("| way | images/s, median [quartiles] | ours against it |\n| --- | --- | --- |")
    ours_a_second = speeds[next(iter(ways))]
    for name, found in speeds.items():
        ratios = np.divide(ours_a_second, found)
        print(f"| {name} | {summary(found, ',.0f')} | {summary(ratios.tolist(), '.2f')} |")


def images_a_second(
    way: Callable[[tf.data.Dataset], tf.data.Dataset], faces: batches.Faces
) -> float:
    """Take all batches of some epochs, after those of one."""
    size = workload.BATCH_SIZE
    for _ in way(batches.training_batches(faces, batch_size=size, epochs=1)):
        pass
    data = way(batches.training_batches(faces, batch_size=size, epochs=NUM_EPOCHS))
    started = time.perf_counter()
    num_batches = sum(1 for _ in data)
    return num_batches * size / (time.perf_counter() - started)


def summary(values: Sequence[float], form: str) -> str:
    """Return the median and, in brackets, the quartiles."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:{form}} [{low:{form}}, {high:{form}}]"


if __name__ == "__main__":
    main()
