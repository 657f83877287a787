"""How many images a second the host hands to the device, while nothing is trained.

    PYTHONPATH=src python -m benchmarks.host_pipeline

Takes batches from a memory-mapped array of images and throws them away: as bytes, as ``train_vae``
sends them, and as float32 pixels made on the host. The ways take turns, in another order each
round; medians with quartiles, and ratios round by round.
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
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="turns of each way")
    workload.Load.add_flags(parser)
    arguments = parser.parse_args()
    load = workload.Load.of(arguments)
    with tempfile.TemporaryDirectory() as folder:
        faces = ours.task(workload.write_images(Path(folder), load.num_images), load).train

        def speed(name: str) -> float:
            return images_a_second(WAYS[name], faces, load.batch_size)

        speeds = measuring.take_turns(WAYS, speed, rounds=arguments.rounds)
    print(f"{load}; {measuring.describe(arguments.rounds)}\n")
    ours_a_second = speeds[next(iter(WAYS))]
    measuring.print_table(
        ("way", "images/s", "ours against it"),
        (
            [name, measuring.summary(found, ",.0f"), measuring.ratio(ours_a_second, found)]
            for name, found in speeds.items()
        ),
    )


def images_a_second(way: Way, faces: batches.FacePart, batch_size: int) -> float:
    """Take all batches of some epochs, after those of one."""
    for _ in way(batches.training_batches(faces, batch_size=batch_size, epochs=1)):
        pass
    data = way(batches.training_batches(faces, batch_size=batch_size, epochs=NUM_EPOCHS))
    started = time.perf_counter()
    num_batches = sum(1 for _ in data)
    return num_batches * batch_size / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
