"""Describe a plain network as a list of layers for ``network.js``, which runs it without Keras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_RESHAPING = (keras.layers.InputLayer, keras.layers.Flatten, keras.layers.Reshape)
_ACTIVATING = (keras.layers.Activation, keras.layers.LeakyReLU, keras.layers.ReLU)


@dataclass(frozen=True)
class Weights:
    """The weights of a layer.

    Attributes:
        kernel: (rows, columns, num_input_maps, num_maps), float32; (1, 1, num_features, num_units)
            for a dense layer.
        bias: (num_maps,), float32.
    """

    kernel: Array
    bias: Array


@dataclass(frozen=True)
class Network:
    """A sequential network: each layer reads the output of the previous layer.

    Attributes:
        description: ``input`` and ``output`` are shapes without the batch dimension. ``layers``
            lists the name of each layer, its type (dense, convolution, transposed, pooling or
            upsampling), its input and output shapes, its activation and slope, and the settings
            specific to its type.
        weights: the weights of the layers that have any, in order.
    """

    description: Mapping[str, Any]
    weights: Sequence[Weights]


def describe(model: keras.Model) -> Network:
    """Describe a network as a list of layers.

    Activation layers are merged into the layer before them. Layers that only reshape are left out.

    Args:
        model: a network as returned by ``folding.to_plain``, with one input and one output.

    Raises:
        ValueError: a layer does not read the previous layer, has an unsupported type, or is a
            second activation in a row.
    """
    layers: list[dict[str, Any]] = []
    weights: list[Weights] = []
    before = None
    for layer in model.layers:
        if before is not None and layer.input is not before.output:
            raise ValueError(f"layer {layer.name}: expected {before.name} as its only input")
        before = layer
        if isinstance(layer, _ACTIVATING):
            if not layers or layers[-1]["activation"] != "linear":
                raise ValueError(f"layer {layer.name}: expected no activation in the layer before")
            layers[-1] |= _activation(layer)
        elif not isinstance(layer, _RESHAPING):
            layers.append(_describe(layer))
            if layer.weights:
                weights.append(_weights(layer))
    shapes = {"input": list(model.input.shape[1:]), "output": list(model.output.shape[1:])}
    return Network(shapes | {"layers": layers}, weights)


def _describe(layer: keras.layers.Layer) -> dict[str, Any]:
    kinds = {
        keras.layers.Dense: _dense,
        keras.layers.Conv2DTranspose: _transposed,
        keras.layers.Conv2D: _convolution,
        keras.layers.MaxPooling2D: _pooling,
        keras.layers.UpSampling2D: _upsampling,
    }
    for kind, numbers in kinds.items():
        if isinstance(layer, kind):
            shapes = {"reads": list(layer.input.shape[1:]), "shape": list(layer.output.shape[1:])}
            return {"name": layer.name} | shapes | _activation(layer) | numbers(layer)
    raise ValueError(f"layer {layer.name}: found a {type(layer).__name__}, which is not supported")


def _activation(layer: keras.layers.Layer) -> dict[str, Any]:
    if isinstance(layer, keras.layers.LeakyReLU):
        return {"activation": "leaky_relu", "slope": float(layer.negative_slope)}
    if isinstance(layer, keras.layers.ReLU):
        return {"activation": "relu"}
    function = getattr(layer, "activation", keras.activations.linear)
    return {"activation": function.__name__}


def _dense(_: keras.layers.Layer) -> dict[str, Any]:
    return {"type": "dense"}


def _convolution(layer: Any) -> dict[str, Any]:
    input_size, output_size = layer.input.shape[1], layer.output.shape[1]
    return {"type": "convolution"} | _window(layer, large=input_size, small=output_size)


def _transposed(layer: Any) -> dict[str, Any]:
    input_size, output_size = layer.input.shape[1], layer.output.shape[1]
    return {"type": "transposed"} | _window(layer, large=output_size, small=input_size)


def _window(layer: Any, *, large: int, small: int) -> dict[str, Any]:
    """Return the kernel size, the stride, and the padding before the first row of the larger maps.

    The padding is the number of rows of zeros, which equals the number of columns of zeros.
    """
    size, stride = layer.kernel_size[0], layer.strides[0]
    is_padded = layer.padding == "same"
    zeros = max((small - 1) * stride + size - large, 0) // 2 if is_padded else 0
    return {"kernel": list(layer.kernel_size), "stride": stride, "zeros": zeros}


def _pooling(layer: Any) -> dict[str, Any]:
    return {"type": "pooling", "size": layer.pool_size[0]}


def _upsampling(layer: Any) -> dict[str, Any]:
    return {"type": "upsampling", "size": layer.size[0]}


def _weights(layer: Any) -> Weights:
    kernel, bias = (np.asarray(values, np.float32) for values in (layer.kernel, layer.bias))
    if kernel.ndim == 2:
        kernel = kernel[np.newaxis, np.newaxis]
    elif isinstance(layer, keras.layers.Conv2DTranspose):
        kernel = kernel.transpose(0, 1, 3, 2)
    return Weights(kernel, bias)
