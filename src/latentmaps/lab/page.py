"""Set the page of an answer: the OIP of each unit, and what became of all starts.

One file with everything in it, without a script: what there is to see is seen at once.
"""

from typing import Any

from markupsafe import Markup

from latentmaps.lab import page_units
from latentmaps.lab.answer import Answer
from latentmaps.lab.tiles import choose_tiles
from latentmaps.pages import html_page

# edge of a picture on the page, pixels, about: every pixel of it becomes a square
_LARGE, _SMALL = 260, 104


def render(answer: Answer) -> str:
    """Return the page."""
    tiles = choose_tiles(answer)
    environment = html_page.environment("latentmaps.lab")
    style = environment.get_template("lab.css").render()
    rows, columns = tiles.seen_size
    height, width, num_channels = answer.units[0].oip.shape
    views = [page_units.view(answer, position, tiles) for position in range(len(answer.units))]
    return environment.get_template("lab.html.j2").render(
        layer_name=answer.question.layer_name,
        answer=answer,
        views=views,
        size_words=f"{width} by {height}",
        large=_edges(columns, rows, _LARGE),
        small=_edges(columns, rows, _SMALL),
        digit=_edges(28, 28, _SMALL) if rows < 20 else _edges(columns, rows, _SMALL),
        num_hidden=(height - rows, width - columns),
        scale_words=tiles.words(num_channels),
        settings={name: _words(value) for name, value in answer.settings.items()},
        # our own text; the page allows it and no other
        style=Markup(style),  # noqa: S704
        style_hash=html_page.source_hash(style),
    )


def _edges(width: int, height: int, wanted: int) -> tuple[int, int]:
    """Return width and height of a picture whose pixels are squares of whole pixels."""
    scale = max(1, wanted // max(width, height))
    return width * scale, height * scale


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join("x".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value)
    if isinstance(value, bool):  # 0 and 1 are equal to these
        return "yes" if value else "no"
    return "none" if value is None else str(value)
