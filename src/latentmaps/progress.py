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
    """Yield the items unchanged and report how many have passed.

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
        yield from tqdm(items, total=total, desc=description, unit=f" {unit}")
        return
    lines = _Lines(total, 0, quiet_s)
    for item in items:
        yield item
        if lines.add(1):
            log.info(
                "%s %s: %s of %s, %.3g a second",
                *(description, unit, f"{lines.done:,}", f"{total:,}", lines.rate),
            )


@contextmanager
def count_bytes(
    total: int | None, done: int, description: str, *, quiet_s: float = _QUIET_S
) -> Iterator[Callable[[int], object]]:
    """Report the progress of a transfer; yield a function to call with the size of each piece.

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
    if total is None:  # no tenths to report
        yield lambda _: None
        return
    lines = _Lines(total, done, quiet_s)

    def count(num_bytes: int) -> None:
        if lines.add(num_bytes):
            log.info(
                "%s: %s of %s MB, %.3g MB a second, %.0f s left",
                *(description, f"{lines.done / 1e6:,.0f}", f"{total / 1e6:,.0f}"),
                *(lines.rate / 1e6, (total - lines.done) / lines.rate),
            )

    yield count


class _Lines:
    """When a line of the log is due: at every tenth of the work, and not too often.

    Attributes:
        done: how much of the work is done.
        rate: how much was done in a second, from the beginning to the last line; above 0.
    """

    def __init__(self, total: int, done: int, quiet_s: float) -> None:
        self.done, self.rate = done, 1e-9
        self._total, self._done_before = max(total, 1), done
        self._quiet_s = quiet_s
        self._started = self._last_line = time.monotonic()
        self._tenth = done * 10 // self._total

    def add(self, number: int) -> bool:
        """Count a piece, and return whether a line is due."""
        self.done += number
        now, tenth = time.monotonic(), self.done * 10 // self._total
        if tenth <= self._tenth or now - self._last_line < self._quiet_s:
            return False
        self._tenth, self._last_line = tenth, now
        self.rate = max((self.done - self._done_before) / max(now - self._started, 1e-9), 1e-9)
        return True
