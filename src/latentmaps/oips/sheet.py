"""The contact sheet of a layer: the OIPs of all its feature maps, with what is known of each."""

import numpy as np
import pandas as pd

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.oips import greys, oip
from latentmaps.oips.found import Found
from latentmaps.oips.greys import Scale
from latentmaps.oips.oip import Settings

# Okabe & Ito's palette, told apart by colour-blind readers too
BORDERS = {oip.ALIVE: "#009e73", oip.RESCUED: "#e69f00", oip.DEAD: "#bbbbbb"}

_SCALE = 3
_NUM_COLUMNS = 8
_NUM_COLUMNS_LARGE = 16
_LARGE = 64


def draw(found: Found, *, shown: str) -> Sheet:
    """Draw the sheet: a tile for each map, the place of a dead one blank.

    Args:
        found: the results of the layer.
        shown: free or data, the range of the pixels of the OIPs that are drawn.
    """
    is_free = shown == "free"
    table, scale = found.table, found.scale
    ends = found.oips.free if is_free else found.oips.in_range
    drawn = scale.free(ends.images) if is_free else scale.in_range(ends.images)
    suffix = "" if is_free else "_in_range"
    ratios, statuses = table[f"ratio{suffix}"], table[f"status{suffix}"]
    if not (ends.best > 0).any():
        return sheets.draw_words(
            title=_title(found, ratios, statuses),
            text="Nothing to draw: nothing that was tried excites one of its feature maps.",
        )
    tiles = [image if best > 0 else None for image, best in zip(drawn, ends.best, strict=True)]
    pixels = _free_words(scale) if is_free else _range_words(scale)
    return sheets.draw_sheet(
        tiles,
        num_columns=_NUM_COLUMNS if len(tiles) <= _LARGE else _NUM_COLUMNS_LARGE,
        scale=_SCALE,
        title=_title(found, ratios, statuses),
        caption=f"{_caption(found.settings)} {pixels}{unseen_words(scale)}",
        tile_labels=[
            f"{index}  {_word(status, ratio)}"
            for index, status, ratio in zip(table["map_index"], statuses, ratios, strict=True)
        ],
        borders=[BORDERS[status] for status in statuses],
    )


def _title(found: Found, ratios: pd.Series, statuses: pd.Series) -> str:
    counts = statuses.value_counts()
    states = ", ".join(f"{counts.get(status, 0)} {status}" for status in BORDERS)
    median = f"median {ratios.median():.2f}x; " if ratios.notna().any() else ""
    return (
        f"{found.layer_name}: the inputs that excite its {len(ratios)} feature maps; {states}; "
        f"{median}at most {found.settings.ascent.num_steps} steps, seed {found.settings.seed}"
    )


def _caption(settings: Settings) -> str:
    return (
        "Under a tile: number of the feature map, and how many times stronger its mean activation "
        f"is than for the strongest test digit; best of {settings.num_starts} starts and a head "
        "start. Green border: alive, a random start of its own excites the map; orange: rescued, "
        "none did, the table tells what helped; grey: dead, nothing excites it."
    )


def _free_words(scale: Scale) -> str:
    return (
        f"Mid-grey is the mean of the image; black and white are {scale.limit:.1f} standard "
        f"deviations from it (percentile {greys.CLIP_PERCENTILE} of the layer)."
    )


def _range_words(scale: Scale) -> str:
    darkest, brightest = scale.value_range
    return (
        f"Pixels are as dark and light as those of a real digit: black is {darkest:.2f}, white "
        f"{brightest:.2f} standard deviations from the mean."
    )


def unseen_words(scale: Scale) -> str:
    """Return a sentence on the pixels that are left out, behind a space, or nothing."""
    num_hidden = 28 - scale.reachable_size
    if not num_hidden:
        return ""
    return f" The last {num_hidden} rows and columns, left out, do not influence this layer."


def _word(status: str, ratio: float) -> str:
    return f"{ratio:.1f}x" if np.isfinite(ratio) and status != oip.DEAD else status
