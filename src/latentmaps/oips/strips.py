"""Evolution strips: how OIPs grow from their starts, beside the real digits that excite most."""

import numpy as np
import pandas as pd

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.oips import oip, sheet
from latentmaps.oips.evidence import NUM_STRONGEST
from latentmaps.oips.found import Found
from latentmaps.oips.greys import Images
from latentmaps.oips.oip import Settings

_NUM_ROWS = 12
_SCALE = 2


def draw(found: Found) -> Sheet:
    """Draw the sheet: a row for each of some maps, from the highest ratio to the lowest."""
    table, settings = found.table, found.settings
    rows = choose_rows(table)
    tiles = [tile for row in rows for tile in row_tiles(row, found)]
    columns = ["start", *(f"step {step}" for step in course_steps(settings)), "free", "in range"]
    return sheets.draw_sheet(
        tiles,
        num_columns=len(columns) + NUM_STRONGEST,
        scale=_SCALE,
        title=f"{found.layer_name}: how the inputs grow that excite it, seed {settings.seed}",
        caption=(
            f"{len(rows)} of {len(table)} maps, from the highest ratio to the lowest. Left: the "
            "course with free pixels; a blank place means that the picture had stopped; a start of "
            "strokes on grey is the picture in range, which gave a head start. Free and in range: "
            "the ends, with pixels free and with pixels as dark and light as a digit's. "
            "Right: the test digits that excite the map most, the strongest first; blank: no "
            f"further digit does.{sheet.unseen_words(found.scale)}"
        ),
        row_labels=[_row_label(table.iloc[row]) for row in rows],
        column_labels=[*columns, *(f"digit {n + 1}" for n in range(NUM_STRONGEST))],
    )


def choose_rows(table: pd.DataFrame) -> list[int]:
    """Gives the rows of maps spread evenly from the highest ratio to the lowest."""
    order = table["ratio"].sort_values(ascending=False, kind="stable", na_position="last").index
    number = min(_NUM_ROWS, len(order))
    picks = np.linspace(0, len(order) - 1, number).round().astype(int)
    return [int(order[pick]) for pick in picks]


def course_steps(settings: Settings) -> list[int]:
    """Gives the steps of which a picture is shown, without start and end."""
    return settings.ascent.snapshot_steps[1:-1]


def row_tiles(row: int, found: Found) -> list[Images | None]:
    """Gives start, course, both ends and the digits of a map; None where there is none."""
    scale, strongest = found.scale, found.strongest
    free, in_range = found.oips.free, found.oips.in_range
    is_found = free.best[row] > 0
    course: list[Images | None] = [
        scale.free(picture) if is_found and step < free.num_steps[row] else None
        for step, picture in zip(
            course_steps(found.settings), free.snapshots[row, 1:-1], strict=True
        )
    ]
    ends = [
        scale.free(free.images[row]) if is_found else None,
        scale.in_range(in_range.images[row]) if in_range.best[row] > 0 else None,
    ]
    digits = [
        scale.crop(image) if activation > 0 else None
        for image, activation in zip(strongest.images[row], strongest.activations[row], strict=True)
    ]
    return [scale.free(free.starts[row]), *course, *ends, *digits]


def _row_label(line: pd.Series) -> str:
    if line["status"] == oip.DEAD:
        return f"map {line['map_index']}: dead"
    ratio = f" {line['ratio']:.1f}x" if np.isfinite(line["ratio"]) else ""
    return f"map {line['map_index']}:{ratio} {line['rescued_by'] or line['status']}"
