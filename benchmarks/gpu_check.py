"""Check training on a GPU, and print a table to paste into an issue.

    make gpu-check
    PYTHONPATH=src python -m benchmarks.gpu_check

The check runs the tests that need a GPU. It then trains the network of params.yaml for a few steps,
measures its speed and memory, and compares its losses with those on a CPU. Further rows cover
float16, training on several GPUs, and two runs with the same seed. docs/gpu.md explains the rows.
Each group of rows runs in its own process. A row that fails says why, and the exit code is then 1.

With --on-cpu, the same rows run without a GPU in a few minutes, with a tiny network. That tests
this program, not a GPU.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import gpu_groups, measuring, workload
from benchmarks.gpu_processes import Check, FailedError

TINY = {
    "filters": (4,),
    "kernel_sizes": (5,),
    "strides": (4,),
    "paddings": ("same",),
    "latent_dim": 4,
}
NO_GPU = (
    "gpu-check: TensorFlow sees no GPU, expected at least one; install the GPU build with "
    "`make setup GPU=1`, and make sure that `nvidia-smi` lists the GPU and CUDA_VISIBLE_DEVICES "
    "does not hide it (--on-cpu tests this program without a GPU)"
)


def main() -> None:
    """Print the table; exit with code 1 if a row failed or there is no GPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--on-cpu", action="store_true", help="run without a GPU, on a tiny network"
    )
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
                num_rounds=1,
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
    """Print the description of the machine, then each row as soon as it is ready.

    Returns:
        Whether a row failed.
    """
    print("| what | found |\n| --- | --- |")
    for row in machine:
        print_row(*row)
    has_failed = False
    for title, rows in gpu_groups.GROUPS.items():
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
    for folder in (measuring.ROOT, tempfile.gettempdir(), Path.home()):  # the table gets published
        cell = cell.replace(f"{folder}{os.sep}", "")
    print(f"| {name} | {cell.replace('|', '/')} |", flush=True)
    return has_failed


if __name__ == "__main__":
    main()
