"""The layout of a sheet, as stored in the JSON file next to the picture.

``sheets.draw_sheet`` creates layouts, and modules that read a layout check it against this model.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

# left, top, right, bottom, pixels
Box = tuple[int, int, int, int]


class Layout(BaseModel):
    """The positions of the tiles of a sheet, and the labels around them.

    Attributes:
        tile_width: width of a tile in pixels.
        tile_height: height of a tile in pixels.
        left: left edge of each column in pixels.
        top: top of each row in pixels.
        is_blank: for each place, row by row, whether it has no tile.
        row_labels: one label per row, or an empty list.
        column_labels: one label per column, or an empty list.
        tile_labels: one label per place, or an empty list.
        borders: one border color per place (empty for no border), or an empty list.
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
        """Return the left, top, right and bottom of each place, row by row."""
        corners = [(x, y) for y in self.top for x in self.left][: len(self.is_blank)]
        return [(x, y, x + self.tile_width, y + self.tile_height) for x, y in corners]

    def fits(self) -> bool:
        """Report whether the numbers of places and labels match the rows and columns."""
        num_rows, num_columns, num_places = len(self.top), len(self.left), len(self.is_blank)
        return (
            (num_rows - 1) * num_columns < num_places <= num_rows * num_columns
            and len(self.row_labels) in (0, num_rows)
            and len(self.column_labels) in (0, num_columns)
            and len(self.tile_labels) in (0, num_places)
            and len(self.borders) in (0, num_places)
        )
