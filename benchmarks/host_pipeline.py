"""Measure how many images per second the input pipeline delivers while nothing is trained.

    PYTHONPATH=src python -m benchmarks.host_pipeline

The benchmark reads batches from a memory-mapped array of images and discards them. One variant
reads bytes, as in ``train_vae``; the other reads float32 pixels that are computed on the host. The
variants take turns, in a different order in each round. The table has medians with quartiles, and
ratios within each round.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from benchmarks import measuring, ours, workload
from latentmaps.vae.training import batches

NUM_EPOCHS = 8
Way = Callable[[tf.data.Dataset], tf.data.Dataset]
WAYS: dict[str, Way] = {
    "bytes, cast on the device (ours)": lambda data: data,
    "float32 pixels, cast on the host": lambda data: data.map(lambda *b: batches.as_pixels(b)),
}


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="runs of each variant")
    workload.Load.add_flags(parser)
    arguments = parser.parse_args()
    load = workload.Load.from_arguments(arguments)
    with tempfile.TemporaryDirectory() as folder:
        faces = ours.task(workload.write_images(Path(folder), load.num_images), load).train

        def speed(name: str) -> float:
            return measure_speed(WAYS[name], faces, load.batch_size)

        speeds = measuring.take_turns(WAYS, speed, rounds=arguments.rounds)
    print(f"{load}; {measuring.describe(arguments.rounds)}\n")
    our_speeds = speeds[next(iter(WAYS))]
    measuring.print_table(
        ("variant", "images/s", "speedup of ours"),
        (
            [name, measuring.summary(found, ",.0f"), measuring.ratio(our_speeds, found)]
            for name, found in speeds.items()
        ),
    )


def measure_speed(way: Way, faces: batches.FacePart, batch_size: int) -> float:
    """Return the images per second over several epochs, after one epoch to warm up."""
    for _ in way(batches.training_batches(faces, batch_size=batch_size, epochs=1)):
        pass
    data = way(batches.training_batches(faces, batch_size=batch_size, epochs=NUM_EPOCHS))
    started = time.perf_counter()
    num_batches = sum(1 for _ in data)
    return num_batches * batch_size / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
