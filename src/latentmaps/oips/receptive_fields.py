"""Receptive fields, the parts of the image that units see, and networks that read such patches.

This works for layers that form a chain, where each layer reads the output of the one before it.
Source: Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks",
section 2.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras

from latentmaps.oips import objectives

# layers that process each value, or each map, separately
_POINTWISE = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
    keras.layers.BatchNormalization,
    keras.layers.Normalization,
    keras.layers.Rescaling,
    keras.layers.Dropout,
    keras.layers.AlphaDropout,
    keras.layers.SpatialDropout2D,
)
_WINDOWED = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
)


def chain(model: keras.Model, layer_name: str) -> list[keras.layers.Layer] | None:
    """Return the layers from the image to a given layer, in order.

    Args:
        model: a model with one image as input.
        layer_name: name of the last layer.

    Returns:
        The layers; None if they do not form a chain, or if one of them is not a convolution,
        pooling, normalization, activation or dropout layer.
    """
    first, *layers = keras.Model(model.inputs, model.get_layer(layer_name).output).layers
    reads = first.output
    for layer in layers:
        is_known = isinstance(layer, _POINTWISE + _WINDOWED) and not _is_dilated(layer)
        if not is_known or layer.input is not reads:
            return None
        reads = layer.output
    return layers


def field_size(layers: Sequence[keras.layers.Layer]) -> tuple[int, int]:
    """Return how many rows and columns of the image one value of the last layer sees.

    Args:
        layers: as returned by ``chain``.
    """
    return _extent(layers, (1, 1))


class FieldLayout(NamedTuple):
    """The receptive fields of the positions of a layer, along one axis of the image.

    Attributes:
        first: pixel where the field of position 0 begins; negative if it begins in the padding.
        stride: distance between the fields of neighboring positions, in pixels.
        size: size of a field, in pixels.
    """

    first: int
    stride: int
    size: int

    def inside(self, num_positions: int, image_size: int) -> range:
        """Return the positions whose fields are entirely inside the image; may be empty.

        Args:
            num_positions: number of rows of the maps.
            image_size: height of the image, in pixels.
        """
        begin = -(self.first // self.stride)
        end = (image_size - self.size - self.first) // self.stride + 1
        return range(begin, max(begin, min(end, num_positions)))


def field_layout(layers: Sequence[keras.layers.Layer]) -> FieldLayout:
    """Return the receptive fields of the positions of the last layer.

    Args:
        layers: as returned by ``chain``.
    """
    first, stride, size = 0, 1, 1
    for layer in layers:
        if isinstance(layer, _POINTWISE):
            continue
        window, step = _window(layer)[0], layer.strides[0]
        if layer.padding == "same":
            num_inputs, num_outputs = layer.input.shape[1], layer.output.shape[1]
            first -= max((num_outputs - 1) * step + window - num_inputs, 0) // 2 * stride
        size += (window - 1) * stride
        stride *= step
    return FieldLayout(first, stride, size)


def reachable_size(
    layers: Sequence[keras.layers.Layer] | None, image_size: tuple[int, int]
) -> tuple[int, int]:
    """Return how many rows and columns of the image, from the top left, influence the last layer.

    Pooling without padding ignores the last rows and columns if they do not fill a window, so
    pixels that only these rows and columns see have no influence.

    Args:
        layers: as returned by ``chain``; None if the whole image counts.
        image_size: height and width of the image.
    """
    if not layers or any(getattr(layer, "padding", "valid") != "valid" for layer in layers):
        return image_size
    return _extent(layers, layers[-1].output.shape[1:3])


def patch_model(layers: Sequence[keras.layers.Layer]) -> keras.Model:
    """Build the network that maps a patch to one position of all maps, before the activation.

    The network has no padding, because padding has no effect away from the border.

    Args:
        layers: as returned by ``chain``.

    Returns:
        A model (n, *field_size, c) -> (n, num_maps).
    """
    inputs = keras.Input((*field_size(layers), layers[0].input.shape[-1]), name="patches")
    maps = inputs
    *others, last = layers
    for layer in others:
        maps = _without_padding(layer)(maps)
    if not objectives.is_activation(last):
        maps = _without_padding(last, activation="linear")(maps)
    return keras.Model(inputs, keras.layers.Flatten()(maps), name=f"patches_{last.name}")


def _without_padding(layer: keras.layers.Layer, **changes: str) -> keras.layers.Layer:
    """Return the layer without padding: itself, or a copy with the same weights.

    Args:
        layer: the layer.
        changes: changes to the configuration of a layer that has an activation.
    """
    has_activation = hasattr(layer, "activation")
    if isinstance(layer, _POINTWISE) or (layer.padding == "valid" and not has_activation):
        return layer
    # the Keras base class, because the layer classes of the VAE require padding
    [layer_class] = [known for known in _WINDOWED if isinstance(layer, known)]
    config = layer.get_config() | {"padding": "valid"}
    if has_activation:
        config |= changes
    copy = layer_class.from_config(config)
    # no fixed size: without padding, the maps of a small image may be smaller than the kernel
    copy.build((None, None, None, layer.input.shape[-1]))
    copy.set_weights(layer.get_weights())
    return copy


def _extent(layers: Sequence[keras.layers.Layer], size: Sequence[int]) -> tuple[int, int]:
    """Return the rows and columns of the image that `size` positions of the last layer see."""
    rows, columns = size
    for layer in reversed(layers):
        if isinstance(layer, _POINTWISE):
            continue
        window = _window(layer)
        rows = (rows - 1) * layer.strides[0] + window[0]
        columns = (columns - 1) * layer.strides[1] + window[1]
    return int(rows), int(columns)


def _window(layer: keras.layers.Layer) -> tuple[int, int]:
    """Return the window size, rows and columns, of a convolution or pooling layer."""
    window: tuple[int, int] = getattr(layer, "pool_size", None) or layer.kernel_size
    return window


def _is_dilated(layer: keras.layers.Layer) -> bool:
    return tuple(getattr(layer, "dilation_rate", (1, 1))) != (1, 1)
