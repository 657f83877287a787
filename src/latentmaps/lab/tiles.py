"""Convert the images of an answer to bytes, with one gray scale for all of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.drawing.color_maps import to_colors
from latentmaps.images import pixels
from latentmaps.lab.answer import Answer
from latentmaps.oips import grays
from latentmaps.oips.oip import Floats, PixelRange

Bytes = npt.NDArray[np.uint8]

# color map -> names of the colors of the lowest, middle and highest value of one channel
_NAMES = {
    "gray": ("black", "mid-gray", "white"),
    "viridis": ("dark blue", "blue-green", "yellow"),
}


@dataclass(frozen=True)
class Tiles:
    """A conversion of images to bytes.

    Attributes:
        limit: absolute value that is drawn darkest or lightest if pixels are free.
        pixel_range: darkest and brightest pixel; None if pixels are free.
        color_map: color map for images with one channel.
        seen_size: numbers of rows and columns, from the upper left, that influence the units.
    """

    limit: float
    pixel_range: PixelRange | None
    color_map: str
    seen_size: tuple[int, int]

    def draw(self, images: Floats) -> Bytes:
        """Convert images to colors and crop them to the pixels that influence the units.

        Args:
            images: (n, h, w, c), as the network reads them; unless c is 1 or 3, their mean over the
                channels is drawn.

        Returns:
            (n, rows, columns, 3), uint8.
        """
        rows, columns = self.seen_size
        seen = images[:, :rows, :columns]
        if seen.shape[3] not in (1, 3):
            seen = seen.mean(axis=3, keepdims=True)
        if self.pixel_range is None:
            drawn = pixels.signed_to_uint8(seen, self.limit)
        else:
            low, high = self.pixel_range
            drawn = pixels.to_uint8((seen - low) / (high - low))
        return drawn if drawn.shape[3] == 3 else to_colors(drawn[..., 0], self.color_map)

    def crop(self, images: Bytes) -> Bytes:
        """Crop real images (n, h, w) to the pixels that influence the units; they stay gray."""
        return images[:, : self.seen_size[0], : self.seen_size[1]]

    def words(self, num_channels: int) -> str:
        """Explain in a sentence what the colors mean."""
        darkest, middle, lightest = _NAMES[self.color_map if num_channels != 3 else "gray"]
        of_channel = " in each color" if num_channels == 3 else ""
        if self.pixel_range is None:
            return (
                f"Pixels are free: {middle} is 0, the mean of an image, {darkest} and {lightest} "
                f"are {self.limit:.1f} standard deviations below and above it{of_channel}."
            )
        low, high = self.pixel_range
        if num_channels == 3:
            return f"Colors are shown as the network reads them, {low:g} to {high:g}."
        return f"Pixels are kept in a range: {darkest} is {low:.3g}, {lightest} {high:.3g}."


def choose_tiles(answer: Answer) -> Tiles:
    """Choose the gray scale for an answer.

    If pixels are free, the most extreme values are clipped, as on the sheets of draw_oips.
    """
    rows, columns = answer.units[0].seen_size
    found = [unit.oip[:rows, :columns] for unit in answer.units if not unit.is_silent]
    return Tiles(
        limit=grays.find_limit(np.array(found)) or 1.0,
        pixel_range=answer.pixel_range,
        color_map=answer.question.params.color_map,
        seen_size=(rows, columns),
    )
