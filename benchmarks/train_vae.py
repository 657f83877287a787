"""How fast the VAE is trained, and in how much memory, beside what a user would write instead.

    make benchmarks
    pip install torch==2.13.0    # for the row of PyTorch, which is left out without it
    PYTHONPATH=src python -m benchmarks.train_vae

The network of params.yaml, batches of 128 images of 96x96x3, all cores. Each way has a process of
its own and the machine to itself; they run in turn, so that a busy hour slows all of them. A way
prints the images it trained on in a second, its first steps left out: they compile.

A second table trains ours on 10,000 and on 200,000 images: memory must not grow with their number.
"""

import argparse
import importlib.util
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import measuring, workload


def main() -> None:
    """Measures and prints two tables in Markdown; or trains one way, for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--images", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        print(WAYS[arguments.way](arguments.images))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = workload.write_images(Path(folder), workload.NUM_IMAGES)
        print_speeds(path, arguments.rounds)
        path.unlink()
        print_memory(Path(folder))


def print_speeds(path: Path, rounds: int) -> None:
    """Runs every way in turn and prints medians, and ratios round by round."""
    ways = [way for way in WAYS if way != "pytorch" or importlib.util.find_spec("torch")]
    runs: dict[str, list[measuring.Run]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            arguments = ["--way", way, "--images", str(path)]
            runs[way].append(measuring.run("benchmarks.train_vae", arguments))
    load = f"batches of {workload.BATCH_SIZE}, {workload.NUM_CORES} cores"
    print(f"{load}, medians of {rounds} rounds\n")
    print("| way | images/s | ours (auto) against it | peak memory [MB] |")
    print("| --- | --- | --- | --- |")
    speeds = {way: [float(run.output) for run in runs[way]] for way in ways}
    for way in ways:
        pairs = zip(speeds["ours"], speeds[way], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        peak = statistics.median(run.peak_mb for run in runs[way])
        speed = statistics.median(speeds[way])
        print(f"| {TITLES[way]} | {speed:.0f} | {ratio:.2f} x | {peak:,.0f} |")


def print_memory(folder: Path) -> None:
    """Trains ours on few and on many images and prints the memory."""
    print("\n| images | file [GB] | peak memory [MB] |\n| --- | --- | --- |")
    for num_images in (10_000, 200_000):
        path = workload.write_images(folder, num_images)
        run = measuring.run("benchmarks.train_vae", ["--way", "ours", "--images", str(path)])
        print(f"| {num_images:,} | {path.stat().st_size / 1e9:.2f} | {run.peak_mb:,.0f} |")
        path.unlink()


def run_ours(images: Path) -> float:
    """Trains ours as the stage does, in the precision that auto gives."""
    from benchmarks import ours

    return ours.time_fit(images, precision="auto")


def run_ours_float32(images: Path) -> float:
    """Trains ours in float32."""
    from benchmarks import ours

    return ours.time_fit(images, precision="float32")


def run_keras_recipe(images: Path) -> float:
    """Trains as the recipe on keras.io does."""
    from benchmarks import keras_recipes

    return keras_recipes.time_keras_io(images)


def run_source(images: Path) -> float:
    """Trains as the source of the method does."""
    from benchmarks import keras_recipes

    return keras_recipes.time_source(images)


def run_pytorch(images: Path) -> float:
    """Trains in PyTorch: channels-last, bfloat16 where the processor computes it."""
    from benchmarks import pytorch_recipe

    return pytorch_recipe.time_steps_of_pytorch(images)


WAYS: dict[str, Callable[[Path], float]] = {
    "ours": run_ours,
    "ours_float32": run_ours_float32,
    "keras_io": run_keras_recipe,
    "source": run_source,
    "pytorch": run_pytorch,
}
TITLES = {
    "ours": "ours, `precision: auto`",
    "ours_float32": "ours, float32",
    "keras_io": "the VAE recipe of keras.io (plain layers, `fit`, float32)",
    "source": "the recipe of the source (normalisation in inference mode, generator, float32)",
    "pytorch": "PyTorch 2.13, channels-last, bfloat16 autocast",
}


if __name__ == "__main__":
    main()
