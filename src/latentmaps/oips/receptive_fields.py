"""How much of an image a unit sees, and the network on a patch of that size.

For layers that form a chain: each reads what the one before puts out. Araujo, Norris and Sim 2019,
"Computing receptive fields of convolutional neural networks", section 2.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras

from latentmaps.oips import objectives

# layers that work on each value, or on each map, alone
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
    """Return the layers that lead from the image to the maps of a layer, in their order.

    Args:
        model: with one image as input.
        layer_name: one of its layers.

    Returns:
        None where they form no chain, or one of them is neither a convolution, a pooling, a
        normalization, an activation nor a dropout.
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
    """Return rows and columns of the image that one value of the last layer sees.

    Args:
        layers: of ``chain``.
    """
    return _extent(layers, (1, 1))


class FieldLayout(NamedTuple):
    """Where in the image the fields of a layer's positions lie, along its rows.

    Attributes:
        first: pixel at which the field of position 0 begins: 0, or negative, in the padding.
        stride: pixels from the field of one position to that of the next.
        size: pixels of a field.
    """

    first: int
    stride: int
    size: int

    def inside(self, num_positions: int, image_size: int) -> range:
        """Return the positions whose field lies in the image; empty where there are none.

        Args:
            num_positions: rows of the maps.
            image_size: height of the image.
        """
        begin = -(self.first // self.stride)
        end = (image_size - self.size - self.first) // self.stride + 1
        return range(begin, max(begin, min(end, num_positions)))


def field_layout(layers: Sequence[keras.layers.Layer]) -> FieldLayout:
    """Return where the fields of the last layer's positions lie.

    Args:
        layers: of ``chain``.
    """
    first, stride, size = 0, 1, 1
    for layer in layers:
        if isinstance(layer, _POINTWISE):
            continue
        window, step = _window(layer)[0], layer.strides[0]
        if layer.padding == "same":
            read, made = layer.input.shape[1], layer.output.shape[1]
            first -= max((made - 1) * step + window - read, 0) // 2 * stride
        size += (window - 1) * stride
        stride *= step
    return FieldLayout(first, stride, size)


def reachable_size(
    layers: Sequence[keras.layers.Layer] | None, image_size: tuple[int, int]
) -> tuple[int, int]:
    """Return so many rows and columns, from the upper left, as influence the last layer.

    Pooling without padding leaves out the last row of an odd number; what only it saw is lost.

    Args:
        layers: of ``chain``; None: all of the image counts.
        image_size: height and width.
    """
    if not layers or any(getattr(layer, "padding", "valid") != "valid" for layer in layers):
        return image_size
    return _extent(layers, layers[-1].output.shape[1:3])


def patch_model(layers: Sequence[keras.layers.Layer]) -> keras.Model:
    """Return the network patch -> values of all maps at one position, before the activation.

    Away from the border, padding plays no part, so there is none here.

    Args:
        layers: of ``chain``.

    Returns:
        Patches (n, *field_size, c) -> (n, num_maps).
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
    """Return the layer, or its twin with the same weights, without padding and with changes."""
    has_activation = hasattr(layer, "activation")
    if isinstance(layer, _POINTWISE) or (layer.padding == "valid" and not has_activation):
        return layer
    # of Keras's own class: those of the VAE are made for padding
    [kind] = [kind for kind in _WINDOWED if isinstance(layer, kind)]
    config = layer.get_config() | {"padding": "valid"}
    if has_activation:
        config |= changes
    twin = kind.from_config(config)
    # of no size: without padding, the maps of a small image may be too small for its kernel
    twin.build((None, None, None, layer.input.shape[-1]))
    twin.set_weights(layer.get_weights())
    return twin


def _extent(layers: Sequence[keras.layers.Layer], size: Sequence[int]) -> tuple[int, int]:
    """Return rows and columns of the image behind so many of the last layer's maps."""
    rows, columns = size
    for layer in reversed(layers):
        if isinstance(layer, _POINTWISE):
            continue
        window = _window(layer)
        rows = (rows - 1) * layer.strides[0] + window[0]
        columns = (columns - 1) * layer.strides[1] + window[1]
    return int(rows), int(columns)


def _window(layer: keras.layers.Layer) -> tuple[int, int]:
    """Return rows and columns that a convolution or a pooling reads at once."""
    window: tuple[int, int] = getattr(layer, "pool_size", None) or layer.kernel_size
    return window


def _is_dilated(layer: keras.layers.Layer) -> bool:
    return tuple(getattr(layer, "dilation_rate", (1, 1))) != (1, 1)
