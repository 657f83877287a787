"""What the four KL methods cost: steps a second, memory, lines of code.

    make benchmarks
    PYTHONPATH=src python -m benchmarks.kl_methods

The network of params.yaml, batches of 128 images of 96x96x3. Each method has a process of its own;
they run in turn. Lines are those of the class of the method, without blank lines, comments and
docstrings; what all four share is left out.
"""

import argparse
import ast
import inspect
import statistics
import tempfile
import textwrap
from pathlib import Path

from benchmarks import measuring, workload

METHODS = ("train_step", "kl_layer", "add_loss", "output_transfer")
CLASSES = {
    "train_step": ("TrainStepVae",),
    "kl_layer": ("KlLayerVae", "KlLayer"),
    "add_loss": ("AddLossVae",),
    "output_transfer": ("OutputTransferVae",),
}


def main() -> None:
    """Measures and prints a table in Markdown; or trains one method, for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--method", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--images", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.method:
        from benchmarks import ours

        print(ours.time_fit(arguments.images, precision="auto", kl_method=arguments.method))
        return
    runs: dict[str, list[measuring.Run]] = {method: [] for method in METHODS}
    with tempfile.TemporaryDirectory() as folder:
        path = workload.write_images(Path(folder), workload.NUM_IMAGES)
        for _ in range(arguments.rounds):
            for method in METHODS:
                command = ["--method", method, "--images", str(path)]
                runs[method].append(measuring.run("benchmarks.kl_methods", command))
    print_table(runs, arguments.rounds)


def print_table(runs: dict[str, list[measuring.Run]], rounds: int) -> None:
    """Prints medians, and ratios round by round."""
    print(f"batches of {workload.BATCH_SIZE}, {workload.NUM_CORES} cores, {rounds} rounds\n")
    print("| method | steps/s | against `train_step` | peak memory [MB] | lines of code |")
    print("| --- | --- | --- | --- | --- |")
    speeds = {
        method: [float(run.output) / workload.BATCH_SIZE for run in runs[method]]
        for method in METHODS
    }
    for method in METHODS:
        pairs = zip(speeds[method], speeds["train_step"], strict=True)
        ratio = statistics.median(mine / first for mine, first in pairs)
        peak = statistics.median(run.peak_mb for run in runs[method])
        speed = statistics.median(speeds[method])
        print(f"| `{method}` | {speed:.2f} | {ratio:.2f} x | {peak:,.0f} | {num_lines(method)} |")


def num_lines(method: str) -> int:
    """Gives the lines of code of a method."""
    from latentmaps.vae.training import kl

    total = 0
    for name in CLASSES[method]:
        tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(kl, name))))
        lines = {
            line
            for node in ast.walk(tree)
            if isinstance(node, ast.stmt) and not is_docstring(node)
            for line in (node.lineno, node.end_lineno if not hasattr(node, "body") else node.lineno)
            if line is not None
        }
        total += len(lines)
    return total


def is_docstring(node: ast.stmt) -> bool:
    """Tells whether a statement is a text alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


if __name__ == "__main__":
    main()
