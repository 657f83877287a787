"""Small encoders, and parameters of a very short search for their patterns."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from tests.vae.example_vae import small_vae

from latentmaps.oips import objectives
from latentmaps.params.draw_face_oips import DrawFaceOips

# changes to the encoder of the sample, with receptive fields that fit into 16 pixels
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "as in the sample": {},
    "without normalization": {"batch_norm": "none", "activation": "relu"},
    "frozen normalization": {"batch_norm": "frozen"},
    "relu and dropout": {"activation": "relu", "dropout_rate": 0.2},
    "selu": {"batch_norm": "none", "activation": "selu", "dropout_rate": 0.2},
    "valid padding": {"paddings": ("valid", "valid"), "strides": (2, 1)},
    "no stride": {"strides": (1, 1)},
    "gray, with a dense layer": {"num_channels": 1, "dense_units": 7},
}
# a receptive field of 31 pixels; an image has only 16
LARGE: dict[str, Any] = {
    "filters": (4, 4, 4, 4),
    "kernel_sizes": (3, 3, 3, 3),
    "strides": (2, 2, 2, 2),
    "paddings": ("same",) * 4,
}


def params(**changes: Any) -> DrawFaceOips:
    simple: dict[str, Any] = {
        "num_starts": 2,
        "num_steps": 12,
        "step_size": 0.4,
        "contrast": 0.8,
        "smoothness": 1.25,
        "num_strongest": 3,
        "seed": None,
        "tile_scale": 1,
    }
    return DrawFaceOips(**simple | changes)


def encoder(**changes: Any) -> keras.Model:
    """Build an encoder whose normalization layers differ from their initial state."""
    network = small_vae(**changes).encoder
    generator = np.random.default_rng(2)
    for layer in network.layers:
        if layer.name.startswith("normalization"):
            layer.set_weights([generator.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    return network


def maps(network: keras.Model, layer_name: str, pixels: npt.NDArray[np.float32]) -> Any:
    """Return the inputs of an activation layer for whole images, (n, h, w, num_maps)."""
    layer = network.get_layer(layer_name)
    whole = keras.Model(network.inputs, objectives.before_activation(layer))
    return whole.predict_on_batch(pixels)


def images(num_images: int, num_channels: int = 3) -> npt.NDArray[np.uint8]:
    shape = (num_images, 16, 16, num_channels)
    return np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)
