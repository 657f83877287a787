"""Strips of faces for the page.

A strip of reconstructions has two rows: test faces, and below them what is left of them. The upper
row tells for certain, pixel by pixel, whether experiments were shown the same faces.
"""

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from latentmaps.report.inputs import Picture


def originals(strip: Image.Image) -> Image.Image:
    """Gives the upper row of a strip of reconstructions."""
    return strip.crop((0, 0, strip.width, strip.height // 2))


def reconstructions(strip: Image.Image) -> Image.Image:
    """Gives the lower row of a strip of reconstructions."""
    return strip.crop((0, strip.height - strip.height // 2, strip.width, strip.height))


def are_of_same_faces(strips: Sequence[Image.Image]) -> bool:
    """Tells whether the upper rows are equal."""
    rows = [np.asarray(originals(strip)) for strip in strips]
    return all(np.array_equal(row, rows[0]) for row in rows)


def to_picture(image: Image.Image) -> Picture:
    """Gives a picture to put into a page; equal pixels give equal text."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=9)
    text = base64.b64encode(buffer.getvalue()).decode()
    return Picture(f"data:image/png;base64,{text}", image.width, image.height)
