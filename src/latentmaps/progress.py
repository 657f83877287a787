"""Report the progress of long operations, as a bar on a terminal or a few lines in a log."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

log = logging.getLogger(__name__)

# shorter operations need no progress report
_QUIET_S = 5.0


def track(
    items: Iterable[Item], total: int, description: str, unit: str, *, quiet_s: float = _QUIET_S
) -> Iterator[Item]:
    """Yield the items unchanged and report the progress.

    On a terminal, the report is a bar with the remaining time; otherwise, it is a log line every
    10%.

    Args:
        items: the items, or their results. An item counts as done when the next one is requested.
        total: number of items.
        description: a verb phrase, such as "Cropping".
        unit: plural noun for the items, such as "faces".
        quiet_s: minimum time between two log lines, in seconds.
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
    """Report the progress of a transfer through a callback that takes the size of each chunk.

    On a terminal, the report is a bar with the rate and remaining time; otherwise, it is a log line
    every 10%.

    Args:
        total: total number of bytes; None if unknown.
        done: number of bytes that were transferred earlier.
        description: a verb phrase, such as "Downloading images.zip".
        quiet_s: minimum time between two log lines, in seconds.
    """
    if sys.stderr.isatty():
        with tqdm(total=total, initial=done, desc=description, unit="B", unit_scale=True) as bar:
            yield bar.update
        return
    if total is None:  # no percentage to report
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
    """Decide when a log line is due: after every tenth of the work, but not too often.

    Attributes:
        done: amount of work done.
        rate: work per second, from the start to the last line; above 0.
    """

    def __init__(self, total: int, done: int, quiet_s: float) -> None:
        self.done, self.rate = done, 1e-9
        self._total, self._done_before = max(total, 1), done
        self._quiet_s = quiet_s
        self._started = self._last_line = time.monotonic()
        self._tenth = done * 10 // self._total

    def add(self, number: int) -> bool:
        """Add to the work done, and report whether a log line is due."""
        self.done += number
        now, tenth = time.monotonic(), self.done * 10 // self._total
        if tenth <= self._tenth or now - self._last_line < self._quiet_s:
            return False
        self._tenth, self._last_line = tenth, now
        self.rate = max((self.done - self._done_before) / max(now - self._started, 1e-9), 1e-9)
        return True
