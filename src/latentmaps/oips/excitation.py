"""How strongly images excite the feature maps of a layer, and which pixels can do so at all.

The excitation of a map is its mean over all positions, as in the source: a pattern that occurs in
many places excites it more than one that occurs once.
"""

from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.models import cnn


@dataclass(frozen=True)
class Strongest:
    """The image that excites each map most.

    Attributes:
        rows: (num_maps,), where it stands among the images.
        activations: (num_maps,), float32, >= 0; 0 when no image excites the map.
    """

    rows: npt.NDArray[np.int64]
    activations: npt.NDArray[np.float32]


def excitation_model(model: keras.Model, layer_name: str) -> keras.Model:
    """Gives the model standardised images (n, 28, 28, 1) -> activations (n, num_maps).

    Raises:
        TrainingError: the CNN has no convolution of that name.
    """
    layer = cnn.layer_model(model, layer_name)
    activations = keras.layers.GlobalAveragePooling2D(name="activations")(layer.output)
    return keras.Model(layer.inputs, activations, name=f"excitation_{layer_name}")


def strongest(excitation: keras.Model, images: npt.NDArray[np.uint8]) -> Strongest:
    """Gives the image that excites each map most; the first among equals.

    Args:
        excitation: as ``excitation_model`` gives it.
        images: (n, 28, 28), uint8, 0..255.
    """
    activations = cnn.predict(excitation, images)
    rows = activations.argmax(axis=0)
    return Strongest(rows, activations[rows, np.arange(activations.shape[1])])


def reachable_size(excitation: keras.Model) -> int:
    """Gives how many rows and columns, from the upper left, influence the layer.

    Pooling without padding leaves out the last row of an odd number; what only it saw is lost.
    """
    layers = [layer for layer in excitation.layers if hasattr(layer, "strides")]
    size = int(layers[-1].output.shape[1])
    for layer in reversed(layers):
        is_pooling = isinstance(layer, keras.layers.MaxPooling2D)
        window = layer.pool_size if is_pooling else layer.kernel_size
        size = (size - 1) * layer.strides[0] + window[0]
    return size
