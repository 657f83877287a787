"""Try one case in this process and judge how it ended."""

import contextlib
import shutil
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.attack.case import Group, generator

from latentmaps.errors import LatentmapsError

LONGEST_MESSAGE = 2_000
LARGEST_GROWTH_BYTES = 500_000_000

ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Outcome:
    """How a case ended.

    Attributes:
        number: number of the case.
        ended: accepted, refused or failed.
        cause: for a failure, what happened and where.
        detail: for a failure, the beginning of the message.
    """

    number: int
    ended: str
    cause: str = ""
    detail: str = ""


def attempt(group: Group, number: int, seed: int, root: Path) -> Outcome:
    """Write a case into a new folder in `root`, read it, and remove it.

    No two cases share a path, since a reader may cache what it found there.

    Args:
        group: the group of the case.
        number: number of the case.
        seed: seed of the random mutations.
        root: an existing folder.
    """
    folder = root / str(number)
    folder.mkdir()
    try:
        group.write(folder, number, generator(group, number, seed))
        return _judge(group, number, folder)
    finally:
        shutil.rmtree(folder)


def _judge(group: Group, number: int, folder: Path) -> Outcome:
    rest_bytes = _restart_peak()
    started = time.process_time()
    try:
        group.read(folder)
        outcome = Outcome(number, ACCEPTED)
    except LatentmapsError as error:
        outcome = _judge_refusal(group, number, error)
    except (Exception, SystemExit) as error:
        outcome = Outcome(number, FAILED, _describe(error), str(error)[:300])
    seconds = time.process_time() - started
    growth_bytes = _memory("VmHWM") - rest_bytes
    if seconds > group.longest_s:
        cause = f"computed for more than {group.longest_s:g} s"
        return Outcome(number, FAILED, cause, f"{seconds:.1f} s")
    if growth_bytes > LARGEST_GROWTH_BYTES:
        cause = f"memory grew by more than {LARGEST_GROWTH_BYTES / 1e6:.0f} MB"
        return Outcome(number, FAILED, cause, f"{growth_bytes / 1e6:,.0f} MB")
    return outcome


def _judge_refusal(group: Group, number: int, error: LatentmapsError) -> Outcome:
    message = str(error)
    if number < group.num_unharmed:
        return Outcome(number, FAILED, "a good input was refused", message[:300])
    if len(message) > LONGEST_MESSAGE:
        cause = f"a message of more than {LONGEST_MESSAGE:,} characters, {_place(error)}"
        return Outcome(number, FAILED, cause, f"{len(message):,}: {message[:200]}")
    if names_memory(message):
        cause = f"a message that names a place in memory, {_place(error)}"
        return Outcome(number, FAILED, cause, message[:300])
    return Outcome(number, REFUSED)


def names_memory(text: str) -> bool:
    """Report whether a text contains a memory address, which changes with each run."""
    return "object at 0x" in text


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}, {_place(error)}"


def _place(error: BaseException) -> str:
    """Return the innermost line of latentmaps and the innermost line overall."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/latentmaps/" in frame.filename]
    places = [_line(frame) for frame in (*ours[-1:], *frames[-1:])]
    return " in ".join(dict.fromkeys(reversed(places)))


def _line(frame: traceback.FrameSummary) -> str:
    folders = Path(frame.filename).parts
    return f"{'/'.join(folders[-2:])}:{frame.lineno}"


def _restart_peak() -> int:
    """Reset the peak memory of this process and return the memory in use, in bytes."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(name: str) -> int:
    """Return an entry of Linux's status file, in bytes; 0 on systems that have no such file."""
    if not _STATUS.exists():
        return 0
    with _STATUS.open(encoding="ascii") as lines:
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
