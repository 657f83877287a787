"""What an ascent climbs: one number for each image, by the unit of a layer that it is to excite.

A unit is a feature map of a layer, or a value of a dense one. The registry says how its values
become one number. All but the mean look at what the unit is before its activation function: their
optimum is the same, and where a ReLU is silent there still is a gradient.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import tensorflow as tf

# where all that is read is 0, so is all that is put out
_PASSING = (
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
    keras.layers.Dropout,
    keras.layers.SpatialDropout2D,
)


class Objective(Protocol):
    """What is climbed; a call takes images (n, h, w, c) and a unit for each, (n,), to (n,).

    Attributes:
        floor: a value not above is silent, and has no gradient: 0 behind a ReLU, else minus
            infinity.
    """

    floor: float

    def __call__(self, images: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
        """Return the value of the unit of each image."""


class SelectedUnit:
    """The value of one unit for each image, from those of all."""

    def __init__(self, responses: keras.Model, floor: float) -> None:
        """Take a network.

        Args:
            responses: images (n, h, w, c) -> (n, num_units).
            floor: see ``Objective``.
        """
        self._responses = responses
        self.floor = floor

    def __call__(self, images: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
        """Return the value of the unit of each image, (n,)."""
        responses = self._responses(images, training=False)
        return tf.gather(tf.cast(responses, tf.float32), units, axis=1, batch_dims=1)


def _mean(layer: keras.layers.Layer) -> Any:
    return keras.layers.GlobalAveragePooling2D(name="mean")(layer.output)


def _max(layer: keras.layers.Layer) -> Any:
    return keras.layers.GlobalMaxPooling2D(name="max")(before_activation(layer))


def _position(layer: keras.layers.Layer) -> Any:
    maps = before_activation(layer)
    _, height, width, _ = maps.shape
    return maps[:, height // 2, width // 2, :]


def _unit(layer: keras.layers.Layer) -> Any:
    return before_activation(layer)


@dataclass(frozen=True)
class ObjectiveKind:
    """A way from the values of a unit to one number.

    Attributes:
        responses: layer -> one number for each of its units, a Keras tensor (n, num_units).
        rank: dimensions of the layer's output: 4 for feature maps (n, h, w, num_maps), 2 for dense
            units.
        words: what is climbed, for pages.
        is_after_activation: whether it looks at what the activation function leaves.
    """

    responses: Callable[[keras.layers.Layer], Any]
    rank: int
    words: str
    is_after_activation: bool = False


OBJECTIVES: dict[str, ObjectiveKind] = {
    "mean": ObjectiveKind(
        _mean, 4, "the mean of the map over all positions", is_after_activation=True
    ),
    "max": ObjectiveKind(_max, 4, "the largest value of the map, before its activation function"),
    "position": ObjectiveKind(
        _position, 4, "the map at its central position, before its activation"
    ),
    "unit": ObjectiveKind(_unit, 2, "the unit before its activation function"),
}


def before_activation(layer: keras.layers.Layer) -> Any:
    """Return what a layer puts out before its activation function, a Keras tensor."""
    if is_activation(layer):
        return layer.input
    if getattr(layer, "activation", None) in (None, keras.activations.linear):
        return layer.output
    twin = type(layer).from_config(
        layer.get_config() | {"activation": "linear", "name": f"{layer.name}_before_activation"}
    )
    values = twin(layer.input)
    twin.set_weights(layer.get_weights())
    return values


def is_activation(layer: keras.layers.Layer) -> bool:
    """Return whether a layer does nothing but apply an activation function to each value."""
    kinds = keras.layers
    return isinstance(layer, kinds.Activation | kinds.ReLU | kinds.LeakyReLU | kinds.ELU)


def ends_with_relu(layer: keras.layers.Layer) -> bool:
    """Return whether a layer ends with a ReLU, so that its values are 0 or more."""
    if isinstance(layer, keras.layers.ReLU | keras.layers.LeakyReLU):
        return not layer.negative_slope
    return getattr(layer, "activation", None) in (keras.activations.relu, keras.activations.relu6)


def silencing_relu(model: keras.Model, layer_name: str, name: str) -> keras.layers.Layer | None:
    """Return the layer whose ReLU may silence the units of a layer; None: nothing does.

    Args:
        model: with one image as input.
        layer_name: of the units. It has the ReLU itself, or it pools what one leaves, or thins it
            out.
        name: of the objective.
    """
    layer = model.get_layer(layer_name)
    if not OBJECTIVES[name].is_after_activation:
        return None
    if ends_with_relu(layer):
        return layer
    if not isinstance(layer, _PASSING):
        return None
    below = [one for one in model.layers if getattr(one, "output", None) is layer.input]
    return silencing_relu(model, below[0].name, name) if below else None


def responses(model: keras.Model, layer_name: str, name: str) -> keras.Model:
    """Return the network images -> one number for each unit of a layer, (n, num_units).

    Args:
        model: with one image as input.
        layer_name: one of its layers.
        name: of the objective.
    """
    outputs = OBJECTIVES[name].responses(model.get_layer(layer_name))
    return keras.Model(model.inputs, outputs, name=f"{name}_{layer_name}")
