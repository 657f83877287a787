"""Find the patches of test faces that excite each feature map of the encoder most.

The encoder reads whole faces. The activation of a patch is the value of the map at the position
that sees it. For each map, only the strongest position of a face counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.face_oips.convolutions import Convolution
from latentmaps.oips import objectives
from latentmaps.oips.oip import Floats
from latentmaps.vae.network import inputs

Images = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]

# limits of a batch: number of faces, and total number of pixels
_MOST_FACES, _MOST_PIXELS = 64, 2**20
# pixel value for the part of a patch outside the image
_MID_GRAY = 128


@dataclass(frozen=True)
class Strongest:
    """The positions with the highest values of each map of a convolution, highest first.

    Attributes:
        activations: (num_maps, number), float32, values before the activation function.
        faces: (num_maps, number), int, rows of images.npy.
        positions: (num_maps, number, 2), int, row and column in the map.
    """

    activations: Floats
    faces: Rows
    positions: npt.NDArray[np.int64]


def find(
    encoder: keras.Model,
    convolutions: Sequence[Convolution],
    images: Images,
    rows: Rows,
    *,
    number: int,
) -> list[Strongest]:
    """Find the strongest positions of each convolution on some faces.

    Args:
        encoder: encoder that reads pixels 0..1.
        convolutions: convolutions of the encoder.
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
        rows: (n,), int, rows of the faces to search.
        number: number of positions per map; limited by the number of faces.
    """
    find_highest = _make_search(encoder, convolutions)
    kept: list[list[Strongest]] = [[] for _ in convolutions]
    batch_size = min(_MOST_FACES, max(1, _MOST_PIXELS // (images.shape[1] * images.shape[2])))
    for first in range(0, len(rows), batch_size):
        batch = rows[first : first + batch_size]
        for index, (values, cells) in enumerate(find_highest(images[batch])):
            seen = _positions_of_batch(
                np.asarray(values), np.asarray(cells), batch, convolutions[index]
            )
            kept[index] = [_strongest([*kept[index], seen], number)]
    return [strongest for [strongest] in kept]


def cut(strongest: Strongest, convolution: Convolution, images: Images) -> Images:
    """Cut out the patch that each position sees, (num_maps, number, size, size, channels), uint8.

    Args:
        strongest: strongest positions of the convolution.
        convolution: the convolution.
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
    """
    size, layout = convolution.patch_size, convolution.field_layout
    shape = (*strongest.faces.shape, size, size, images.shape[-1])
    patches = np.full(shape, _MID_GRAY, np.uint8)
    for index in np.ndindex(strongest.faces.shape):
        top, left = (layout.first + layout.stride * strongest.positions[index]).tolist()
        rows, columns = (
            slice(max(0, begin), min(begin + size, convolution.image_size)) for begin in (top, left)
        )
        seen = images[strongest.faces[index], rows, columns]
        patch = patches[index][rows.start - top :, columns.start - left :]
        patch[: seen.shape[0], : seen.shape[1]] = seen
    return patches


def _make_search(
    encoder: keras.Model, convolutions: Sequence[Convolution]
) -> Callable[[Images], list[tuple[Any, Any]]]:
    """Return the function that finds the highest values of each map in a batch of images.

    For each convolution, it returns the highest values, (n, num_maps), and the indices of their
    positions within ``Convolution.positions``, counted row by row, (n, num_maps).
    """
    maps = [
        objectives.before_activation(encoder.get_layer(convolution.layer_name))
        for convolution in convolutions
    ]
    network = keras.Model(encoder.inputs, maps)

    def find_highest(images: tf.Tensor) -> list[tuple[Any, Any]]:
        outputs = network(inputs.to_pixels(images), training=False)
        pairs = zip(convolutions, outputs if len(maps) > 1 else [outputs], strict=True)
        highest = []
        for convolution, values in pairs:
            counted = slice(convolution.positions.start, convolution.positions.stop)
            values = values[:, counted, counted]
            flat = tf.reshape(values, (-1, len(convolution.positions) ** 2, values.shape[-1]))
            highest.append((tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1)))
        return highest

    compiled: Callable[[Images], list[tuple[Any, Any]]] = tf.function(find_highest, autograph=False)
    return compiled


def _positions_of_batch(
    values: Floats, cells: npt.NDArray[np.int64], faces: Rows, convolution: Convolution
) -> Strongest:
    """Return the strongest position of each map in each of the n faces of a batch."""
    num_rows = len(convolution.positions)
    positions = np.stack(np.divmod(cells.T, num_rows), axis=-1) + convolution.positions.start
    return Strongest(values.T, np.broadcast_to(faces, cells.T.shape), positions)


def _strongest(parts: Sequence[Strongest], number: int) -> Strongest:
    """Return the `number` strongest positions of all parts; ties keep their order."""
    activations, faces, positions = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("activations", "faces", "positions")
    )
    order = np.argsort(-activations, axis=1, kind="stable")[:, :number]
    rows = np.arange(len(order))[:, np.newaxis]
    return Strongest(activations[rows, order], faces[rows, order], positions[rows, order])
