"""Render the page of an answer: the OIP of each unit and the ascent from each start.

The page is one self-contained file without scripts; everything is visible without interaction.
"""

from typing import Any

from markupsafe import Markup

from latentmaps.lab import page_units
from latentmaps.lab.answer import Answer
from latentmaps.lab.tiles import choose_tiles
from latentmaps.pages import html_page

# approximate size of a picture on the page, in pixels; each image pixel becomes a square
_LARGE, _SMALL = 260, 104


def render(answer: Answer) -> str:
    """Return the page of an answer as HTML."""
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
        # our own CSS, so it is not escaped; the Content-Security-Policy allows exactly this text
        style=Markup(style),  # noqa: S704
        style_hash=html_page.source_hash(style),
    )


def _edges(width: int, height: int, wanted: int) -> tuple[int, int]:
    """Return the displayed width and height, integer multiples of the image size."""
    scale = max(1, wanted // max(width, height))
    return width * scale, height * scale


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join("x".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
