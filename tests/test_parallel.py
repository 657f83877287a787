import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from latentmaps import parallel


def _slow_when_even(number: int) -> int:
    time.sleep(0.01 if number % 2 == 0 else 0)
    return number * number


def test_results_come_in_the_order_of_the_items() -> None:
    with ThreadPoolExecutor(4) as executor:
        results = list(parallel.map_in_order(executor, _slow_when_even, range(20), num_pending=8))

    assert results == [number * number for number in range(20)]


def test_no_more_items_are_consumed_than_may_be_pending() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as executor:
        results = parallel.map_in_order(executor, abs, items(), num_pending=5)
        next(results)

        assert len(taken) <= 6


def test_an_error_of_the_function_reaches_the_caller() -> None:
    with (
        ThreadPoolExecutor(2) as executor,
        pytest.raises(ZeroDivisionError),
    ):
        list(parallel.map_in_order(executor, lambda number: 1 // number, [1, 0], num_pending=2))


@pytest.mark.slow
@pytest.mark.parametrize("num_processes", [0, 1, 2])
def test_processes_give_results_in_the_order_of_the_items(num_processes: int) -> None:
    squares = parallel.map_in_processes(_slow_when_even, range(20), num_processes)

    assert list(squares) == [number * number for number in range(20)]
