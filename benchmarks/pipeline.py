"""Measure how long each stage of one ``dvc repro`` takes from scratch, on the CPU.

    PYTHONPATH=src python -m benchmarks.pipeline

Each round copies the repository to a new folder with an empty DVC cache, and runs the pipeline of
params.yaml there once. A script in place of ``python`` records the seconds of each stage
(``timed_stage``, which adds 0.02 s). The remaining time is DVC's own: startup, hashes, cache and
lock file.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.repository_clone import OVERRIDES, Clone

from benchmarks import measuring

WHOLE, DVC = "all, by `dvc repro`", "DVC itself"
IMPORTS = "import tensorflow, keras"


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="runs of the pipeline")
    parser.add_argument("--tiny", action="store_true", help="use the values of tests/tiny.txt")
    parser.add_argument(
        "--targets", nargs="+", default=[], help="run only these stages and those they depend on"
    )
    arguments = parser.parse_args()
    command = ["dvc", "repro", *arguments.targets]
    if arguments.tiny:
        changes = [word for value in OVERRIDES for word in ("-S", value)]
        command = ["dvc", "exp", "run", *changes, *arguments.targets]
    found, imports = [], []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            found.append(run(command, Path(folder)))
        imports.append(measuring.run("benchmarks.tensorflow_import", []).seconds)
    print(f"{measuring.describe(arguments.rounds)}\n")
    measuring.print_table(
        ("stage", "seconds"),
        (
            [name, measuring.summary([seconds[name] for seconds in found], ".1f")]
            for name in found[0]
        ),
    )
    print(
        f"\nEach stage that uses TensorFlow includes `{IMPORTS}`: "
        f"{measuring.summary(imports, '.1f')} s"
    )


def run(command: Sequence[str], folder: Path) -> dict[str, float]:
    """Return the seconds of each stage in order, of DVC itself, and of the whole run."""
    clone, notes = Clone(folder / "clone", sys.executable), folder / "seconds"
    python = folder / "bin/python"
    python.parent.mkdir()
    script = Path(__file__).with_name("timed_stage.py")
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{script}" "$@"\n')
    python.chmod(0o755)
    clone.environment["PATH"] = f"{python.parent}{os.pathsep}{clone.environment['PATH']}"
    clone.environment |= {"STAGE_SECONDS": str(notes), "STAGE_PYTHON": sys.executable}
    started = time.perf_counter()
    clone.run(*command)
    whole = time.perf_counter() - started
    lines = [line.split() for line in notes.read_text(encoding="utf-8").splitlines()]
    seconds = {f"`{stage}`": float(taken) for stage, taken in lines}
    return seconds | {DVC: whole - sum(seconds.values()), WHOLE: whole}


if __name__ == "__main__":
    main()
