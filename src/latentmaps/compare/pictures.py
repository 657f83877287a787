"""Strips of faces for the page.

A strip of reconstructions has two rows: test faces, and below them what is left of them. The upper
row tells for certain, pixel by pixel, whether experiments were shown the same faces.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image


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
