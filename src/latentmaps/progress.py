"""How far long work has come: a bar on a terminal, a few lines in a log."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
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
