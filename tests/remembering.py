"""Encode each picture and draw each curve of the pages only once.

The pages of the tests share almost all of them, and they take nearly all of the time of a page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from PIL import Image

from latentmaps.drawing import charts
from latentmaps.pages import picture

_encode = picture.encode
_draw_history, _draw_over_parameter = charts.draw_history, charts.draw_over_parameter
_pictures: dict[tuple[str, tuple[int, int], bytes], picture.Picture] = {}
_curves: dict[str, str] = {}


def _encode_once(image: Image.Image) -> picture.Picture:
    key = (image.mode, image.size, image.tobytes())
    if key not in _pictures:
        _pictures[key] = _encode(image)
    return _pictures[key]


def _draw_history_once(*arguments: Any, **options: Any) -> str:
    key = repr((arguments, sorted(options.items())))
    if key not in _curves:
        _curves[key] = _draw_history(*arguments, **options)
    return _curves[key]


def _draw_over_parameter_once(*arguments: Any, **options: Any) -> str:
    key = repr((arguments, sorted(options.items())))
    if key not in _curves:
        _curves[key] = _draw_over_parameter(*arguments, **options)
    return _curves[key]


@contextmanager
def remembered() -> Iterator[None]:
    """Use what an earlier page encoded or drew from equal values."""
    with (
        mock.patch.object(picture, "encode", _encode_once),
        mock.patch.object(charts, "draw_history", _draw_history_once),
        mock.patch.object(charts, "draw_over_parameter", _draw_over_parameter_once),
    ):
        yield


@contextmanager
def afresh() -> Iterator[None]:
    """Encode and draw everything again."""
    with (
        mock.patch.object(picture, "encode", _encode),
        mock.patch.object(charts, "draw_history", _draw_history),
        mock.patch.object(charts, "draw_over_parameter", _draw_over_parameter),
    ):
        yield
