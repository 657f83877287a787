"""The CNN up to one of its layers, and digits in the input format of the CNN."""

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import IMAGE_SIZE, Digits
from latentmaps.errors import DataError, TrainingError
from latentmaps.oips import networks as networks_module
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import Floats, PixelRange

# Number of digits to standardize at a time. All 60,000 at once would take 600 MB.
_BATCH_SIZE = 5_000


def up_to(model: keras.Model, layer_name: str) -> Networks:
    """Cut the CNN after a layer.

    The objective is the mean of a map for a convolution, and the value of a unit for a dense layer.

    Args:
        model: the CNN.
        layer_name: name of a convolution or a dense layer.

    Raises:
        TrainingError: the CNN has no such layer, or it reads images of a different size.
    """
    _require_size(model)
    cnn.require_layer(model, layer_name)
    is_convolution = layer_name in cnn.layer_names(model)
    return networks_module.up_to(model, layer_name, "mean" if is_convolution else "unit")


def responses_below(model: keras.Model, layer_name: str) -> keras.Model | None:
    """Build the network that maps images to the responses of the layer below a given one.

    Args:
        model: the CNN.
        layer_name: name of a convolution or a dense layer.

    Returns:
        The network, whose outputs (n, num_lower_units) are the means of the maps of a convolution,
        or the values of the units of a dense layer; None for the first layer.
    """
    names = cnn.unit_layer_names(model)
    below = names[: names.index(layer_name)]
    return up_to(model, below[-1]).responses if below else None


def _require_size(model: keras.Model) -> None:
    height, width = model.input_shape[1:3]
    if (height, width) != (IMAGE_SIZE, IMAGE_SIZE):
        raise TrainingError(
            f"the CNN: found an input of {height}x{width} pixels, expected "
            f"{IMAGE_SIZE}x{IMAGE_SIZE}, the size of a digit; run train_cnn again"
        )


def measure_digits(network: keras.Model, images: npt.NDArray[np.uint8]) -> Floats:
    """Return the outputs of a network for real digits, (n, num_outputs), float32.

    Args:
        network: one of the models in ``Networks``.
        images: (n, 28, 28), uint8, 0..255.
    """
    return cnn.predict(network, images)


def standardize_digits(images: npt.NDArray[np.uint8]) -> Floats:
    """Standardize digits as the CNN expects them, (n, 28, 28, 1), float32.

    Args:
        images: (n, 28, 28), uint8, 0..255.
    """
    return np.asarray(cnn.standardize(images))


def digit_range(digits: Digits) -> PixelRange:
    """Return the darkest and the brightest pixel of a typical standardized digit.

    Each is a median over the training part, so half of the digits have pixels beyond it.

    Raises:
        DataError: at least half of the training digits have only one gray level.
    """
    images = digits.train_images
    parts = [
        standardize_digits(images[first : first + _BATCH_SIZE])
        for first in range(0, len(images), _BATCH_SIZE)
    ]
    darkest = float(np.median(np.concatenate([part.min(axis=(1, 2, 3)) for part in parts])))
    brightest = float(np.median(np.concatenate([part.max(axis=(1, 2, 3)) for part in parts])))
    if darkest >= brightest:
        raise DataError(
            "the training digits: found a single gray level in at least half of them, expected "
            "strokes on a background; run fetch_digits again"
        )
    return darkest, brightest
