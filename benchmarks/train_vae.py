"""Measure the speed and memory of training the VAE, compared with what a user might write instead.

    make benchmarks
    pip install torch==2.13.0    # optional; without it the row for PyTorch is left out
    PYTHONPATH=src python -m benchmarks.train_vae

All implementations train the network of params.yaml on batches of images of 96x96x3, on all cores.
They take turns, each in its own process and in a different order in each round, so that other load
on the machine affects all of them. The first steps are not counted, since they compile.

Two further rows multiply large matrices, which gives the limit of the machine for a compute dtype.
The operations of a training step are those of its convolutions and matrix products (``flops``). The
table shows their rate as a share of the limit, in wall time and in CPU time. Other work on the
machine hardly affects the share in CPU time, which excludes the time that threads wait.

A second table shows the memory of our training on 10,000 and on 200,000 images. The memory must not
grow with the number of images.
"""

import argparse
import importlib.util
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import flops, matrix_products, measuring, workload
from latentmaps.params import loader
from latentmaps.params.train_vae import TrainVae
from latentmaps.vae.network.architecture import Architecture

HEADS = (
    "implementation", "images/s", "GFLOP/s", "share of limit", "share of limit, CPU time",
    "speedup of ours (auto)", "peak memory [MB]",
)  # fmt: skip


def main() -> None:
    """Measure and print two Markdown tables, or run one implementation for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each implementation")
    workload.Load.add_flags(parser)
    parser.add_argument(
        "--ways", nargs="+", choices=list(WAYS), default=list(WAYS), help="by default all"
    )
    parser.add_argument(
        "--memory-images",
        nargs="*",
        type=int,
        default=[10_000, 200_000],
        help="numbers of images for the second table; give none to leave it out",
    )
    parser.add_argument("--way", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--images", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    load = workload.Load.from_arguments(arguments)
    if arguments.way:
        print(json.dumps(WAYS[arguments.way](arguments.images, load)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = workload.write_images(Path(folder), load.num_images)
        print_speeds(path, load, installed(arguments.ways), arguments.rounds)
        path.unlink()
        if arguments.memory_images:
            print_memory(Path(folder), load, arguments.memory_images)


def installed(ways: Sequence[str]) -> list[str]:
    """Return the implementations whose packages are installed, and print those left out."""
    if "pytorch" not in ways or importlib.util.find_spec("torch"):
        return list(ways)
    print(f"left out: {TITLES['pytorch']}; the package torch is not installed")
    return [way for way in ways if way != "pytorch"]


def print_speeds(path: Path, load: workload.Load, ways: Sequence[str], rounds: int) -> None:
    """Run all implementations in turn; print medians with quartiles, and ratios within rounds."""
    runs = measuring.take_turns(ways, lambda way: train(way, path, load), rounds=rounds)
    gflop = flops.count_training_step(network()) / 1e9
    print(f"{load}, {gflop:.3f} GFLOP per image; {measuring.describe(rounds)}\n")
    measuring.print_table(HEADS, rows(runs, load, gflop))


def rows(
    runs: dict[str, list[measuring.Run]], load: workload.Load, gflop_per_image: float
) -> Iterator[list[str]]:
    """Yield a table row per implementation; cells that do not apply are empty.

    Args:
        runs: results of each implementation, by round.
        load: the work of each run.
        gflop_per_image: billions of operations per image in a training step.
    """
    spans = {way: [workload.Span(*json.loads(run.output)) for run in runs[way]] for way in runs}
    trained = load.num_steps * load.batch_size
    gflop = dict.fromkeys(TITLES, trained * gflop_per_image)
    gflop |= dict.fromkeys(LIMITS.values(), load.num_steps * matrix_products.GFLOP_PER_STEP)
    rates = {way: [gflop[way] / span.seconds for span in spans[way]] for way in runs}
    busy = {way: [gflop[way] / span.busy_seconds for span in spans[way]] for way in runs}
    for way in runs:
        is_training, limit = way in LIMITS, LIMITS.get(way, way)
        speeds = [trained / span.seconds for span in spans[way]]
        yield [
            TITLES[way],
            measuring.summary(speeds, ".0f") if is_training else "",
            measuring.summary(rates[way], ".0f"),
            measuring.ratio(rates[way], rates[limit]) if limit in runs else "",
            measuring.ratio(busy[way], busy[limit]) if limit in runs else "",
            measuring.ratio(rates["ours"], rates[way]) if is_training and "ours" in runs else "",
            measuring.summary([run.peak_mb for run in runs[way]], ",.0f"),
        ]


def print_memory(folder: Path, load: workload.Load, sizes: Sequence[int]) -> None:
    """Train our implementation on few and on many images, and print the memory."""
    print()
    heads = ("images", "file [GB]", "peak memory [MB]")
    measuring.print_table(heads, (memory_row(folder, load, size) for size in sizes))


def memory_row(folder: Path, load: workload.Load, num_images: int) -> list[str]:
    """Train on `num_images` images, and return the table row."""
    path = workload.write_images(folder, num_images)
    size_gb, run = path.stat().st_size / 1e9, train("ours", path, load)
    path.unlink()
    return [f"{num_images:,}", f"{size_gb:.2f}", f"{run.peak_mb:,.0f}"]


def train(way: str, images: Path, load: workload.Load) -> measuring.Run:
    """Run one implementation in its own process."""
    return measuring.run(
        "benchmarks.train_vae", ["--way", way, "--images", str(images), *load.flags()]
    )


def network() -> Architecture:
    """Return the architecture of params.yaml."""
    section = loader.load(measuring.ROOT / "params.yaml").section(TrainVae)
    return Architecture.for_images((1, workload.IMAGE_SIZE, workload.IMAGE_SIZE, 3), section)


def run_ours(images: Path, load: workload.Load) -> workload.Span:
    """Train as the stage does, in the compute dtype that auto selects."""
    from benchmarks import ours

    return ours.time_fit(images, load, precision="auto")


def run_ours_float32(images: Path, load: workload.Load) -> workload.Span:
    """Train as the stage does, in float32."""
    from benchmarks import ours

    return ours.time_fit(images, load, precision="float32")


def run_keras_recipe(images: Path, load: workload.Load) -> workload.Span:
    """Train with the recipe on keras.io."""
    from benchmarks import keras_recipes

    return keras_recipes.time_keras_io(images, load)


def run_source(images: Path, load: workload.Load) -> workload.Span:
    """Train with the recipe of the method's source."""
    from benchmarks import keras_recipes

    return keras_recipes.time_source(images, load)


