"""Figures of the page: sheets cut into tiles, charts, or text only.

The page arranges the tiles of a sheet itself and sets the labels as HTML text. This avoids a white
background in dark mode and keeps labels legible when a figure is scaled down.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from latentmaps.drawing.layout import Layout
from latentmaps.errors import DataError, shorten
from latentmaps.pages.picture import Picture
from latentmaps.report import inputs
from latentmaps.report.inputs import Document

_PROCESSED = "_processed"


@dataclass(frozen=True)
class Tile:
    """A tile of a sheet.

    Attributes:
        picture: the image; None for a blank tile.
        label: text below the tile; may be empty.
        border: color of the border; empty for none.
    """

    picture: Picture | None
    label: str
    border: str


@dataclass(frozen=True)
class Tiles:
    """The tiles of a sheet.

    Attributes:
        rows: the tiles, row by row; the last row may be shorter.
        row_labels: labels to the left of the rows; may be empty.
        column_labels: labels above the columns; may be empty.
        width: width of a tile, pixels.
    """

    rows: Sequence[Sequence[Tile]]
    row_labels: Sequence[str]
    column_labels: Sequence[str]
    width: int


@dataclass(frozen=True)
class Figure:
    """A figure of the page: a sheet, a chart, or text only.

    Attributes:
        key: unique name on the page.
        title: what it shows, in one line.
        caption: what each tile shows.
        command: command that redraws the figure.
        tiles: the tiles of a sheet; None for other figures.
        chart: the picture of a chart; None for other figures.
        processed: the same sheet after sharpening, which the page shows collapsed.
    """

    key: str
    title: str
    caption: str
    command: str
    tiles: Tiles | None = None
    chart: Picture | None = None
    processed: "Figure | None" = None


def read_figures(
    reports: Path, stage: str, tabs: Mapping[str, str], *, are_charts: bool = False
) -> dict[str, Figure]:
    """Read the figures of a stage, keyed by tab title.

    A sheet ``a_processed``, if there is one, is attached to the sheet ``a``.

    Args:
        reports: folder with one folder per stage, named after the stage.
        stage: the stage that wrote sheets.json and a PNG for each of its entries.
        tabs: key in sheets.json -> title of the tab.
        are_charts: whether the pictures are charts.

    Raises:
        DataError: a file is missing or damaged, or an entry has no title or caption.
    """
    folder = reports / stage
    document = inputs.read_document(folder / "sheets.json")

    def read(key: str) -> Figure:
        return read_figure(folder / f"{key}.png", document.part(key), stage, is_chart=are_charts)

    figures = {}
    for key, words in tabs.items():
        other = f"{key}{_PROCESSED}"
        processed = read(other) if other in document.values else None
        figures[words] = dataclasses.replace(read(key), processed=processed)
    return figures


def read_figure(path: Path, words: Document, stage: str, *, is_chart: bool = False) -> Figure:
    """Read a figure.

    Args:
        path: the PNG.
        words: title, caption and, for a sheet, its layout; if the layout is null, there is only
            text.
        stage: the stage that drew it.
        is_chart: whether the picture is a chart.

    Raises:
        DataError: the picture is missing or damaged, or there is no title or caption.
    """
    has_none = is_chart or words.values.get("layout", "") is None
    return Figure(
        key=f"{stage.partition('@')[0]}-{path.stem}".replace("_", "-"),
        title=words.text("title"),
        caption=words.text("caption"),
        command=redraw_command(stage),
        tiles=None if has_none else read_tiles(path, words),
        chart=inputs.read_picture(path) if is_chart else None,
    )


def redraw_command(stage: str) -> str:
    """Return the command that reruns a stage even if nothing has changed."""
    return f"dvc repro --force --single-item {stage}"


def read_tiles(path: Path, words: Document) -> Tiles:
    """Cut a sheet into tiles.

    Args:
        path: the PNG.
        words: the JSON object of the sheet, with its ``layout``.

    Raises:
        DataError: the picture is missing or damaged, or the layout does not match it.
    """
    layout = _read_layout(words)
    no_words = [""] * len(layout.is_blank)
    tiles = [
        Tile(None if is_blank else picture, label, border)
        for picture, is_blank, label, border in zip(
            inputs.cut_picture(path, layout.boxes()),
            layout.is_blank,
            layout.tile_labels or no_words,
            layout.borders or no_words,
            strict=True,
        )
    ]
    num_columns = len(layout.left)
    return Tiles(
        rows=[tiles[first : first + num_columns] for first in range(0, len(tiles), num_columns)],
        row_labels=layout.row_labels,
        column_labels=layout.column_labels,
        width=layout.tile_width,
    )


def _read_layout(words: Document) -> Layout:
    values = words.part("layout").values
    try:
        layout = Layout.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{words.path}: layout.{place}: found {shorten(first['input'])}: {first['msg']}; rerun "
            "the stage that writes this file"
        ) from None
    if not layout.fits():
        raise DataError(
            f"{words.path}: layout: found numbers of labels and tiles that do not match its rows "
            "and columns; rerun the stage that writes this file"
        )
    return layout
