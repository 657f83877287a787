"""What the page knows of the CNN and its digits."""

import keras

from latentmaps.explorer import packing
from latentmaps.explorer.page import Part
from latentmaps.portable import folding


def prepare(cnn: keras.Model) -> Part:
    """Return the part of the digits.

    Args:
        cnn: standardized images (n, 28, 28, 1) -> probabilities (n, 10).
    """
    return Part("digits", "Digits", {}, {"cnn": packing.pack(folding.to_plain(cnn))})
