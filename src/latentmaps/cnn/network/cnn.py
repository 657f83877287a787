"""The CNN that classifies digits: build, save and load it, and cut it after a layer.

The convolutions have no padding, and pooling layers lie between them. By default, there are three
convolutions with 3x3 kernels, named Conv2D_1, Conv2D_2 and Conv2D_3, as in R. Moenchmeyer's posts
on MNIST. ``cnn_training`` trains the network.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds
from latentmaps.digits.dataset.digits import IMAGE_SIZE, NUM_CLASSES
from latentmaps.errors import DataError, TrainingError
from latentmaps.storage import model_folder, weights
from latentmaps.storage.sizes import Size, Sizes

_ADVICE = "run train_cnn again"
WEIGHTS_FILE = "cnn.weights.h5"

_PREDICTION_BATCH_SIZE = 256


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The shape of the CNN. The types are checked when an architecture is loaded.

    Attributes:
        filters: number of feature maps of each convolution.
        dense_units: number of units of the dense layer before the output.
        kernel_size: height and width of a kernel.
        pool_size: height and width of a pooling window.
        image_size: height and width of an image, in pixels.
    """

    filters: Sizes
    dense_units: Size
    kernel_size: Size = 3
    pool_size: Size = 2
    image_size: Size = IMAGE_SIZE


def build_cnn(architecture: Architecture, *, l2: float = 0.0, seed: int = 0) -> keras.Model:
    """Build the untrained CNN.

    It maps standardized images (n, size, size, 1) to probabilities (n, 10).

    Args:
        architecture: shape of the CNN.
        l2: weight of the L2 penalty on all kernels.
        seed: seed for the initial kernels; each layer has its own stream.

    Raises:
        ValueError: the image is too small for this number of convolutions.
    """
    num_convolutions = len(architecture.filters)
    kernel_seeds = seeds.kernels(seed, num_convolutions + 2)
    size = architecture.image_size
    inputs = keras.Input((size, size, 1), name="standardized_images")
    maps = inputs
    for index, num_maps in enumerate(architecture.filters):
        name = f"Conv2D_{index + 1}"
        if index > 0:
            maps = keras.layers.MaxPooling2D(architecture.pool_size, name=f"pooling_{index}")(maps)
        maps = keras.layers.Conv2D(
            num_maps,
            architecture.kernel_size,
            activation="relu",
            name=name,
            **_kernel(kernel_seeds[index], l2),
        )(maps)
    features = keras.layers.Flatten(name="features")(maps)
    hidden = keras.layers.Dense(
        architecture.dense_units,
        activation="relu",
        name="dense",
        **_kernel(kernel_seeds[-2], l2),
    )(features)
    probabilities = keras.layers.Dense(
        NUM_CLASSES,
        activation="softmax",
        name="probabilities",
        **_kernel(kernel_seeds[-1], l2),
    )(hidden)
    return keras.Model(inputs, probabilities, name="cnn")


def _kernel(seed: int, l2: float) -> dict[str, Any]:
    # He initialization, designed for ReLU, diverged at a learning rate of 0.05; Glorot's did not
    return {
        "kernel_initializer": keras.initializers.GlorotUniform(seed),
        "kernel_regularizer": keras.regularizers.L2(l2),
    }


def standardize(images: npt.NDArray[np.uint8] | tf.Tensor) -> tf.Tensor:
    """Scale each image to mean 0 and standard deviation 1, as the CNN expects.

    This is TensorFlow's definition, (x - mean) / max(std, 1 / sqrt(number of pixels)).

    Args:
        images: (n, 28, 28), uint8, 0..255.

    Returns:
        (n, 28, 28, 1), float32.
    """
    return tf.image.per_image_standardization(tf.cast(images, tf.float32)[..., tf.newaxis])


def predict(model: keras.Model, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the outputs of a model for images, float32.

    Args:
        model: model that reads standardized images.
        images: (n, 28, 28), uint8, 0..255.
    """
    batches = tf.data.Dataset.from_tensor_slices(images).batch(_PREDICTION_BATCH_SIZE)
    outputs: npt.NDArray[np.float32] = model.predict(batches.map(standardize), verbose=0)
    return outputs


def layer_model(model: keras.Model, layer_name: str) -> keras.Model:
    """Return the CNN up to the feature maps (n, h, w, num_maps) of a convolution.

    Raises:
        TrainingError: the CNN has no convolution with that name.
    """
    _require_name(model, layer_name, layer_names(model), "feature maps")
    return keras.Model(model.inputs, model.get_layer(layer_name).output, name=layer_name)


def require_layer(model: keras.Model, layer_name: str) -> None:
    """Require a layer with feature maps or dense units.

    Raises:
        TrainingError: the CNN has no convolution or dense layer with that name.
    """
    _require_name(model, layer_name, unit_layer_names(model), "units")


def _require_name(model: keras.Model, layer_name: str, names: Sequence[str], values: str) -> None:
    if layer_name not in names:
        others = {layer.name for layer in model.layers}
        found = f"{layer_name}, which has no {values}" if layer_name in others else layer_name
        raise TrainingError(
            f"draw_oips.layers: found {found}, expected one of {', '.join(names)}, layers of the "
            "trained CNN; correct the name or extend train_cnn.filters"
        )


def unit_layer_names(model: keras.Model) -> list[str]:
    """Return the names of the convolutions and the dense layers, in order."""
    kinds = (keras.layers.Conv2D, keras.layers.Dense)
    return [layer.name for layer in model.layers if isinstance(layer, kinds)]


def layer_names(model: keras.Model) -> list[str]:
    """Return the names of the convolutions, in order."""
    return [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Description(model_folder.Description):
    architecture: Architecture


def save(folder: Path, architecture: Architecture, model: keras.Model) -> None:
    """Write the shape and the weights into a folder; identical models produce identical files.

    Args:
        folder: folder for the files.
        architecture: shape of the model.
        model: the CNN.
    """
    parts = {"architecture": dataclasses.asdict(architecture)}
    model_folder.save(folder, parts, {WEIGHTS_FILE: model})


def load(folder: Path) -> keras.Model:
    """Load a CNN that ``save`` wrote.

    Raises:
        DataError: a file is missing or damaged, the files do not match each other, or the CNN reads
            images of a different size.
    """
    description = model_folder.load(folder, _Description, [WEIGHTS_FILE], advice=_ADVICE)
    architecture = description.architecture
    path = folder / model_folder.DESCRIPTION_FILE
    if architecture.image_size != IMAGE_SIZE:
        raise DataError(
            f"{path}: image_size: found {architecture.image_size}, expected {IMAGE_SIZE}, the size "
            f"of a digit; {_ADVICE}"
        )
    try:
        model = build_cnn(architecture)
    except ValueError as error:
        raise DataError(
            f"{path}: found more convolutions than fit into a digit; {_ADVICE}"
        ) from error
    weights.load(model, folder / WEIGHTS_FILE, advice=_ADVICE)
    return model
