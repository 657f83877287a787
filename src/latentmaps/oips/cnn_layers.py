"""The CNN up to one of its layers, and what it reads: real digits."""

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import IMAGE_SIZE, Digits
from latentmaps.errors import DataError, TrainingError
from latentmaps.oips import networks as networks_module
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import Floats, PixelRange

# Digits are standardized so many at a time: 60,000 at once are 600 MB.
_NUM_AT_ONCE = 5_000


def up_to(model: keras.Model, layer_name: str) -> Networks:
    """Return the CNN up to a convolution, by the mean of a map, or to a dense layer, by a unit.

    Args:
        model: the CNN.
        layer_name: one of its convolutions or dense layers.

    Raises:
        TrainingError: the CNN has no such layer, or reads images of another size.
    """
    _require_size(model)
    cnn.require_layer(model, layer_name)
    is_convolution = layer_name in cnn.layer_names(model)
    return networks_module.up_to(model, layer_name, "mean" if is_convolution else "unit")


def responses_below(model: keras.Model, layer_name: str) -> keras.Model | None:
    """Return the network image -> what the layer below makes of it, (n, num_lower_units).

    Args:
        model: the CNN.
        layer_name: one of its convolutions or dense layers.

    Returns:
        The mean of each map of the convolution below, or the units of the dense layer below; None
        for the first.
    """
    names = cnn.unit_layer_names(model)
    below = names[: names.index(layer_name)]
    return up_to(model, below[-1]).responses if below else None


def _require_size(model: keras.Model) -> None:
    height, width = model.input_shape[1:3]
    if (height, width) != (IMAGE_SIZE, IMAGE_SIZE):
        raise TrainingError(
            f"the CNN reads images of {height}x{width} pixels, expected {IMAGE_SIZE}x{IMAGE_SIZE}, "
            "the size of a digit; run train_cnn again"
        )


def measure_digits(network: keras.Model, images: npt.NDArray[np.uint8]) -> Floats:
    """Return the outputs of a network for real digits, (n, num_outputs), float32.

    Args:
        network: of ``Networks``.
        images: (n, 28, 28), uint8, 0..255.
    """
    return cnn.predict(network, images)


def standardize_digits(images: npt.NDArray[np.uint8]) -> Floats:
    """Return real digits as the CNN reads them, (n, 28, 28, 1), float32.

    Args:
        images: (n, 28, 28), uint8, 0..255.
    """
    return np.asarray(cnn.standardize(images))


def digit_range(digits: Digits) -> PixelRange:
    """Return darkest and brightest pixel of a real digit as the CNN reads it.

    The medians over the training part: half of the digits go further on either side.

    Raises:
        DataError: half of the training digits are of one single gray.
    """
    images = digits.train_images
    parts = [
        standardize_digits(images[first : first + _NUM_AT_ONCE])
        for first in range(0, len(images), _NUM_AT_ONCE)
    ]
    darkest = float(np.median(np.concatenate([part.min(axis=(1, 2, 3)) for part in parts])))
    brightest = float(np.median(np.concatenate([part.max(axis=(1, 2, 3)) for part in parts])))
    if darkest >= brightest:
        raise DataError(
            "the training digits: found half of them of one single gray, expected strokes on a "
            "ground; run fetch_digits again"
        )
    return darkest, brightest
