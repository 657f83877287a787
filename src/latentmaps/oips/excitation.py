"""How strongly images excite the feature maps of a layer, and which pixels can do so at all.

The excitation of a map is its mean over all positions, as in the source: a pattern that occurs in
many places excites it more than one that occurs once.
"""

from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import IMAGE_SIZE
from latentmaps.errors import TrainingError
from latentmaps.oips.convolutions import SingleMaps

Floats = npt.NDArray[np.float32]

# Every batch has this many images, the last one is filled up: kernels differ between batch sizes,
# and so does the rounding.
_BATCH_SIZE = 256


@dataclass(frozen=True)
class Networks:
    """The CNN up to one layer, in the forms that the search needs.

    All read standardised images (n, 28, 28, 1).

    Attributes:
        layer_name: a convolution.
        activations: gives the mean of each map over all positions, (n, num_maps), >= 0.
        single_maps: gives that of one map for each image, (n,); for ascent.
        drives: gives the largest value of each map before its ReLU, (n, num_maps): it tells how
            far a silent map is from its first response.
        profiles: gives the means of the maps of the convolution below, (n, num_lower_maps); None
            for the first.
        reachable_size: so many rows and columns, from the upper left, influence the layer.
    """

    layer_name: str
    activations: keras.Model
    single_maps: SingleMaps
    drives: keras.Model
    profiles: keras.Model | None
    reachable_size: int

    @property
    def num_maps(self) -> int:
        """How many feature maps the layer has."""
        return int(self.activations.output.shape[1])


def networks(model: keras.Model, layer_name: str) -> Networks:
    """Gives the CNN up to a layer.

    Args:
        model: the CNN.
        layer_name: one of its convolutions.

    Raises:
        TrainingError: the CNN has no convolution of that name, or reads images of another size.
    """
    _require_size(model)
    layer = cnn.layer_model(model, layer_name)
    names = cnn.layer_names(model)
    reachable_size = _reachable_size(layer)
    below = names[: names.index(layer_name)]
    return Networks(
        layer_name=layer_name,
        activations=_mean_model(model, layer_name),
        single_maps=SingleMaps(layer, reachable_size),
        drives=_drive_model(layer),
        profiles=_mean_model(model, below[-1]) if below else None,
        reachable_size=reachable_size,
    )


def _require_size(model: keras.Model) -> None:
    height, width = model.input_shape[1:3]
    if (height, width) != (IMAGE_SIZE, IMAGE_SIZE):
        raise TrainingError(
            f"the CNN reads images of {height}x{width} pixels, expected {IMAGE_SIZE}x{IMAGE_SIZE}, "
            "the size of a digit; run train_cnn again"
        )


def _mean_model(model: keras.Model, layer_name: str) -> keras.Model:
    layer = cnn.layer_model(model, layer_name)
    means = keras.layers.GlobalAveragePooling2D(name="means")(layer.output)
    return keras.Model(layer.inputs, means, name=f"means_{layer_name}")


def _drive_model(layer: keras.Model) -> keras.Model:
    """Gives the largest value of each map before its ReLU, with a twin of the last convolution."""
    convolution = layer.layers[-1]
    config = convolution.get_config() | {"activation": "linear", "name": "before_relu"}
    twin = keras.layers.Conv2D.from_config(config)
    largest = keras.layers.GlobalMaxPooling2D(name="drives")(twin(convolution.input))
    twin.set_weights(convolution.get_weights())
    return keras.Model(layer.inputs, largest, name=f"drives_{layer.name}")


def _reachable_size(layer: keras.Model) -> int:
    # Pooling without padding leaves out the last row of an odd number; what only it saw is lost.
    layers = [part for part in layer.layers if hasattr(part, "strides")]
    size = int(layers[-1].output.shape[1])
    for part in reversed(layers):
        is_pooling = isinstance(part, keras.layers.MaxPooling2D)
        window = part.pool_size if is_pooling else part.kernel_size
        size = (size - 1) * part.strides[0] + window[0]
    return size


def measure(network: keras.Model, images: Floats) -> Floats:
    """Gives the outputs of a network, (n, num_outputs), float32.

    An image gives the same bytes alone and among others.

    Args:
        network: of ``Networks``.
        images: (n, 28, 28), standardised.
    """
    outputs = np.zeros((len(images), network.output.shape[1]), np.float32)
    for first in range(0, len(images), _BATCH_SIZE):
        batch = images[first : first + _BATCH_SIZE]
        filled = np.pad(batch, ((0, _BATCH_SIZE - len(batch)), (0, 0), (0, 0)))
        results = network.predict_on_batch(tf.constant(filled[..., np.newaxis]))
        outputs[first : first + len(batch)] = results[: len(batch)]
    return outputs


def measure_digits(network: keras.Model, images: npt.NDArray[np.uint8]) -> Floats:
    """Gives the outputs of a network for real digits, (n, num_outputs), float32.

    Args:
        network: of ``Networks``.
        images: (n, 28, 28), uint8, 0..255.
    """
    return cnn.predict(network, images)


def standardise_digits(images: npt.NDArray[np.uint8]) -> Floats:
    """Gives real digits as the CNN reads them, (n, 28, 28), float32.

    Args:
        images: (n, 28, 28), uint8, 0..255.
    """
    return np.asarray(cnn.standardise(images))[..., 0]
