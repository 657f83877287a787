"""How long the stages without tensors take on the tiny configuration, start of Python included.

    make benchmarks

Runs the tiny configuration once in a copy of the repository, so that every input is there, then
each stage without tensors several times, in turn. Prints the median and the largest time of each.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from dvc.repo import Repo

ROOT = Path(__file__).parents[1]
STAGES = ("fetch_faces", "crop_faces", "split_faces", "fetch_digits", "build_report")


def main() -> None:
    """Measures and prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        prepare(workspace)
        commands = {s.name: s.cmd for s in Repo(str(workspace)).index.stages if s.name in STAGES}
        seconds: dict[str, list[float]] = {name: [] for name in STAGES}
        for _ in range(repeats):
            for name in STAGES:
                seconds[name].append(run(commands[name], workspace))
    print(f"| stage | median of {repeats} [s] | largest [s] |\n| --- | --- | --- |")
    for name, values in seconds.items():
        print(f"| `{name}` | {statistics.median(values):.2f} | {max(values):.2f} |")


def prepare(workspace: Path) -> None:
    """Copies the repository as it is and runs the tiny configuration."""
    shutil.copytree(ROOT, workspace, ignore=shutil.ignore_patterns(".venv", ".git", "tmp", "cache"))
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"]
    commit = [*identity, "-c", "commit.gpgsign=false", "commit", "-qm", "tiny"]
    for arguments in (["init", "-q"], ["add", "-A"], commit):
        subprocess.run(["git", *arguments], cwd=workspace, check=True)
    overrides = (ROOT / "tests/tiny.txt").read_text(encoding="utf-8").splitlines()
    changes = [word for line in overrides for word in ("-S", line)]
    subprocess.run(["dvc", "exp", "run", "-q", *changes], cwd=workspace, check=True)


def run(command: str, workspace: Path) -> float:
    """Gives the wall time of one stage, seconds."""
    started = time.perf_counter()
    # the commands of dvc.yaml are meant for a shell
    subprocess.run(command, cwd=workspace, shell=True, check=True, stderr=subprocess.DEVNULL)  # noqa: S602
    return time.perf_counter() - started


if __name__ == "__main__":
    os.environ.setdefault("DVC_NO_ANALYTICS", "1")
    main()
