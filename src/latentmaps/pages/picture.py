"""PNG pictures as data URLs."""

import base64
import io
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class Picture:
    """A PNG, ready to stand in a page.

    Attributes:
        data_url: the whole file.
        width: pixels.
        height: pixels.
    """

    data_url: str
    width: int
    height: int


def from_png(content: bytes, size: tuple[int, int]) -> Picture:
    """Return the picture that the bytes of a PNG file hold, `size` being width and height."""
    return Picture(f"data:image/png;base64,{base64.b64encode(content).decode()}", *size)


def encode(image: Image.Image) -> Picture:
    """Return an image as a picture; equal pixels give equal text."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=9)
    return from_png(buffer.getvalue(), image.size)
