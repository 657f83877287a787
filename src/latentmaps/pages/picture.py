"""PNG pictures as data URLs."""

import base64
import io
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class Picture:
    """A PNG that can be embedded in a page.

    Attributes:
        data_url: the whole file as a data URL.
        width: width in pixels.
        height: height in pixels.
    """

    data_url: str
    width: int
    height: int


def from_png(content: bytes, size: tuple[int, int]) -> Picture:
    """Wrap the bytes of a PNG file as a picture.

    Args:
        content: the bytes of the file.
        size: width and height in pixels.
    """
    return Picture(f"data:image/png;base64,{base64.b64encode(content).decode()}", *size)


def encode(image: Image.Image) -> Picture:
    """Encode an image as a picture; identical pixels produce identical data URLs."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=9)
    return from_png(buffer.getvalue(), image.size)
