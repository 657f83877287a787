"""Map a function over many items in a pool, in order and with bounded memory.

``Executor.map`` submits all items at once and keeps every result until it is fetched. With 200,000
faces, that would be the whole data set in memory.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_PENDING_PER_PROCESS = 4


def num_cores() -> int:
    """Return the number of CPU cores that this process may use."""
    # on Linux only: a container, a batch job or `taskset` can allow fewer cores than exist
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], num_processes: int
) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in the order of the items.

    Args:
        function: function to apply; it must be picklable, as must the items and the results.
        items: items to process, consumed one by one and only as fast as they are processed.
        num_processes: number of worker processes; below 2, this process does the work.
    """
    if num_processes < 2:
        yield from map(function, items)
        return
    # not a plain fork, which would copy locks that threads of this process hold
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(num_processes, mp_context=context) as executor:
        yield from map_in_order(
            executor, function, items, num_pending=_PENDING_PER_PROCESS * num_processes
        )


def map_in_order(
    executor: Executor,
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    num_pending: int,
) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in the order of the items.

    Args:
        executor: pool in which the function is applied.
        function: function to apply.
        items: items to process, consumed one by one and only as fast as they are processed.
        num_pending: maximum number of submitted items whose results are not yet fetched.
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
