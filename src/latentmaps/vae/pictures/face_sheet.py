"""What all sheets of faces have in common.

Every experiment shows the same faces and the same z, so that sheets can be compared.
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
    """Labels and borders of the tiles; see ``sheets.draw_sheet``."""

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
    """Draw a sheet of faces.

    Args:
        tiles: images, row by row, each (h, w, c), uint8; None leaves the place blank.
        num_columns: tiles per row.
        title: text at the top.
        caption: text at the bottom.
        numbers: the numbers behind the sheet, for the JSON file next to it.
        labels: labels and borders of the tiles.
        scale: each pixel of a tile becomes a square with this side length.
    """
    labels = labels or Labels()
    reword = wording.say_images if _are_digits(tiles) else str
    sheet = sheets.draw_sheet(
        tiles,
        num_columns=num_columns,
        title=reword(title),
        scale=scale,
        caption=reword(caption),
        row_labels=labels.rows and [reword(label) for label in labels.rows],
        column_labels=labels.columns and [reword(label) for label in labels.columns],
        tile_labels=labels.tiles,
        borders=labels.borders,
    )
    return Sheet(sheet.image, {**sheet.numbers, **numbers})


def _are_digits(tiles: Sequence[Images | None]) -> bool:
    """Report whether the tiles have the shape of digits, which texts call images, not faces."""
    return {tile.shape for tile in tiles if tile is not None} == {_SHAPE_OF_DIGITS}


def decode(trained: TrainedVae, z: Points) -> Images:
    """Decode z-points, (..., latent_dim), to faces, (n, h, w, c), in the same order."""
    return pixels.to_uint8(trained.decode(z.reshape(-1, z.shape[-1])))


def sentences(*parts: str) -> str:
    """Join the sentences that are not empty."""
    return " ".join(filter(None, parts))


def signed(steps: Points) -> list[str]:
    """Return labels with signs for `steps`, (num_steps,), such as +1.5."""
    return ["0" if np.isclose(step, 0.0) else f"{step:+.3g}" for step in steps]


def describe_seed(origin: Origin, seed: int) -> str:
    """Return a sentence about the seed of random samples; empty if the title already names it."""
    return "" if seed == origin.seed else f"The random numbers here are those of seed {seed}."
