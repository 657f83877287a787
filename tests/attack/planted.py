"""Readers with planted defects, which a working attack must find."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.attack.case import LONGEST_S, BrokenPromiseError, Group

from latentmaps.errors import DataError

_NUM_CASES = 4
# the limit for `compute`, so that the test is short
_SHORT_S = 0.2
# the cases before and after it are harmless
DEFECTIVE = 2


def _write(folder: Path, number: int, generator: random.Random) -> None:
    (folder / "number").write_text(str(number), encoding="ascii")


@dataclass(frozen=True)
class _Reader:
    """Reader that accepts every case except the defective one."""

    misbehave: Callable[[], object]

    def __call__(self, folder: Path) -> None:
        number = int((folder / "number").read_text(encoding="ascii"))
        if number == DEFECTIVE:
            self.misbehave()


def refuse() -> None:
    raise DataError("faces.csv: found nothing, expected faces; fetch them again")


def raise_another_error() -> None:
    raise KeyError("file")


class _LongError(DataError):
    def __str__(self) -> str:
        return "x" * 2_001


def tell_too_much() -> None:
    raise _LongError


def name_a_place_in_memory() -> None:
    raise DataError(f"no picture ({object()!r}); fetch it again")


def break_a_promise() -> None:
    raise BrokenPromiseError("other digits than were written")


def leave() -> None:
    raise SystemExit("no")


def compute() -> None:
    started = time.process_time()
    while time.process_time() - started < 2 * _SHORT_S:
        pass


def sleep() -> None:
    time.sleep(600)


def crash() -> None:
    os.abort()


def eat_memory() -> None:
    time.sleep(len(bytearray(600_000_000)) * 0)


def eat_all_memory() -> None:
    bytearray(10**12)


def group(misbehave: Callable[[], object]) -> Group:
    """Return a group of four cases, the third of which calls `misbehave`."""
    longest_s = _SHORT_S if misbehave is compute else LONGEST_S
    return Group(
        "planted", (), _write, _Reader(misbehave), _NUM_CASES, _NUM_CASES, longest_s=longest_s
    )
