"""Measure the cost of the four KL methods: steps per second, memory, lines of code.

    make benchmarks
    PYTHONPATH=src python -m benchmarks.kl_methods

The methods train the network of params.yaml on batches of images of 96x96x3. They take turns, each
in its own process and in a different order in each round. The lines of code are those of a method's
class, without blank lines, comments and docstrings, and without code that all four share.
"""

import argparse
import ast
import tempfile
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
    """Measure and print a Markdown table, or train with one method for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each method")
    workload.Load.add_flags(parser)
    parser.add_argument(
        "--methods", nargs="+", choices=METHODS, default=METHODS, help="by default all"
    )
    parser.add_argument("--method", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--images", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    load = workload.Load.from_arguments(arguments)
    if arguments.method:
        from benchmarks import ours

        changes = {"precision": "auto", "kl_method": arguments.method}
        print(ours.time_fit(arguments.images, load, **changes).seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = workload.write_images(Path(folder), load.num_images)

        def train(method: str) -> measuring.Run:
            flags = ["--method", method, "--images", str(path), *load.flags()]
            return measuring.run("benchmarks.kl_methods", flags)

        runs = measuring.take_turns(arguments.methods, train, rounds=arguments.rounds)
    print(f"{load}; {measuring.describe(arguments.rounds)}\n")
    print_methods(runs, load.num_steps)


def print_methods(runs: dict[str, list[measuring.Run]], num_steps: int) -> None:
    """Print medians with quartiles; ratios are taken within each round."""
    speeds = {m: [num_steps / float(run.output) for run in runs[m]] for m in runs}
    first = next(iter(runs))
    measuring.print_table(
        ("method", "steps/s", f"relative to `{first}`", "peak memory [MB]", "lines of code"),
        (
            [
                f"`{method}`",
                measuring.summary(speeds[method], ".2f"),
                measuring.ratio(speeds[method], speeds[first]),
                measuring.summary([run.peak_mb for run in runs[method]], ",.0f"),
                str(num_lines(method)),
            ]
            for method in runs
        ),
    )


def num_lines(method: str) -> int:
    """Count the lines of code of a method."""
    module = ast.parse((measuring.ROOT / "src/latentmaps/vae/training/kl.py").read_text("utf-8"))
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    lines = {
        line
        for name in CLASSES[method]
        for node in ast.walk(classes[name])
        if isinstance(node, ast.stmt) and not is_docstring(node)
        for line in (node.lineno, node.end_lineno if not hasattr(node, "body") else node.lineno)
    }
    return len(lines)


def is_docstring(node: ast.stmt) -> bool:
    """Report whether a statement is a bare string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


if __name__ == "__main__":
    main()
