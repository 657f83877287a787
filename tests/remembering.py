"""Encode each picture and draw each curve of the pages only once.

The pages of the tests share almost all of them, and they take nearly all of the time of a page.
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
    """Return a function that remembers its results by the exact values of its arguments."""
    results: dict[bytes, Any] = {}

    def remember(*arguments: Any, **options: Any) -> Any:
        # a picture is its pixels, whatever else Pillow keeps with them
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
    """Return a context in which pages use what an earlier page encoded or drew."""
    return _using(_REMEMBERING)


def afresh() -> AbstractContextManager[None]:
    """Return a context in which everything is encoded and drawn again."""
    return _using(_FUNCTIONS)
