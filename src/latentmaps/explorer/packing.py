"""Pack the weights of a network into text for a page, as compactly as image quality allows."""

import base64
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.explorer import layer_list
from latentmaps.explorer.layer_list import Array, Weights

# number formats of kernels, smallest first; int8 has one scale per output map
FORMATS = ("int8", "float16", "float32")
_LARGEST_INT8 = 127
_LEVELS = 255
_BATCH_SIZE = 64


@dataclass(frozen=True)
class Difference:
    """Absolute difference between the outputs of a packed and a trained network.

    Attributes:
        largest: maximum over all outputs, in levels of 1/255.
        mean: mean over all outputs, in levels of 1/255.
    """

    largest: float
    mean: float


@dataclass(frozen=True)
class Packed:
    """A network that is ready to be embedded in a page.

    Attributes:
        description: the description from ``layer_list.Network``, with the number format of the
            kernels added as ``weights``.
        weights: the gzipped numbers in base64.
        difference: how far its outputs are from those of the trained network; None if the weights
            are unchanged.
    """

    description: Mapping[str, Any]
    weights: str
    difference: Difference | None

    @property
    def format(self) -> str:
        """The number format of the kernels, one of `FORMATS`."""
        return str(self.description["weights"]["format"])


def pack(model: keras.Model) -> Packed:
    """Pack a network with unchanged float32 weights.

    Args:
        model: a plain network; see ``layer_list.describe``.
    """
    return _pack(layer_list.describe(model), "float32", None)


def pack_small(model: keras.Model, inputs: Array, *, max_difference: float) -> Packed:
    """Pack a network in the smallest format that changes no output by more than a limit.

    Args:
        model: a plain network with outputs 0..1; see ``layer_list.describe``.
        inputs: (n, ...), float32; the outputs for these inputs are compared.
        max_difference: the limit, in levels of 1/255.
    """
    network = layer_list.describe(model)
    expected = _run(model, inputs)
    restored = keras.models.clone_model(model)
    for kind in FORMATS[:-1]:
        _set_weights(restored, [_restore(weights, kind) for weights in network.weights])
        levels = _LEVELS * np.abs(_run(restored, inputs) - expected)
        if levels.max() <= max_difference:
            difference = Difference(float(levels.max()), float(levels.mean(dtype=np.float64)))
            return _pack(network, kind, difference)
    return _pack(network, FORMATS[-1], None)


def _run(model: keras.Model, inputs: Array) -> Array:
    parts = [
        np.asarray(model(inputs[start : start + _BATCH_SIZE], training=False))
        for start in range(0, len(inputs), _BATCH_SIZE)
    ]
    return np.concatenate(parts)


def _set_weights(model: keras.Model, weights: Sequence[Weights]) -> None:
    weighted = [layer for layer in model.layers if layer.weights]
    for layer, layer_weights in zip(weighted, weights, strict=True):
        kernel = layer_weights.kernel
        if isinstance(layer, keras.layers.Conv2DTranspose):
            kernel = kernel.transpose(0, 1, 3, 2)
        layer.set_weights([kernel.reshape(layer.kernel.shape), layer_weights.bias])


def _restore(weights: Weights, kind: str) -> Weights:
    """Return the weights after packing and unpacking, as the page uses them."""
    if kind == "int8":
        integers, scales = _to_int8(weights.kernel)
        return Weights(integers * scales, weights.bias)
    return Weights(_to_float16(weights.kernel).astype(np.float32), weights.bias)


def _to_float16(kernel: Array) -> npt.NDArray[np.float16]:
    with np.errstate(over="ignore"):  # an overflow becomes inf, and the format is rejected
        return kernel.astype("<f2")


def _to_int8(kernel: Array) -> tuple[npt.NDArray[np.int8], Array]:
    """Return integers -127..127 and the scale of each output map, (num_maps,), float32."""
    largest = np.abs(kernel).max(axis=(0, 1, 2))
    scales = np.where(largest > 0, largest / _LARGEST_INT8, 1).astype("<f4")
    return np.rint(kernel / scales).astype(np.int8), scales


def _pack(network: layer_list.Network, kind: str, difference: Difference | None) -> Packed:
    numbers = [*_small_numbers(network.weights, kind), *_kernels(network.weights, kind)]
    description = {**network.description, "weights": {"format": kind}}
    return Packed(description, to_text(b"".join(map(_to_planes, numbers))), difference)


def to_text(content: bytes) -> str:
    """Compress bytes for ``unpack.js`` as gzip in base64.

    Identical bytes produce identical text.
    """
    # mtime=0: otherwise gzip stores the current time
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode()


def _small_numbers(weights: Sequence[Weights], kind: str) -> Iterator[npt.NDArray]:
    for layer_weights in weights:
        yield layer_weights.bias.astype("<f4")
        if kind == "int8":
            yield _to_int8(layer_weights.kernel)[1]


def _kernels(weights: Sequence[Weights], kind: str) -> Iterator[npt.NDArray]:
    for layer_weights in weights:
        kernel = layer_weights.kernel
        if kind == "int8":
            yield _to_int8(kernel)[0]
        else:
            yield _to_float16(kernel) if kind == "float16" else kernel.astype("<f4")


def _to_planes(numbers: npt.NDArray) -> bytes:
    """Return the lowest bytes of all numbers, then the next bytes: gzip compresses this better."""
    return numbers.reshape(-1, 1).view(np.uint8).T.tobytes()
