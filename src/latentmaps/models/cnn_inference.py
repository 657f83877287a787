"""Use a trained CNN: images to probabilities, and to the feature maps of a layer."""

from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.data.digits import IMAGE_SIZE
from latentmaps.errors import DataError
from latentmaps.models import cnn

Images = npt.NDArray[np.uint8]


class TrainedCnn:
    """A trained CNN.

    Attributes:
        layer_names: the convolutions, from the image on.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self.layer_names = cnn.layer_names(model)

    @classmethod
    def load(cls, folder: Path) -> "TrainedCnn":
        """Gives the CNN that ``cnn.save`` wrote into `folder`.

        Raises:
            DataError: a file is missing or damaged, or does not belong to the other.
        """
        return cls(cnn.load(folder))

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Gives the probability of each digit, (n, 10), 0..1.

        Args:
            images: (n, 28, 28), uint8, 0..255, light strokes on dark ground.

        Raises:
            DataError: the images are of another shape.
        """
        return cnn.predict(self._model, _checked(images))

    def feature_maps(self, images: Images, layer_name: str) -> npt.NDArray[np.float32]:
        """Gives the maps of a convolution, (n, h, w, num_maps), 0 or more.

        Args:
            images: (n, 28, 28), uint8, 0..255.
            layer_name: one of `layer_names`.

        Raises:
            DataError: the images are of another shape.
            TrainingError: there is no such layer.
        """
        return cnn.predict(cnn.layer_model(self._model, layer_name), _checked(images))

    def all_feature_maps(self, images: Images) -> dict[str, npt.NDArray[np.float32]]:
        """Gives the maps of every convolution by its name, each (n, h, w, num_maps), 0 or more.

        Args:
            images: (n, 28, 28), uint8, 0..255.

        Raises:
            DataError: the images are of another shape.
        """
        return {name: self.feature_maps(images, name) for name in self.layer_names}


def _checked(images: Images) -> Images:
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE) or images.dtype != np.uint8:
        raise DataError(
            f"the images are {images.dtype} of the shape {images.shape}, expected uint8 of the "
            f"shape (num_images, {IMAGE_SIZE}, {IMAGE_SIZE})"
        )
    return images
