"""How strongly images excite the feature maps of a layer, and which way leads up.

The excitation of a map is its mean over all positions, as in the source: a pattern that occurs in
many places excites it more than one that occurs once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps import seeds
from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import IMAGE_SIZE
from latentmaps.errors import TrainingError
from latentmaps.oips.convolutions import MeanOfOneMap
from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips

# Every batch has this many images, the last one is filled up: kernels differ between batch sizes,
# and so does the rounding.
_BATCH_SIZE = 256

# far below any RMS that matters; keeps a zero gradient zero
_TINY = 1e-12

# standardized images (n, 28, 28, 1) and a map index for each -> activations (n,)
Activate = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Networks:
    """The CNN up to one layer, in the forms that the search needs.

    All read standardized images (n, 28, 28, 1).

    Attributes:
        layer_name: a convolution.
        means: gives the mean of each map over all positions, (n, num_maps), >= 0.
        mean_of_one_map: gives that of one map for each image, (n,); for ascent.
        peaks_before_relu: gives the largest value of each map before its ReLU, (n, num_maps): how
            far a silent map is from its first response.
        means_below: gives the means of the maps of the convolution below, (n, num_lower_maps); None
            for the first.
        reachable_size: so many rows and columns, from the upper left, influence the layer.
    """

    layer_name: str
    means: keras.Model
    mean_of_one_map: MeanOfOneMap
    peaks_before_relu: keras.Model
    means_below: keras.Model | None
    reachable_size: int

    @property
    def num_maps(self) -> int:
        """How many feature maps the layer has."""
        return int(self.means.output.shape[1])


def networks(model: keras.Model, layer_name: str) -> Networks:
    """Return the CNN up to a layer.

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
        means=_mean_model(model, layer_name),
        mean_of_one_map=MeanOfOneMap(layer, reachable_size),
        peaks_before_relu=_peak_model(layer),
        means_below=_mean_model(model, below[-1]) if below else None,
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


def _peak_model(layer: keras.Model) -> keras.Model:
    """Return the largest value of each map before its ReLU, with a twin of the last convolution."""
    convolution = layer.layers[-1]
    config = convolution.get_config() | {"activation": "linear", "name": "before_relu"}
    twin = keras.layers.Conv2D.from_config(config)
    largest = keras.layers.GlobalMaxPooling2D(name="peaks")(twin(convolution.input))
    twin.set_weights(convolution.get_weights())
    return keras.Model(layer.inputs, largest, name=f"peaks_{layer.name}")


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
    """Return the outputs of a network, (n, num_outputs), float32.

    An image gives the same bytes alone and among others.

    Args:
        network: of ``Networks``.
        images: (n, 28, 28), standardized.
    """
    outputs = np.zeros((len(images), network.output.shape[1]), np.float32)
    for first in range(0, len(images), _BATCH_SIZE):
        batch = images[first : first + _BATCH_SIZE]
        filled = np.pad(batch, ((0, _BATCH_SIZE - len(batch)), (0, 0), (0, 0)))
        results = network.predict_on_batch(tf.constant(filled[..., np.newaxis]))
        outputs[first : first + len(batch)] = results[: len(batch)]
    return outputs


def measure_digits(network: keras.Model, images: npt.NDArray[np.uint8]) -> Floats:
    """Return the outputs of a network for real digits, (n, num_outputs), float32.

    Args:
        network: of ``Networks``.
        images: (n, 28, 28), uint8, 0..255.
    """
    return cnn.predict(network, images)


def standardize_digits(images: npt.NDArray[np.uint8]) -> Floats:
    """Return real digits as the CNN reads them, (n, 28, 28), float32.

    Args:
        images: (n, 28, 28), uint8, 0..255.
    """
    return np.asarray(cnn.standardize(images))[..., 0]


