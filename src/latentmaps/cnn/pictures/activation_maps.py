"""Draw activation maps: the feature maps of each layer for some digits.

In R. Moenchmeyer's posts, the patterns that emerge within and across maps are called
"feature-creating patterns" (FCP).
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from latentmaps.drawing import sheets
from latentmaps.drawing.grid import enlarge
from latentmaps.drawing.sheets import Sheet
from latentmaps.errors import DataError
from latentmaps.images import pixels

Maps = npt.NDArray[np.float32]
Tile = npt.NDArray[np.uint8]

# size of a tile, in pixels; if a mosaic is larger, all tiles are padded to its size
MAX_WIDTH, MAX_HEIGHT = 432, 230
_PERCENTILE = 99.5
_PAPER, _LINE = 255, 205


def choose_rows(labels: npt.NDArray[np.uint8], digits: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the first row with each label.

    Args:
        labels: (n,), uint8, 0..9.
        digits: labels to look for.

    Raises:
        DataError: a label does not occur.
    """
    missing = sorted(set(digits) - set(labels.tolist()))
    if missing:
        raise DataError(
            f"draw_activation_maps.digits: found {missing[0]}, expected a digit in the test part: "
            f"{', '.join(map(str, np.unique(labels)))}; choose one of them"
        )
    return np.array([np.flatnonzero(labels == digit)[0] for digit in digits])


def draw(images: npt.NDArray[np.uint8], labels: Sequence[int], layers: Mapping[str, Maps]) -> Sheet:
    """Draw the sheet, with a row for each image and a mosaic of all maps for each layer.

    Args:
        images: (num_images, 28, 28), uint8, 0..255, inputs of the CNN.
        labels: labels of the images.
        layers: name -> maps (num_images, height, width, num_maps), float32, 0 or more, in order.
    """
    digits = [enlarge(255 - image, MAX_HEIGHT // image.shape[0]) for image in images]
    mosaics = [[enlarge(tile, 1) for tile in make_mosaics(maps)] for maps in layers.values()]
    columns = _pad_to_one_size([digits, *mosaics])
    return sheets.draw_sheet(
        [tile for row in zip(*columns, strict=True) for tile in row],
        num_columns=len(columns),
        title="Activation maps: what each layer makes of digits of the test part",
        caption=_caption(layers),
        row_labels=[f"digit {label}" for label in labels],
        column_labels=["what the CNN reads", *(_describe(*layer) for layer in layers.items())],
    )


def _describe(name: str, maps: Maps) -> str:
    _, height, width, num_maps = maps.shape
    return f"{name}: {num_maps} maps of {height}x{width}"


def _caption(layers: Mapping[str, Maps]) -> str:
    limits = ", ".join(f"{find_limit(maps):.2g} in {name}" for name, maps in layers.items())
    return (
        "Each small tile is one feature map, row by row in the order of their numbers, from 0: "
        "what the map makes of the digit at every place, after its ReLU. Blank is 0, full ink is "
        f"{limits} and above (percentile {_PERCENTILE} over these digits): one scale a layer, so "
        "that maps and digits compare. A map that stays blank for every digit is silent for them. "
        "The digits themselves are drawn in ink, too."
    )


def find_limit(maps: npt.NDArray[np.float32]) -> float:
    """Return the activation that is drawn black; 1 for silent maps.

    Args:
        maps: (num_images, h, w, num_maps), float32.
    """
    return float(np.percentile(maps, _PERCENTILE)) or 1.0


def make_mosaics(maps: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Arrange all maps of each image in a mosaic, (num_images, h, w), uint8; dark means active."""
    num_images, height, width, num_maps = maps.shape
    num_columns, scale = arrange_maps(num_maps, height, width)
    num_rows = -(-num_maps // num_columns)
    padded = np.pad(maps, ((0, 0), (0, 0), (0, 0), (0, num_rows * num_columns - num_maps)))
    grays = pixels.to_uint8(1 - padded / find_limit(maps))
    grays[..., num_maps:] = _PAPER
    tiles = np.moveaxis(grays, 3, 1).repeat(scale, axis=2).repeat(scale, axis=3)
    # a line to the right of and below each map; the last statement adds one to the left and on top
    framed = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=_LINE)
    grid = framed.reshape(num_images, num_rows, num_columns, *framed.shape[2:])
    mosaic = grid.swapaxes(2, 3).reshape(num_images, num_rows * framed.shape[2], -1)
    return np.pad(mosaic, ((0, 0), (1, 0), (1, 0)), constant_values=_LINE)


def arrange_maps(num_maps: int, height: int, width: int) -> tuple[int, int]:
    """Return the number of columns and the scale factor that make the maps of a mosaic largest.

    If the maps do not fit, they are not enlarged, and the mosaic is larger but has about the same
    aspect ratio.

    Args:
        num_maps: number of maps in the mosaic.
        height: height of a map, in pixels.
        width: width of a map, in pixels.
    """

    def scale(num_columns: int) -> int:
        num_rows = -(-num_maps // num_columns)
        across = ((MAX_WIDTH - 1) // num_columns - 1) // width
        return min(across, ((MAX_HEIGHT - 1) // num_rows - 1) // height)

    num_columns = max(range(1, num_maps + 1), key=lambda number: (scale(number), -number))
    if scale(num_columns) >= 1:
        return num_columns, scale(num_columns)
    return math.ceil(math.sqrt(num_maps * MAX_WIDTH / MAX_HEIGHT * (height + 1) / (width + 1))), 1


def _pad_to_one_size(columns: Sequence[Sequence[Tile]]) -> list[list[Tile]]:
    """Pad all tiles to the same size, with white borders."""
    sizes = [tile.shape for tiles in columns for tile in tiles]
    height = max(MAX_HEIGHT, *(size[0] for size in sizes))
    width = max(MAX_WIDTH, *(size[1] for size in sizes))
    return [[_center(tile, height, width) for tile in tiles] for tiles in columns]


def _center(tile: Tile, height: int, width: int) -> Tile:
    above, left = (height - tile.shape[0]) // 2, (width - tile.shape[1]) // 2
    below, right = height - tile.shape[0] - above, width - tile.shape[1] - left
    return np.pad(tile, ((above, below), (left, right), (0, 0)), constant_values=_PAPER)
