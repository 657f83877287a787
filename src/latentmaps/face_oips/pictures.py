"""Draw a sheet of patterns for each convolution; the sheets show no faces."""

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
    """The origin of the results, for titles and captions.

    Attributes:
        num_faces: number of test faces that were searched.
        origin: origin of the VAE as text.
        faces_source: source of the faces as named in the receipt.
    """

    num_faces: int
    origin: str
    faces_source: str

    @property
    def are_digits(self) -> bool:
        """Whether the images are digits rather than faces."""
        return self.faces_source == receipts.DIGITS

    @property
    def shows_people(self) -> bool:
        """Whether the faces may be those of real people."""
        return self.faces_source not in receipts.WITHOUT_PEOPLE


def draw_all(results: Sequence[Results], source: Source, *, tile_scale: int) -> dict[str, Sheet]:
    """Draw the sheets of all convolutions and return them by name.

    Args:
        results: results of the convolutions.
        source: origin of the results.
        tile_scale: integer scale factor of the largest patterns; smaller ones are enlarged to about
            the same size.
    """
    sizes = [min(result.convolution.patch_size, LARGEST_TILE) for result in results]
    return {
        result.convolution.name: _draw(result, source, scale=round(tile_scale * max(sizes) / size))
        for result, size in zip(results, sizes, strict=True)
    }


def _draw(result: Results, source: Source, *, scale: int) -> Sheet:
    shown = result.table.iloc[:MOST_TILES]
    indices, ratios = shown["map_index"], shown["ratio"]
    say = wording.say_images if source.are_digits else str
    return sheets.draw_sheet(
        list(shrink(pixels.to_uint8(result.patterns.patches[: len(shown)]))),
        num_columns=min(_NUM_COLUMNS, len(shown)),
        scale=scale,
        title=say(f"{_title(result)} - {source.origin}"),
        caption=say(_caption(result.table, source)),
        tile_labels=[
            f"{index}  {describe_ratio(ratio)}"
            for index, ratio in zip(indices, ratios, strict=True)
        ],
        borders=[_SILENT if np.isnan(ratio) else None for ratio in ratios],
    )


def describe_size(convolution: Convolution) -> str:
    """Describe the size of the patches of a convolution."""
    size, image_size = convolution.patch_size, convolution.image_size
    words = f"{size}x{size} pixels"
    if size > image_size:
        return f"{words}, more than the {image_size}x{image_size} of an image"
    return (
        words
        if convolution.inside_positions
        else f"{words}, of which an image has none without its border"
    )


def describe_ratio(ratio: float) -> str:
    """Describe the response to a pattern relative to the strongest face."""
    return f"{ratio:.1f}\u00d7" if np.isfinite(ratio) else "silent"


def shrink(patches: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Reduce patches to at most ``LARGEST_TILE`` rows and columns by averaging square blocks.

    Pixels at the right and bottom that do not fill a block are dropped. Only encoders for large
    images have patches above this limit.

    Args:
        patches: (n, h, w, c), uint8, 0..255.
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
    """Write the sheets as PNG files, their captions as sheets.json, and the table as patterns.csv.

    Args:
        drawn: name -> sheet.
        results: results of the convolutions.
        folder: existing folder for the files.
    """
    sheets.save_pngs(
        {name: sheet.image for name, sheet in drawn.items()},
        {name: folder / f"{name}.png" for name in drawn},
    )
    words = {name: sheet.numbers for name, sheet in drawn.items()}
    result_files.write_json(folder / "sheets.json", words)
    result_files.write_table(folder / "patterns.csv", study.join(results))


def _title(result: Results) -> str:
    convolution, num_maps = result.convolution, len(result.table)
    return (
        f"{convolution.words} of the encoder: the patterns that excite its {num_maps} feature "
        f"maps{_describe_limit(num_maps)}, patches of {describe_size(convolution)}"
    )


def _describe_limit(num_maps: int) -> str:
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
