"""Use a trained CNN: compute probabilities and the feature maps of a layer."""

import difflib
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from latentmaps import arguments
from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import IMAGE_SIZE
from latentmaps.errors import DataError, shorten

Images = npt.NDArray[np.uint8]


class TrainedCnn:
    """A trained CNN.

    Attributes:
        model: the Keras model, which maps standardized images (n, 28, 28, 1), float32, as returned
            by ``cnn.standardize``, to probabilities (n, 10).
        layer_names: names of the convolutions, in order.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self.layer_names = cnn.layer_names(model)

    @classmethod
    def load(cls, folder: Path) -> "TrainedCnn":
        """Load a CNN that ``cnn.save`` wrote into a folder.

        Raises:
            DataError: a file is missing or damaged, or the files do not match each other.
        """
        return cls(cnn.load(folder))

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Return the probability of each digit, (n, 10), 0..1.

        Args:
            images: (n, 28, 28), uint8, 0..255, light strokes on a dark background.

        Raises:
            DataError: the images are not uint8 or have the wrong shape, or there are none.
        """
        _require_images(images)
        return cnn.predict(self.model, images)

    def feature_maps(self, images: Images, layer_name: str) -> npt.NDArray[np.float32]:
        """Return the feature maps of a convolution, (n, h, w, num_maps), 0 or more.

        Args:
            images: (n, 28, 28), uint8, 0..255.
            layer_name: one of `layer_names`.

        Raises:
            DataError: there are no images, they are not uint8 or have the wrong shape, or the layer
                does not exist.
        """
        _require_images(images)
        if layer_name not in self.layer_names:
            raise DataError(
                f"layer_name: found {shorten(layer_name)}, expected one of "
                f"{', '.join(self.layer_names)}{self._guess(layer_name)}"
            )
        return cnn.predict(cnn.layer_model(self.model, layer_name), images)

    def all_feature_maps(self, images: Images) -> dict[str, npt.NDArray[np.float32]]:
        """Return the feature maps of all convolutions, (n, h, w, num_maps), 0 or more, by layer.

        Args:
            images: (n, 28, 28), uint8, 0..255.

        Raises:
            DataError: the images are not uint8 or have the wrong shape, or there are none.
        """
        _require_images(images)
        # one model for all layers, because Keras warns about retracing if it compiles one per layer
        outputs = {name: self.model.get_layer(name).output for name in self.layer_names}
        maps: Any = cnn.predict(keras.Model(self.model.inputs, outputs), images)
        return {name: maps[name] for name in self.layer_names}

    def _guess(self, layer_name: str) -> str:
        spelled = {name.lower(): name for name in self.layer_names}
        near = difflib.get_close_matches(str(layer_name).lower(), spelled, n=1)
        return "".join(f"; did you mean {spelled[name]}?" for name in near)


def _require_images(images: Images) -> None:
    arguments.require_images(images, (IMAGE_SIZE, IMAGE_SIZE))
