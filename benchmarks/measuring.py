"""Run a program and look at its memory while it runs; what the benchmarks share."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
_LOOK_S = 0.05


@dataclass(frozen=True)
class Run:
    """What a program printed and took.

    Attributes:
        output: its standard output.
        seconds: from its start to its end.
        peak_mb: largest RssAnon of the process and its children, of a look every 50 ms.
    """

    output: str
    seconds: float
    peak_mb: float


def run(module: str, arguments: Sequence[str]) -> Run:
    """Runs a module of the benchmarks in a process of its own."""
    return run_python(["-m", module, *arguments])


def run_python(arguments: Sequence[str]) -> Run:
    """Runs Python with some arguments, in a process of its own."""
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
        time.sleep(_LOOK_S)
    seconds = time.perf_counter() - started
    output, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: {errors}")
    return Run(output, seconds, peak_bytes / 1e6)


def _anonymous_bytes(pid: int) -> int:
    """Gives the RssAnon of a process and its children; what has just ended counts nothing."""
    total = 0
    try:
        parent = psutil.Process(pid)
        pids = [pid, *(child.pid for child in parent.children(recursive=True))]
    except psutil.NoSuchProcess:
        return 0
    for each in pids:
        try:
            status = Path(f"/proc/{each}/status").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if "RssAnon" in line)
    return total * 1024
