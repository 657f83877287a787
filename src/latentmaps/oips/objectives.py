"""Objectives of the ascent: one number per image, computed from the unit to excite.

A unit is a feature map of a layer or a neuron of a dense layer. ``OBJECTIVES`` defines how the
values of a unit become one number. All objectives except the mean use values before the activation
function: the optimum is the same, and there is a gradient even where a ReLU outputs 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import tensorflow as tf

# layers whose outputs are 0 if all their inputs are 0
_ZERO_PRESERVING = (
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
    keras.layers.Dropout,
    keras.layers.SpatialDropout2D,
)


class Objective(Protocol):
    """A function of images (n, h, w, c) and units (n,) whose values (n,) the ascent maximizes.

    Attributes:
        floor: value of a silent unit, which has no gradient: 0 after a ReLU, otherwise minus
            infinity.
    """

    floor: float

    def __call__(self, images: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
        """Return the value of the unit of each image."""


class SelectedUnit:
    """The value of one unit per image, selected from the values of all units."""

    def __init__(self, responses: keras.Model, floor: float) -> None:
        """Wrap a network.

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
    """A definition of how the values of a unit become one number.

    Attributes:
        responses: layer -> one number for each of its units, a Keras tensor (n, num_units).
        rank: rank of the layer's output: 4 for feature maps (n, h, w, num_maps), 2 for dense units.
        words: description for pages.
        is_after_activation: whether the values are taken after the activation function.
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
    """Return the output of a layer before its activation function, as a Keras tensor."""
    if is_activation(layer):
        return layer.input
    if getattr(layer, "activation", None) in (None, keras.activations.linear):
        return layer.output
    copy = type(layer).from_config(
        layer.get_config() | {"activation": "linear", "name": f"{layer.name}_before_activation"}
    )
    values = copy(layer.input)
    copy.set_weights(layer.get_weights())
    return values


def is_activation(layer: keras.layers.Layer) -> bool:
    """Report whether a layer only applies an activation function to each value."""
    layers = keras.layers
    return isinstance(layer, layers.Activation | layers.ReLU | layers.LeakyReLU | layers.ELU)


def ends_with_relu(layer: keras.layers.Layer) -> bool:
    """Report whether a layer ends with a ReLU, which makes its outputs 0 or more."""
    if isinstance(layer, keras.layers.ReLU | keras.layers.LeakyReLU):
        return not layer.negative_slope
    return getattr(layer, "activation", None) in (keras.activations.relu, keras.activations.relu6)


def silencing_relu(model: keras.Model, layer_name: str, name: str) -> keras.layers.Layer | None:
    """Return the layer whose ReLU can silence the units of a given layer; None if there is none.

    This is the given layer, or an earlier one with only pooling and dropout layers in between.

    Args:
        model: a model with one image as input.
        layer_name: name of the layer with the units.
        name: name of the objective.
    """
    layer = model.get_layer(layer_name)
    if not OBJECTIVES[name].is_after_activation:
        return None
    if ends_with_relu(layer):
        return layer
    if not isinstance(layer, _ZERO_PRESERVING):
        return None
    below = [other for other in model.layers if getattr(other, "output", None) is layer.input]
    return silencing_relu(model, below[0].name, name) if below else None


def responses(model: keras.Model, layer_name: str, name: str) -> keras.Model:
    """Build the network that returns one number for each unit of a layer, (n, num_units).

    Args:
        model: a model with one image as input.
        layer_name: name of the layer.
        name: name of the objective.
    """
    outputs = OBJECTIVES[name].responses(model.get_layer(layer_name))
    return keras.Model(model.inputs, outputs, name=f"{name}_{layer_name}")
