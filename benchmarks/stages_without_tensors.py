"""Measure how long the stages that do not use TensorFlow take, including the start of Python.

    make benchmarks

The benchmark runs the tiny configuration once in a copy of the repository, so that all inputs
exist. It then runs each stage that does not use TensorFlow several times, in a different order in
each round.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from dvc.repo import Repo
from tests.repository_clone import OVERRIDES, Clone

from benchmarks import measuring

STAGES = ("fetch_faces", "crop_faces", "split_faces", "fetch_digits", "build_report")


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each stage")
    parser.add_argument(
        "--stages", nargs="+", choices=STAGES, default=STAGES, help="by default all"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone(Path(folder) / "clone", sys.executable)
        clone.experiment(*OVERRIDES, targets=arguments.stages)
        commands = {stage.name: stage.cmd for stage in Repo(str(clone.folder)).index.stages}
        seconds = measuring.take_turns(
            arguments.stages, lambda name: run(commands[name], clone), rounds=arguments.rounds
        )
    print(f"tiny configuration; {measuring.describe(arguments.rounds)}\n")
    measuring.print_table(
        ("stage", "seconds", "largest"),
        (
            [f"`{name}`", measuring.summary(found, ".2f"), f"{max(found):.2f}"]
            for name, found in seconds.items()
        ),
    )


def run(command: str, clone: Clone) -> float:
    """Run one stage and return its seconds."""
    started = time.perf_counter()
    clone.run("sh", "-c", command)  # the commands in dvc.yaml are shell commands
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
