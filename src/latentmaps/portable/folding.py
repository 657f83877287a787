"""Rebuild a trained network from Keras's own layers, so that it computes the same function.

At inference, batch normalization multiplies each map by a factor and adds an offset. Both are
folded into the weights of the preceding layer, as is the bias of the last maps (Jacob et al. 2018,
section 3.2, has the formula). Dropout has no effect and is removed. The result loads without any of
our classes.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.vae.network.layers import Bias

# a subclass is replaced with the Keras class that it is derived from
_WEIGHTED = (keras.layers.Conv2DTranspose, keras.layers.Conv2D, keras.layers.Dense)
_WITHOUT_WEIGHTS = (
    keras.layers.Activation,
    keras.layers.Flatten,
    keras.layers.LeakyReLU,
    keras.layers.MaxPooling2D,
    keras.layers.ReLU,
    keras.layers.Reshape,
    keras.layers.UpSampling2D,
)
_DROPPED = (keras.layers.AlphaDropout, keras.layers.Dropout)


def to_plain(model: keras.Model, *, output_activation: str | None = None) -> keras.Model:
    """Return a network built from Keras's own layers, with the outputs of `model` at inference.

    The layers keep their names and their order. Normalization, dropout, the ``Bias`` layer and
    linear activations are no longer separate layers; all numbers are float32.

    Args:
        model: a functional model such as the encoder, the decoder or the CNN, in which each layer
            reads one other layer.
        output_activation: name in ``keras.activations`` of an activation to apply to each output.
            The layer that applies it gets the same name. None for no activation.

    Raises:
        ValueError: the model has an unknown kind of layer, or a normalization whose preceding layer
            has no weights, has an activation, or is also read by other layers.
    """
    tensors: dict[int, Any] = {}  # id of a tensor of `model` -> its plain counterpart
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            tensors[id(layer.output)] = keras.Input(layer.output.shape[1:], name=layer.name)
            continue
        read = tensors[id(layer.input)]
        if isinstance(layer, (keras.layers.BatchNormalization, Bias)):
            _require_single_reader(model, layer)
            _absorb(read, layer)
        elif not (isinstance(layer, _DROPPED) or _is_linear(layer)):
            read = _copy(layer, read)
        tensors[id(layer.output)] = read
    outputs = [tensors[id(output)] for output in model.outputs]
    if output_activation is not None:
        outputs = [_activate(output, output_activation) for output in outputs]
    inputs = [tensors[id(tensor)] for tensor in model.inputs]
    return keras.Model(_unwrap_single(inputs), _unwrap_single(outputs), name=model.name)


def _unwrap_single(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _activate(tensor: Any, name: str) -> Any:
    return keras.layers.Activation(name, name=name, dtype="float32")(tensor)


def _is_linear(layer: keras.layers.Layer) -> bool:
    """Report whether a layer only changes the dtype."""
    return isinstance(layer, keras.layers.Activation) and (
        layer.activation is keras.activations.linear
    )


def _copy(layer: keras.layers.Layer, read: Any) -> Any:
    """Apply a plain copy of a layer to `read`.

    Raises:
        ValueError: there is no plain layer of this kind.
    """
    for kind in (*_WEIGHTED, *_WITHOUT_WEIGHTS):
        if isinstance(layer, kind):
            break
    else:
        raise ValueError(
            f"layer {layer.name}: found a {type(layer).__name__}, which has no plain form"
        )
    config = layer.get_config() | {"dtype": "float32"}
    if kind not in _WEIGHTED:
        return kind.from_config(config)(read)
    # a trained layer needs neither of these, and random initial weights would take time
    unused = {"kernel_initializer": "zeros", "kernel_regularizer": None}
    plain = kind.from_config(config | unused | {"use_bias": True})
    output = plain(read)
    bias = layer.bias if layer.use_bias else np.zeros(output.shape[-1])
    plain.set_weights([np.asarray(layer.kernel), np.asarray(bias)])
    return output


def _require_single_reader(model: keras.Model, layer: keras.layers.Layer) -> None:
    readers = [
        other.name
        for other in model.layers
        if not isinstance(other, keras.layers.InputLayer) and other.input is layer.input
    ]
    if readers != [layer.name] or any(output is layer.input for output in model.outputs):
        raise ValueError(
            f"layer {layer.name}: expected to be the only reader of {layer.input.name}, which is "
            f"also an output or read by others: {', '.join(readers)}"
        )


def _absorb(read: Any, layer: keras.layers.Layer) -> None:
    """Fold `layer` into the weights of the plain layer that computes `read`.

    Raises:
        ValueError: the plain layer has no weights, or has an activation.
    """
    plain = read._keras_history.operation  # noqa: SLF001 - the layer that created a tensor
    if not isinstance(plain, _WEIGHTED) or plain.activation is not keras.activations.linear:
        raise ValueError(
            f"layer {layer.name}: expected to follow a layer with weights and without an "
            f"activation, found {plain.name}, a {type(plain).__name__}"
        )
    factor, offset = _affine(layer)
    kernel, bias = (weights.astype(np.float64) for weights in plain.get_weights())
    # in the kernel of a transposed convolution, the output maps are the second to last axis
    is_transposed = isinstance(plain, keras.layers.Conv2DTranspose)
    kernel *= factor[:, np.newaxis] if is_transposed else factor
    plain.set_weights([kernel, bias * factor + offset])


def _affine(layer: keras.layers.Layer) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the factor and the offset of each map, (num_maps,), that a layer applies."""
    if isinstance(layer, Bias):
        bias = np.asarray(layer.bias, np.float64)
        return np.ones_like(bias), bias
    gamma, beta, mean, variance = (
        np.asarray(weights, np.float64)
        for weights in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    )
    factor = gamma / np.sqrt(variance + layer.epsilon)
    return factor, beta - mean * factor
