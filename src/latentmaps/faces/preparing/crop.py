"""Decode, crop and scale one picture."""

import functools
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from latentmaps.images import picture_files
from latentmaps.images.picture_files import DamagedError

# the header of a small file can declare a picture that does not fit into memory
_LARGEST_PICTURE_PIXELS = 16_000_000


class PictureError(Exception):
    """The bytes are not a complete picture, or the picture cannot be cropped."""


class BoxError(PictureError):
    """The picture is smaller than the box."""


@dataclass(frozen=True)
class Crop:
    """How pictures are cropped and scaled.

    Attributes:
        box: left, top, right, bottom in pixels of the picture; right and bottom are exclusive.
        image_size: height and width of the image, in pixels.
        resample: name of the filter: nearest, box, bilinear, hamming, bicubic or lanczos.
        num_channels: 3 for color, 1 for luminance.
    """

    box: tuple[int, ...]
    image_size: int
    resample: str
    num_channels: int = 3

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of an image in the array: (height, width, channels)."""
        return self.image_size, self.image_size, self.num_channels

    @property
    def image_bytes(self) -> int:
        """Size of an image in the array, in bytes."""
        return math.prod(self.shape)


def crop_picture(content: bytes, crop: Crop) -> np.ndarray:
    """Return the cropped image, (image_size, image_size, num_channels), uint8, 0..255.

    Args:
        content: a JPEG or PNG file; pictures of any mode are converted to RGB or luminance.
        crop: crop box, size and channels of the image.

    Raises:
        PictureError: the bytes are not a complete picture, or the picture has too many pixels.
        BoxError: the box does not fit into the picture.
    """
    try:
        check_size = functools.partial(_check_size, crop=crop)
        with picture_files.opened(content, ("JPEG", "PNG"), prepare=check_size) as picture:
            return _cropped(picture, crop)
    except DamagedError as error:
        raise PictureError(
            f"{len(content):,} bytes, expected a JPEG or PNG picture ({error})"
        ) from error


def _check_size(picture: Image.Image, crop: Crop) -> None:
    width, height = picture.size
    if width * height > _LARGEST_PICTURE_PIXELS:
        raise PictureError(
            f"a picture of {width}x{height} pixels, expected at most "
            f"{_LARGEST_PICTURE_PIXELS:,} in total"
        )
    _, _, right, bottom = crop.box
    if right > width or bottom > height:
        raise BoxError(
            f"a picture of {width}x{height} pixels, expected at least {right}x{bottom} "
            f"for the box {list(crop.box)}"
        )


def _cropped(picture: Image.Image, crop: Crop) -> np.ndarray:
    left, top, right, bottom = crop.box
    part = picture.crop((left, top, right, bottom))
    mode = "RGB" if crop.num_channels == 3 else "L"
    if part.mode != mode:
        part = part.convert(mode)
    size = (crop.image_size, crop.image_size)
    image = np.asarray(part.resize(size, Image.Resampling[crop.resample.upper()]))
    return image.reshape(crop.shape)
