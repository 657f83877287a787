"""Figures of the page: sheets cut into their tiles, charts, or words alone.

The page sets the tiles of a sheet anew, with words in letters of its own: so a page in the dark has
no white paper, and words stay legible however small the picture gets.
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
    """A place of a sheet.

    Attributes:
        picture: None: the place is blank.
        label: under it, may be empty.
        border: color around it, empty for none.
    """

    picture: Picture | None
    label: str
    border: str


@dataclass(frozen=True)
class Tiles:
    """A sheet, cut up.

    Attributes:
        rows: the tiles, row by row; the last row may be shorter.
        row_labels: left of the rows, or none.
        column_labels: above the columns, or none.
        width: of a tile, pixels.
    """

    rows: Sequence[Sequence[Tile]]
    row_labels: Sequence[str]
    column_labels: Sequence[str]
    width: int


@dataclass(frozen=True)
class Figure:
    """A figure of the page: tiles with words around them, a chart, or words alone.

    Attributes:
        key: its name within the page.
        title: what it shows, one line.
        caption: what each tile is.
        command: draws the same again.
        tiles: of a sheet of tiles.
        chart: of a chart, ink on white paper.
        processed: the same tiles after processing, to be folded away.
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
    """Return figures of one stage by the words of their tabs.

    A sheet ``a_processed`` goes along with the sheet ``a``, where there is one.

    Args:
        reports: has a folder for each stage.
        stage: drew them: sheets.json, and a PNG of the same name for each of its entries.
        tabs: the entries -> the words of their tabs.
        are_charts: the pictures are charts.

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
    """Return one figure.

    Args:
        path: the PNG.
        words: its title and caption, and of tiles their layout, null for words alone.
        stage: the name of the stage that drew it.
        is_chart: the picture is a chart.

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
    """Return the command that runs one stage again, whether or not anything has changed."""
    return f"dvc repro --force --single-item {stage}"


def read_tiles(path: Path, words: Document) -> Tiles:
    """Cut a sheet.

    Args:
        path: the PNG.
        words: what belongs to it, with its ``layout``.

    Raises:
        DataError: the picture is missing or damaged, or the layout is not one of this picture.
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
            f"{words.path}: layout.{place}: found {shorten(first['input'])}: {first['msg']}; run "
            "the stage again that writes this file"
        ) from None
    if not layout.fits():
        raise DataError(
            f"{words.path}: layout: found other numbers of labels and tiles than rows and columns "
            "ask for; run the stage again that writes this file"
        )
    return layout
