"""The layout of a sheet, as it stands in the JSON file beside the picture.

Written by ``sheets.draw_sheet``, checked by whoever reads it.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

# left, top, right, bottom, pixels
Box = tuple[int, int, int, int]


class Layout(BaseModel):
    """Where the tiles of a sheet lie, and the words around each.

    Attributes:
        tile_width: pixels.
        tile_height: pixels.
        left: of each column, pixels.
        top: of each row, pixels.
        is_blank: of each place, row by row, whether it has no tile.
        row_labels: one for each row, or none at all.
        column_labels: one for each column, or none at all.
        tile_labels: one for each place, or none at all.
        borders: color around each place, empty for none, or none at all.
    """

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

    def boxes(self) -> list[Box]:
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
