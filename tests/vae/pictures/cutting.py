"""Cut a sheet into its tiles, by its layout."""

import numpy as np
import numpy.typing as npt

from latentmaps.drawing.layout import Layout
from latentmaps.drawing.sheets import Sheet


def tiles_of(sheet: Sheet) -> list[npt.NDArray[np.uint8]]:
    """Return the tiles, each (h, w, 3), row by row, without blank places."""
    layout = Layout.model_validate(sheet.numbers["layout"])
    places = zip(layout.boxes(), layout.is_blank, strict=True)
    return [np.asarray(sheet.image.crop(box)) for box, is_blank in places if not is_blank]
