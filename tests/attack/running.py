"""Run the cases of a group in a separate process, which may crash, hang or exhaust the memory.

The case that causes this is named and counted, and a new process continues with the next case.
"""

import contextlib
import faulthandler
import functools
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.attack.attempt import FAILED, Outcome, attempt
from tests.attack.case import LONGEST_S, Group

# wall-clock time after which a case counts as hanging
_HANGS_S = 6 * LONGEST_S
# TensorFlow takes seconds to import, and more on a busy machine
_START_S = 180.0
_END_S = 10.0
# per group: if more processes crash or hang, further ones would as well
_MAX_PROCESSES = 20
# memory that a process may request in addition to what it has at the start
_ADDRESS_SPACE_BYTES = 3_000_000_000
# the process from which new ones fork imports these first
_SLOW_IMPORTS = ["tensorflow", "keras", "pandas", "requests", "PIL.Image"]
# a reader may keep the archive of every case open
_OPEN_FILES = 20_000


@dataclass
class Result:
    """The result of the cases of a group.

    Attributes:
        group: name of the group.
        counts: accepted, refused or failed -> number of cases.
        failures: outcomes of the failed cases.
        seconds: duration of all cases together, including the start of processes.
    """

    group: str
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count one case."""
        self.counts[outcome.ended] += 1
        if outcome.ended == FAILED:
            self.failures.append(outcome)

    def causes(self) -> dict[str, list[Outcome]]:
        """Return the failures by cause, the most frequent one first."""
        found: dict[str, list[Outcome]] = {}
        for outcome in self.failures:
            found.setdefault(outcome.cause, []).append(outcome)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def run(group: Group, numbers: Sequence[int], seed: int, *, forks: bool = False) -> Result:
    """Try some cases of a group.

    Args:
        group: the group.
        numbers: numbers of the cases.
        seed: seed of the random mutations.
        forks: whether to fork this process, which must not have used TensorFlow yet.
    """
    context = multiprocessing.get_context("fork") if forks else _context()
    result, started = Result(group.name), time.monotonic()
    left = list(numbers)
    for _ in range(_MAX_PROCESSES):
        outcomes = _run_until_it_dies(context, group, left, seed)
        for outcome in outcomes:
            result.add(outcome)
        left = left[len(outcomes) :]
        if not left:
            break
    else:
        cause = f"{len(left):,} cases were not tried, since {_MAX_PROCESSES} processes had died"
        result.add(Outcome(left[0], FAILED, cause))
    result.seconds = time.monotonic() - started
    return result


def _run_until_it_dies(
    context: BaseContext, group: Group, numbers: Sequence[int], seed: int
) -> list[Outcome]:
    """Return the outcomes of all cases, or of those up to the one that ended the process."""
    ours, theirs = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        arguments = (theirs, group, numbers, seed, Path(folder))
        process = context.Process(target=_work, args=arguments, daemon=True)  # type: ignore[attr-defined]
        process.start()
        theirs.close()
        try:
            return _receive(ours, process, group, numbers)
        finally:
            process.join(_END_S)
            process.kill()
            process.join()
            ours.close()


@functools.cache
def _context() -> BaseContext:
    """Return the context of new processes; on Linux, they fork after all slow imports."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_SLOW_IMPORTS)
    return context


def _receive(
    connection: Connection, process: BaseProcess, group: Group, numbers: Sequence[int]
) -> list[Outcome]:
    _require_start(connection, group)
    outcomes: list[Outcome] = []
    try:
        while len(outcomes) < len(numbers) and connection.poll(_HANGS_S):
            outcomes.append(_next(connection))
        if len(outcomes) < len(numbers):
            outcomes.append(Outcome(numbers[len(outcomes)], FAILED, f"hung for {_HANGS_S:g} s"))
            process.kill()
    except EOFError:
        process.join()
        cause = f"the process died, exit code {process.exitcode}"
        outcomes.append(Outcome(numbers[len(outcomes)], FAILED, cause))
    return outcomes


def _require_start(connection: Connection, group: Group) -> None:
    """Wait until a process has read a good input; it may have to import TensorFlow first."""
    try:
        if connection.poll(_START_S):
            _next(connection)
            return
    except EOFError:
        pass
    raise RuntimeError(f"{group.name}: no process read a good input within {_START_S:g} s")


def _next(connection: Connection) -> Outcome:
    outcome: Outcome | None
    outcome, defect = connection.recv()
    if outcome is None:
        raise RuntimeError(f"a case could not be written:\n{defect}")
    return outcome


def _work(
    connection: Connection, group: Group, numbers: Sequence[int], seed: int, folder: Path
) -> None:
    _silence()
    try:
        # imports and compilation during the first read must not count against a case
        connection.send((attempt(group, 0, seed, folder), ""))
        limit()
        for number in numbers:
            connection.send((attempt(group, number, seed, folder), ""))
    except Exception:  # `attempt` catches the errors of readers, so this is a defect of the attack
        connection.send((None, traceback.format_exc()))


def _silence() -> None:
    """Discard warnings of libraries and the output of crashes."""
    faulthandler.disable()
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a file descriptor is needed
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)


def limit() -> None:
    """Limit the memory of this process and raise its limit on open files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    with contextlib.suppress(FileNotFoundError):  # macOS has no /proc and ignores this limit
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        size_bytes = pages * resource.getpagesize() + _ADDRESS_SPACE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (size_bytes, size_bytes))