def run_pytorch(images: Path, load: workload.Load) -> workload.Span:
    """Train in PyTorch with channels-last layout, in bfloat16 if the processor supports it."""
    from benchmarks import pytorch_recipe

    return pytorch_recipe.time_steps_of_pytorch(images, load)


def run_limit(_images: Path, load: workload.Load) -> workload.Span:
    """Multiply matrices in the compute dtype that auto selects."""
    return matrix_products.time_products("auto", load.num_steps)


def run_limit_float32(_images: Path, load: workload.Load) -> workload.Span:
    """Multiply matrices in float32."""
    return matrix_products.time_products("float32", load.num_steps)


WAYS: dict[str, Callable[[Path, workload.Load], workload.Span]] = {
    "ours": run_ours,
    "ours_float32": run_ours_float32,
    "keras_io": run_keras_recipe,
    "source": run_source,
    "pytorch": run_pytorch,
    "limit": run_limit,
    "limit_float32": run_limit_float32,
}
# training -> the matrix products in its compute dtype
LIMITS = {
    "ours": "limit",
    "ours_float32": "limit_float32",
    "keras_io": "limit_float32",
    "source": "limit_float32",
    "pytorch": "limit",
}
TITLES = {
    "ours": "ours, `precision: auto`",
    "ours_float32": "ours, float32",
    "keras_io": "the VAE recipe of keras.io (plain layers, `fit`, float32)",
    "source": "the recipe of the source (normalization in inference mode, generator, float32)",
    "pytorch": "PyTorch 2.13, channels-last, bfloat16 autocast",
    "limit": "limit: products of large matrices, `precision: auto`",
    "limit_float32": "limit: products of large matrices, float32",
}


if __name__ == "__main__":
    main()
