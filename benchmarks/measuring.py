"""Tools for all benchmarks: separate processes, turns, medians with quartiles, and tables."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

ROOT = Path(__file__).parents[1]
_POLL_INTERVAL_S = 0.05

Way = TypeVar("Way")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Run:
    """The output, time and memory of a program.

    Attributes:
        output: standard output.
        seconds: time from start to end.
        peak_mb: largest RssAnon of the process and its children in MB, polled every 50 ms.
    """

    output: str
    seconds: float
    peak_mb: float


def take_turns(
    ways: Iterable[Way], measure: Callable[[Way], Result], *, rounds: int
) -> dict[Way, list[Result]]:
    """Measure every variant once per round; each round starts with the next variant.

    Args:
        ways: the variants to measure.
        measure: measures one variant.
        rounds: number of rounds.

    Returns:
        The results of each variant, in the order of the rounds.
    """
    order = list(ways)
    results: dict[Way, list[Result]] = {way: [] for way in order}
    for number in range(rounds):
        first = number % len(order)
        for way in order[first:] + order[:first]:
            results[way].append(measure(way))
    return results


def describe(rounds: int) -> str:
    """Describe the contents of table cells, for the line above the table."""
    return f"median [q1, q3] of {rounds} {'round' if rounds == 1 else 'rounds'}"


def summary(values: Sequence[float], form: str) -> str:
    """Format the median and, in brackets, the quartiles, with a format such as ".2f"."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:{form}} [{low:{form}}, {high:{form}}]"


def ratio(values: Sequence[float], others: Sequence[float], form: str = ".2f") -> str:
    """Summarize the ratios of two variants, each taken within a round.

    Args:
        values: results of the first variant, by round.
        others: results of the second variant, by round.
        form: format of a number.
    """
    return summary([value / other for value, other in zip(values, others, strict=True)], form)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, each row as soon as it is ready."""
    for cells in (heads, ["---"] * len(heads)):
        _print_row(cells)
    for cells in rows:
        _print_row(cells)


def _print_row(cells: Sequence[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def run(module: str, arguments: Sequence[str]) -> Run:
    """Run a module of the benchmarks in its own process."""
    return run_python(["-m", module, *arguments])


def run_python(arguments: Sequence[str]) -> Run:
    """Run Python in its own process and measure it; exit if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak_bytes = 0
    while process.poll() is None:
        peak_bytes = max(peak_bytes, _anonymous_bytes(process.pid))
        time.sleep(_POLL_INTERVAL_S)
    seconds = time.perf_counter() - started
    output, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: {errors}")
    return Run(output, seconds, peak_bytes / 1e6)


def _anonymous_bytes(pid: int) -> int:
    """Return the RssAnon of a process and its children, without those that have just ended."""
    total = 0
    try:
        parent = psutil.Process(pid)
        pids = [pid, *(child.pid for child in parent.children(recursive=True))]
    except psutil.NoSuchProcess:
        return 0
    for process_id in pids:
        try:
            status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if "RssAnon" in line)
    return total * 1024
