"""Many items through a pool of threads or processes, in order and with flat memory.

``Executor.map`` hands everything to the pool at once and keeps every result until it is fetched;
with 200,000 faces that is the whole data set in memory.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_PENDING_A_PROCESS = 4


def num_cores() -> int:
    """Gives the number of cores that this process may use."""
    # Linux alone tells; a container, a job or `taskset` can allow fewer than there are
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], num_processes: int
) -> Iterator[Result]:
    """Gives function(item) for each item, in the order of the items.

    Args:
        function: what to do with an item; it and the items are sent to other processes.
        items: taken one by one, only when there is room for another.
        num_processes: that work at the same time; fewer than 2: this one does the work.
    """
    if num_processes < 2:
        yield from map(function, items)
        return
    # a plain fork would copy a process whose threads hold locks
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(num_processes, mp_context=context) as executor:
        yield from map_in_order(
            executor, function, items, num_pending=_PENDING_A_PROCESS * num_processes
        )


def map_in_order(
    executor: Executor,
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    num_pending: int,
) -> Iterator[Result]:
    """Gives function(item) for each item, in the order of the items.

    Args:
        executor: the pool that does the work.
        function: what to do with an item.
        items: taken one by one, only when there is room for another.
        num_pending: items handed out and results not yet fetched, together at most so many.
    """
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            if len(pending) == num_pending:
                yield pending.popleft().result()
            pending.append(executor.submit(function, item))
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
