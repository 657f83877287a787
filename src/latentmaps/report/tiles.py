"""Cut a sheet into its tiles, which a page sets anew with words in letters of its own.

So a page in the dark has no white paper, and words stay legible however small the picture gets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError

from latentmaps.errors import DataError, shorten
from latentmaps.pages.picture import Picture
from latentmaps.report import inputs
from latentmaps.report.inputs import Document


class _Layout(BaseModel):
    """Where the tiles of a sheet lie; see ``visualisation.sheets.Sheet``."""

    model_config = ConfigDict(strict=True)

    tile_width: PositiveInt
    tile_height: PositiveInt
    left: Annotated[list[NonNegativeInt], Field(min_length=1)]
    top: Annotated[list[NonNegativeInt], Field(min_length=1)]
    is_blank: Annotated[list[bool], Field(min_length=1, max_length=10_000)]
    row_labels: list[str]
    column_labels: list[str]
    tile_labels: list[str]
    borders: list[Annotated[str, Field(pattern="^(#[0-9a-f]{6})?$")]]

    def boxes(self) -> list[inputs.Box]:
        """Return left, top, right and bottom of each place, row by row."""
        corners = [(x, y) for y in self.top for x in self.left][: len(self.is_blank)]
        return [(x, y, x + self.tile_width, y + self.tile_height) for x, y in corners]

    def fits(self) -> bool:
        """Tell whether there are as many places and labels as rows and columns ask for."""
        num_rows, num_columns, num_places = len(self.top), len(self.left), len(self.is_blank)
        return (
            (num_rows - 1) * num_columns < num_places <= num_rows * num_columns
            and len(self.row_labels) in (0, num_rows)
            and len(self.column_labels) in (0, num_columns)
            and len(self.tile_labels) in (0, num_places)
            and len(self.borders) in (0, num_places)
        )


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


def _read_layout(words: Document) -> _Layout:
    values = words.part("layout").values
    try:
        layout = _Layout.model_validate(values)
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
