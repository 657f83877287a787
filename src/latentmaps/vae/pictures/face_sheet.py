"""What all sheets of faces share.

Every experiment shows the same faces and the same z, so that sheets compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.drawing import sheets, wording
from latentmaps.drawing.sheets import Sheet
from latentmaps.images import pixels
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.vae_files import Origin

_SHAPE_OF_DIGITS = (28, 28, 1)

Images = npt.NDArray[np.uint8]
Points = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Labels:
    """Words and frames around the tiles; see ``sheets.draw_sheet``."""

    rows: Sequence[str] | None = None
    columns: Sequence[str] | None = None
    tiles: Sequence[str] | None = None
    borders: Sequence[str | None] | None = None


def draw(
    tiles: Sequence[Images | None],
    *,
    num_columns: int,
    title: str,
    caption: str,
    numbers: Mapping[str, Any],
    labels: Labels | None = None,
    scale: int = 1,
) -> Sheet:
    """Draw the sheet.

    Args:
        tiles: row by row, each (h, w, c), uint8; None leaves the place blank.
        num_columns: tiles a row.
        title: on top.
        caption: at the bottom.
        numbers: what the sheet shows, for its twin.
        labels: words around the tiles.
        scale: every pixel of a tile becomes a square of this edge.
    """
    labels = labels or Labels()
    speak = wording.say_images if _are_digits(tiles) else str
    sheet = sheets.draw_sheet(
        tiles,
        num_columns=num_columns,
        title=speak(title),
        scale=scale,
        caption=speak(caption),
        row_labels=labels.rows and [speak(label) for label in labels.rows],
        column_labels=labels.columns and [speak(label) for label in labels.columns],
        tile_labels=labels.tiles,
        borders=labels.borders,
    )
    return Sheet(sheet.image, {**sheet.numbers, **numbers})


def _are_digits(tiles: Sequence[Images | None]) -> bool:
    """Return whether tiles have the shape of digits: then words speak of images, not of faces."""
    return {tile.shape for tile in tiles if tile is not None} == {_SHAPE_OF_DIGITS}


def decode(trained: TrainedVae, z: Points) -> Images:
    """Return the faces, (n, h, w, c), of z-points (..., latent_dim), in their order."""
    return pixels.to_uint8(trained.decode(z.reshape(-1, z.shape[-1])))


def sentences(*parts: str) -> str:
    """Join the parts that are not empty."""
    return " ".join(filter(None, parts))


def signed(steps: Points) -> list[str]:
    """Return the labels of steps to both sides of 0, (num_steps,)."""
    return ["0" if np.isclose(step, 0.0) else f"{step:+.3g}" for step in steps]


def tell_seed(origin: Origin, seed: int) -> str:
    """Return a sentence on the seed of random draws; empty where it is that in the title."""
    return "" if seed == origin.seed else f"The random numbers here are those of seed {seed}."
