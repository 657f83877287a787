"""Feature nets from keras.applications, with weights from a local file; nothing is downloaded."""

from pathlib import Path
from types import ModuleType

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.errors import ParamsError
from latentmaps.storage import weights

Pixels = npt.NDArray[np.float32]

PREFIX = "keras-"

_USUAL_SIDE = 224
# what Keras builds these with by default: the size that their ImageNet weights were trained on
_OTHER_SIDES = {
    "EfficientNetB1": 240,
    "EfficientNetB2": 260,
    "EfficientNetB3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2B1": 240,
    "EfficientNetV2B2": 260,
    "EfficientNetV2B3": 300,
    "EfficientNetV2L": 480,
    "EfficientNetV2M": 480,
    "EfficientNetV2S": 384,
    "InceptionResNetV2": 299,
    "InceptionV3": 299,
    "NASNetLarge": 331,
    "Xception": 299,
}


class KerasFeatures:
    """A network without its last layer, the mean of each of its last feature maps.

    Pixels are resized to the side that Keras builds the network with by default (bilinear,
    antialiased where they shrink), gray ones repeated three times, and then go through the
    network's own ``preprocess_input``.

    Attributes:
        name: ``keras-`` and the name in keras.applications; stands in metrics.
    """

    def __init__(self, application: str, network: keras.Model) -> None:
        self.name = f"{PREFIX}{application}"
        preprocess = _module(application).preprocess_input
        side = input_side(application)

        def features(pixels: tf.Tensor) -> tf.Tensor:
            resized = tf.image.resize(pixels, (side, side), method="bilinear", antialias=True)
            if resized.shape[-1] == 1:
                resized = tf.image.grayscale_to_rgb(resized)
            return network(preprocess(255.0 * resized), training=False)

        self._features = tf.function(features, reduce_retracing=True)

    def features(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Gives the features, (n, d), of a batch of pixels, (n, h, w, 3 or 1), 0..1."""
        return self._features(tf.convert_to_tensor(pixels, tf.float32)).numpy()


def load(name: str, path: Path) -> KerasFeatures:
    """Gives the network with these weights.

    Args:
        name: ``keras-`` and a name in keras.applications, such as ``keras-InceptionV3``.
        path: its weights without the top, .weights.h5 or .h5.

    Raises:
        ParamsError: keras.applications has no such network.
        DataError: the file is missing, damaged, or of another network.
    """
    application = name.removeprefix(PREFIX)
    if application not in usable_applications():
        raise ParamsError(
            f"{name}: keras.applications has no {application!r}, expected "
            f"{PREFIX}<one of {', '.join(usable_applications())}>"
        )
    network = build(application)
    weights.load(
        network,
        path,
        shape=f"keras.applications.{application} without its top",
        advice=f"save them with `{application}(include_top=False).save_weights(...)`, or take the "
        "file of that network whose name ends in notop.h5",
    )
    return KerasFeatures(application, network)


def build(application: str) -> keras.Model:
    """Gives the network with random weights, pixels in, (n, d) out."""
    side = input_side(application)
    return getattr(keras.applications, application)(
        include_top=False, weights=None, input_shape=(side, side, 3), pooling="avg"
    )


def usable_applications() -> list[str]:
    """Gives the names of all networks in keras.applications."""
    return [name for name in dir(keras.applications) if name[0].isupper()]


def input_side(application: str) -> int:
    """Gives the height and width, pixels, that Keras builds a network with by default."""
    return _OTHER_SIDES.get(application, _USUAL_SIDE)


def _module(application: str) -> ModuleType:
    """Gives the module of a network, where its ``preprocess_input`` is."""
    where = getattr(keras.applications, application).__module__
    return getattr(keras.applications, where.rpartition(".")[2])