def objective(
    activate: Activate, params: DrawOips, images: tf.Tensor, map_indices: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what the ascent climbs, (n,), and the activations, (n,): equal without smoothness."""
    activations = activate(images, map_indices)  # (n,)
    if not params.smoothness:
        return activations, activations
    # a factor, not a term: activations of different maps differ by orders of magnitude
    return activations * tf.exp(-params.smoothness * _roughness(images)), activations


def objective_and_gradient(
    activate: Activate,
    params: DrawOips,
    images: tf.Tensor,
    map_indices: tf.Tensor,
    shifts: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return objectives (n,), activations (n,), and the gradients of the objectives.

    Images are independent of one another: the gradient of the sum of their objectives is the
    gradient of each.

    Args:
        activate: the network.
        params: smoothness and jitter.
        images: (n, 28, 28, 1), standardized.
        map_indices: (n,), the map that each image is to excite.
        shifts: (n, 2), rows and columns by which the gradient sees the images shifted; for jitter.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        seen = shift(images, shifts) if params.jitter else images
        objectives, activations = objective(activate, params, seen, map_indices)
    gradients = tape.gradient(objectives, images)
    if params.jitter:  # judged is the image itself, not what the gradient saw
        objectives, activations = objective(activate, params, images, map_indices)
    return objectives, activations, gradients


def coarsen(gradients: tf.Tensor, coarsener: tf.Tensor) -> tf.Tensor:
    """Return what a coarsener (28, 28) leaves of rows and columns of gradients (n, 28, 28, 1)."""
    return tf.einsum("ij,njkc,kl->nilc", coarsener, gradients, coarsener)


def along_sphere(gradients: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Return what standardizing leaves of gradients: no change of an image's mean and spread.

    The rest, which may be nearly all of a gradient, only makes a step shorter.

    Args:
        gradients: (n, 28, 28, 1).
        images: (n, 28, 28, 1), of mean 0.
    """
    gradients -= tf.reduce_mean(gradients, axis=(1, 2, 3), keepdims=True)
    common = tf.reduce_mean(gradients * images, axis=(1, 2, 3), keepdims=True)
    power = tf.reduce_mean(images**2, axis=(1, 2, 3), keepdims=True)
    return gradients - images * common / (power + _TINY)


def direction(gradients: tf.Tensor) -> tf.Tensor:
    """Return gradients divided by their RMS, so that a step changes every image by the same amount.

    Args:
        gradients: (n, 28, 28, 1); one that is zero stays zero.
    """
    rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(1, 2, 3), keepdims=True))
    return gradients / (rms + _TINY)


def sample_shifts(
    map_indices: npt.NDArray[np.int64], num_starts: int, params: DrawOips, seed: int
) -> npt.NDArray[np.int32]:
    """Return rows and columns by which each step sees an image shifted, int32.

    Returns:
        (n, num_steps + 1, 2), n = num_maps * num_starts; (n, 1, 2), zeros, without jitter.
    """
    if not params.jitter:
        return np.zeros((len(map_indices) * num_starts, 1, 2), np.int32)
    streams = [
        seeds.jitter(seed, map_index, start)
        for map_index in map_indices.tolist()
        for start in range(num_starts)
    ]
    size = (params.num_steps + 1, 2)
    bounds = -params.jitter, params.jitter + 1
    return np.array([stream.integers(*bounds, size) for stream in streams], np.int32)


def shift(images: tf.Tensor, shifts: tf.Tensor) -> tf.Tensor:
    """Return images moved down and right; what leaves on one side comes back on the other.

    Args:
        images: (n, 28, 28, 1).
        shifts: (n, 2), rows and columns.
    """
    size = images.shape[1]
    rows = (tf.range(size) - shifts[:, :1]) % size  # (n, 28)
    columns = (tf.range(size) - shifts[:, 1:]) % size
    moved_down = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(moved_down, columns, axis=2, batch_dims=1)


def _roughness(images: tf.Tensor) -> tf.Tensor:
    """Return the mean squared difference of neighbors, down and across, (n,)."""
    down = images[:, 1:] - images[:, :-1]
    across = images[:, :, 1:] - images[:, :, :-1]
    return tf.reduce_mean(down**2, (1, 2, 3)) + tf.reduce_mean(across**2, (1, 2, 3))
