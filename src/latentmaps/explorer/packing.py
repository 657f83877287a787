"""Pack the weights of a network into text for a page, as few bytes as its pictures allow."""

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

# formats of kernels, the smallest first; int8 has a scale for each output map
FORMATS = ("int8", "float16", "float32")
_LARGEST_INT8 = 127
_LEVELS = 255
_BATCH_SIZE = 64


@dataclass(frozen=True)
class Difference:
    """How far the outputs of a packed network are from those of the trained one.

    Attributes:
        largest: of any number.
        mean: of all.
    """

    largest: float
    mean: float


@dataclass(frozen=True)
class Packed:
    """A network, ready to stand in a page.

    Attributes:
        description: as ``layer_list.Network`` has it, with `weights`: the format.
        weights: base64 of gzip of the numbers.
        difference: of what it puts out, in levels of 255; None: the weights are as they were.
    """

    description: Mapping[str, Any]
    weights: str
    difference: Difference | None

    @property
    def format(self) -> str:
        """One of `FORMATS`."""
        return str(self.description["weights"]["format"])


def pack(model: keras.Model) -> Packed:
    """Return a network with weights of float32.

    Args:
        model: as ``layer_list.describe`` takes it.
    """
    return _pack(layer_list.describe(model), "float32", None)


def pack_small(model: keras.Model, inputs: Array, *, max_difference: float) -> Packed:
    """Return a network in the smallest format that changes no output by more than a limit.

    Args:
        model: as ``layer_list.describe`` takes it, with outputs 0..1.
        inputs: (n, ...), for which the outputs are compared.
        max_difference: levels of 255.
    """
    network = layer_list.describe(model)
    expected = _run(model, inputs)
    restored = keras.models.clone_model(model)
    for kind in FORMATS[:-1]:
        _set_weights(restored, [_restore(one, kind) for one in network.weights])
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
    for layer, one in zip(weighted, weights, strict=True):
        kernel = one.kernel
        if isinstance(layer, keras.layers.Conv2DTranspose):
            kernel = kernel.transpose(0, 1, 3, 2)
        layer.set_weights([kernel.reshape(layer.kernel.shape), one.bias])


def _restore(weights: Weights, kind: str) -> Weights:
    """Return weights as the page has them."""
    if kind == "int8":
        integers, scales = _to_int8(weights.kernel)
        return Weights(integers * scales, weights.bias)
    return Weights(_to_float16(weights.kernel).astype(np.float32), weights.bias)


def _to_float16(kernel: Array) -> npt.NDArray[np.float16]:
    with np.errstate(over="ignore"):  # becomes infinite, and the format is not taken
        return kernel.astype("<f2")


def _to_int8(kernel: Array) -> tuple[npt.NDArray[np.int8], Array]:
    """Return integers -127..127, and the number of each map, (num_maps,), to multiply by."""
    largest = np.abs(kernel).max(axis=(0, 1, 2))
    scales = np.where(largest > 0, largest / _LARGEST_INT8, 1).astype("<f4")
    return np.rint(kernel / scales).astype(np.int8), scales


def _pack(network: layer_list.Network, kind: str, difference: Difference | None) -> Packed:
    numbers = [*_small_numbers(network.weights, kind), *_kernels(network.weights, kind)]
    description = {**network.description, "weights": {"format": kind}}
    return Packed(description, to_text(b"".join(map(_to_planes, numbers))), difference)


def to_text(content: bytes) -> str:
    """Return bytes as ``unpack.js`` reads them: gzip in base64, equal text for equal bytes."""
    # no time and no name
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode()


def _small_numbers(weights: Sequence[Weights], kind: str) -> Iterator[npt.NDArray]:
    for one in weights:
        yield one.bias.astype("<f4")
        if kind == "int8":
            yield _to_int8(one.kernel)[1]


def _kernels(weights: Sequence[Weights], kind: str) -> Iterator[npt.NDArray]:
    for one in weights:
        if kind == "int8":
            yield _to_int8(one.kernel)[0]
        else:
            yield _to_float16(one.kernel) if kind == "float16" else one.kernel.astype("<f4")


def _to_planes(numbers: npt.NDArray) -> bytes:
    """Return the lowest bytes of all numbers, then the next ones: gzip makes less of them."""
    return numbers.reshape(-1, 1).view(np.uint8).T.tobytes()
