"""Encode each picture and draw each curve of the pages only once.

Test pages share almost all pictures and curves, and most of the time for a page is spent on them.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from PIL import Image

from latentmaps.drawing import charts
from latentmaps.pages import picture

_FUNCTIONS: dict[tuple[ModuleType, str], Callable[..., Any]] = {
    (picture, "encode"): picture.encode,
    (charts, "draw_history"): charts.draw_history,
    (charts, "draw_over_parameter"): charts.draw_over_parameter,
}


def _once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes each result once, keyed by the values of the arguments."""
    results: dict[bytes, Any] = {}

    def remember(*arguments: Any, **options: Any) -> Any:
        # pictures are equal if their pixels are, whatever else Pillow stores
        values = [
            (value.mode, value.size, value.tobytes()) if isinstance(value, Image.Image) else value
            for value in arguments
        ]
        key = pickle.dumps((values, sorted(options.items())))
        if key not in results:
            results[key] = function(*arguments, **options)
        return results[key]

    return remember


_REMEMBERING = {place: _once(function) for place, function in _FUNCTIONS.items()}


@contextmanager
def _using(functions: Mapping[tuple[ModuleType, str], Callable[..., Any]]) -> Iterator[None]:
    with ExitStack() as stack:
        for (module, name), function in functions.items():
            stack.enter_context(mock.patch.object(module, name, function))
        yield


def remembered() -> AbstractContextManager[None]:
    """Return a context in which pages reuse what earlier pages encoded or drew."""
    return _using(_REMEMBERING)


def afresh() -> AbstractContextManager[None]:
    """Return a context in which everything is encoded and drawn again."""
    return _using(_FUNCTIONS)
