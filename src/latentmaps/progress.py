"""How far long work has come: a bar on a terminal, a few lines in a log."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

log = logging.getLogger(__name__)

# work that is done sooner needs no report on its way
_QUIET_S = 5.0


def track(
    items: Iterable[Item], total: int, description: str, unit: str, *, quiet_s: float = _QUIET_S
) -> Iterator[Item]:
    """Gives the items unchanged and reports how many have passed.

    On a terminal the report is a bar with the time that is left, elsewhere a line in the log every
    10 %.

    Args:
        items: the items, or what they turn into; each is counted when the next one is asked for.
        total: how many there will be.
        description: a verb phrase, "Cropping".
        unit: what one item is called, in the plural: "faces".
        quiet_s: seconds between two lines of the log, at least.
    """
    if sys.stderr.isatty():
        return iter(tqdm(items, total=total, desc=description, unit=f" {unit}"))
    return _log_tenths(items, total, f"{description} {unit}", quiet_s)


def _log_tenths(items: Iterable[Item], total: int, phrase: str, quiet_s: float) -> Iterator[Item]:
    started = last_line = time.monotonic()
    tenth = 0
    for num_done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if num_done * 10 // total > tenth and now - last_line >= quiet_s:
            tenth = num_done * 10 // total
            last_line = now
            rate = num_done / max(now - started, 1e-9)
            log.info("%s: %s of %s, %.3g a second", phrase, f"{num_done:,}", f"{total:,}", rate)


@contextmanager
def count_bytes(
    total: int | None, done: int, description: str, *, quiet_s: float = _QUIET_S
) -> Iterator[Callable[[int], object]]:
    """Reports how many bytes have passed; gives a function that is told of each piece.

    On a terminal the report is a bar with rate and time left, elsewhere a line in the log every
    10 %.

    Args:
        total: how many there will be; None if that is not known.
        done: bytes that were there before.
        description: a verb phrase, "Downloading images.zip".
        quiet_s: seconds between two lines of the log, at least.
    """
    if sys.stderr.isatty():
        with tqdm(total=total, initial=done, desc=description, unit="B", unit_scale=True) as bar:
            yield bar.update
        return
    yield _ByteLog(total, done, description, quiet_s).add


class _ByteLog:
    """A line in the log for every 10 % of the bytes."""

    def __init__(self, total: int | None, done: int, description: str, quiet_s: float) -> None:
        self._total, self._done, self._started_at = total, done, done
        self._description = description
        self._quiet_s = quiet_s
        self._started = self._last_line = time.monotonic()
        self._tenth = 0 if total is None else done * 10 // max(total, 1)

    def add(self, num_bytes: int) -> None:
        """Counts a piece."""
        self._done += num_bytes
        now = time.monotonic()
        if self._total is None or now - self._last_line < self._quiet_s:
            return
        tenth = self._done * 10 // max(self._total, 1)
        if tenth > self._tenth:
            self._tenth, self._last_line = tenth, now
            rate = (self._done - self._started_at) / max(now - self._started, 1e-9)
            left_s = (self._total - self._done) / max(rate, 1e-9)
            log.info(
                "%s: %s of %s MB, %.3g MB a second, %.0f s left",
                self._description,
                f"{self._done / 1e6:,.0f}",
                f"{self._total / 1e6:,.0f}",
                rate / 1e6,
                left_s,
            )
