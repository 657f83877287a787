"""Draw the sheets of patterns, one for each convolution, without any face."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.drawing import sheets, wording
from latentmaps.drawing.sheets import Sheet
from latentmaps.face_oips import study
from latentmaps.face_oips.convolutions import Convolution
from latentmaps.face_oips.study import Results
from latentmaps.faces.dataset import receipts
from latentmaps.images import pixels
from latentmaps.params.draw_face_oips import LARGEST_TILE, MOST_TILES
from latentmaps.storage import result_files

_NUM_COLUMNS = 16
_SILENT = "#d55e00"


@dataclass(frozen=True)
class Source:
    """Where the results come from, for titles and captions.

    Attributes:
        num_faces: test faces that were looked at.
        origin: of the VAE, in words.
        of_faces: the source of the faces, as the receipt names it.
    """

    num_faces: int
    origin: str
    of_faces: str

    @property
    def are_digits(self) -> bool:
        """Whether they are no faces but digits."""
        return self.of_faces == receipts.DIGITS

    @property
    def shows_persons(self) -> bool:
        """Whether the faces may be those of persons."""
        return self.of_faces not in receipts.WITHOUT_PERSONS


def draw_all(results: Sequence[Results], source: Source, *, tile_scale: int) -> dict[str, Sheet]:
    """Draw the sheet of each convolution, by its name.

    Args:
        results: of the convolutions.
        source: where they come from.
        tile_scale: every pixel of the largest patterns becomes a square of this edge; the smaller
            ones are enlarged to about the same size.
    """
    sizes = [min(one.convolution.patch_size, LARGEST_TILE) for one in results]
    return {
        one.convolution.name: _draw(one, source, scale=round(tile_scale * max(sizes) / size))
        for one, size in zip(results, sizes, strict=True)
    }


def _draw(one: Results, source: Source, *, scale: int) -> Sheet:
    shown = one.table.iloc[:MOST_TILES]
    indices, ratios = shown["map_index"], shown["ratio"]
    speak = wording.say_images if source.are_digits else str
    return sheets.draw_sheet(
        list(shrink(pixels.to_uint8(one.patterns.patches[: len(shown)]))),
        num_columns=min(_NUM_COLUMNS, len(shown)),
        scale=scale,
        title=speak(f"{_title(one)} - {source.origin}"),
        caption=speak(_caption(one.table, source)),
        tile_labels=[
            f"{index}  {describe_ratio(ratio)}"
            for index, ratio in zip(indices, ratios, strict=True)
        ],
        borders=[_SILENT if np.isnan(ratio) else None for ratio in ratios],
    )


def describe_size(convolution: Convolution) -> str:
    """Return the size of the patches of a convolution in words."""
    size, image_size = convolution.patch_size, convolution.image_size
    words = f"{size}x{size} pixels"
    if size > image_size:
        return f"{words}, more than the {image_size}x{image_size} of an image"
    return words if convolution.whole else f"{words}, of which an image has none without its border"


def describe_ratio(ratio: float) -> str:
    """Return how many times as strongly as the strongest face a pattern excites its map."""
    return f"{ratio:.1f}\u00d7" if np.isfinite(ratio) else "silent"


def shrink(patches: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return patches (n, h, w, c) with at most ``LARGEST_TILE`` rows and columns.

    Means of whole squares of pixels; those that fill none are left out. Only encoders of large
    images see patches that are too large.
    """
    num, size, _, num_channels = patches.shape
    factor = -(-size // LARGEST_TILE)
    if factor == 1:
        return patches
    rows = size // factor
    whole = patches[:, : rows * factor, : rows * factor]
    means = whole.reshape(num, rows, factor, rows, factor, num_channels).mean(axis=(2, 4))
    return pixels.to_uint8(means / 255)


def save(drawn: dict[str, Sheet], results: Sequence[Results], folder: Path) -> None:
    """Write each sheet as a PNG of its name, the words of all as sheets.json, and patterns.csv."""
    sheets.save_pngs(
        {name: sheet.image for name, sheet in drawn.items()},
        {name: folder / f"{name}.png" for name in drawn},
    )
    words = {name: sheet.numbers for name, sheet in drawn.items()}
    result_files.write_json(folder / "sheets.json", words)
    result_files.write_table(folder / "patterns.csv", study.join(results))


def _title(one: Results) -> str:
    convolution, num_maps = one.convolution, len(one.table)
    return (
        f"{convolution.words} of the encoder: the patterns that excite its {num_maps} feature "
        f"maps{_tell_shown(num_maps)}, patches of {describe_size(convolution)}"
    )


def _tell_shown(num_maps: int) -> str:
    return f", the first {MOST_TILES} of them" if num_maps > MOST_TILES else ""


def _caption(table: pd.DataFrame, source: Source) -> str:
    ratio = table["ratio"].median()
    median = f" (median {ratio:.2f})" if np.isfinite(ratio) else ""
    return (
        "Each tile is the patch that excites one position of a feature map most, before the "
        "activation function: grown from noise, with smooth shapes and shades preferred to fine "
        "ones and colors, as pictures have them. Under it the number of the map, and how many "
        "times as strongly it reacts as to the strongest patch of "
        f"{source.num_faces:,} test faces{median}. Orange border, silent: no test face raises the "
        "map above 0. No tile shows a face or a part of one."
    )
