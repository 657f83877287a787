"""The contact sheet of a layer: the OIPs of all its feature maps, with what is known of each."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from latentmaps.oips import scores
from latentmaps.oips.search import Oips, Settings
from latentmaps.visualisation import pixels, sheets

# Okabe & Ito's palette, told apart by colour-blind readers too
BORDERS = {scores.ALIVE: "#009e73", scores.RESCUED: "#e69f00", scores.DEAD: "#bbbbbb"}

_CLIP_PERCENTILE = 99.5
_PAPER = 255
_SCALE = 3
_NUM_COLUMNS = 8
_NUM_COLUMNS_LARGE = 16
_LARGE = 64


def draw(
    oips: Oips, table: pd.DataFrame, settings: Settings, *, layer_name: str, reachable_size: int
) -> Image.Image:
    """Gives the sheet: a tile for each map, the place of a dead one blank.

    Args:
        oips: of the layer.
        table: as ``scores.score`` gives it.
        settings: how the OIPs were searched for, for title and caption.
        layer_name: for the title.
        reachable_size: rows and columns that influence the layer; the others are left white.
    """
    is_dead = (table["status"] == scores.DEAD).to_numpy()
    limit = clip_limit(oips.images[~is_dead, :reachable_size, :reachable_size])
    tiles = pixels.signed_to_uint8(oips.images, limit)
    tiles[is_dead] = _PAPER
    tiles[:, reachable_size:] = _PAPER
    tiles[:, :, reachable_size:] = _PAPER
    return sheets.draw_sheet(
        list(tiles),
        num_columns=_NUM_COLUMNS if len(tiles) <= _LARGE else _NUM_COLUMNS_LARGE,
        scale=_SCALE,
        title=_title(table, settings, layer_name),
        caption=_caption(settings, limit, tiles.shape[1] - reachable_size),
        tile_labels=_tile_labels(table),
        borders=[BORDERS[status] for status in table["status"]],
    )


def clip_limit(images: npt.NDArray[np.float32]) -> float:
    """Gives the size of the value at which the grey of a layer ends.

    A few pixels reach 10 standard deviations; a grey up to them would leave the rest without
    contrast.
    """
    return float(np.percentile(np.abs(images), _CLIP_PERCENTILE)) if images.size else 1.0


def _title(table: pd.DataFrame, settings: Settings, layer_name: str) -> str:
    counts = table["status"].value_counts()
    states = ", ".join(f"{counts.get(status, 0)} {status}" for status in BORDERS)
    return (
        f"{layer_name}: the inputs that excite its {len(table)} feature maps; {states}; "
        f"{settings.num_steps} steps, seed {settings.seed}"
    )


def _caption(settings: Settings, limit: float, num_hidden: int) -> str:
    caption = (
        "Under a tile: number of the feature map, and how many times stronger its mean activation "
        "is than for the strongest test digit. "
        f"Best end of {settings.num_starts} random starts and one real digit; green border: alive, "
        "a random start worked; orange: rescued, only the digit worked; grey: dead. "
        f"Mid-grey is the mean of the image; black and white are {limit:.1f} standard deviations "
        f"from it (percentile {_CLIP_PERCENTILE} of the layer)."
    )
    if not num_hidden:
        return caption
    return (
        f"{caption} The last {num_hidden} rows and columns, left white, do not influence this "
        "layer."
    )


def _tile_labels(table: pd.DataFrame) -> Sequence[str]:
    return [
        f"{index}  dead"
        if status == scores.DEAD
        else f"{index}  {f'{ratio:.1f}x' if np.isfinite(ratio) else status}"
        for index, status, ratio in zip(
            table["map_index"], table["status"], table["ratio"], strict=True
        )
    ]
