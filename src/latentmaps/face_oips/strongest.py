"""Find the patches of test faces that excite each feature map of the encoder most.

The encoder reads whole faces, and a patch counts as much as the map has at the position that sees
it. Of each face one position counts for a map.
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

# faces that are looked at together: so many, and so many pixels, at most
_MOST_FACES, _MOST_PIXELS = 64, 2**20
# stands where a patch reaches beyond the image
_MID_GRAY = 128


@dataclass(frozen=True)
class Strongest:
    """The positions with the highest values of each map of a convolution, the highest first.

    Attributes:
        activations: (num_maps, number), float32, before the activation function.
        faces: (num_maps, number), rows of images.npy.
        positions: (num_maps, number, 2), row and column of the map.
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
    """Return the strongest positions for each convolution.

    Args:
        encoder: pixels 0..1 -> anything.
        convolutions: of the encoder.
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        rows: (n,), the faces that are looked at.
        number: of positions for each map; there are fewer where there are fewer faces.
    """
    look = _make_look(encoder, convolutions)
    kept: list[list[Strongest]] = [[] for _ in convolutions]
    batch_size = min(_MOST_FACES, max(1, _MOST_PIXELS // (images.shape[1] * images.shape[2])))
    for first in range(0, len(rows), batch_size):
        batch = rows[first : first + batch_size]
        for index, (values, places) in enumerate(look(images[batch])):
            seen = _of_batch(np.asarray(values), np.asarray(places), batch, convolutions[index])
            kept[index] = [_strongest([*kept[index], seen], number)]
    return [strongest for [strongest] in kept]


def cut(strongest: Strongest, convolution: Convolution, images: Images) -> Images:
    """Return what each position sees, (num_maps, number, size, size, channels), uint8.

    Args:
        strongest: of the convolution.
        convolution: one of the encoder.
        images: (num_images, h, w, c), uint8; may be memory-mapped.
    """
    size, places = convolution.patch_size, convolution.places
    shape = (*strongest.faces.shape, size, size, images.shape[-1])
    patches = np.full(shape, _MID_GRAY, np.uint8)
    for index in np.ndindex(strongest.faces.shape):
        top, left = (places.first + places.stride * strongest.positions[index]).tolist()
        rows, columns = (
            slice(max(0, begin), min(begin + size, convolution.image_size)) for begin in (top, left)
        )
        seen = images[strongest.faces[index], rows, columns]
        patch = patches[index][rows.start - top :, columns.start - left :]
        patch[: seen.shape[0], : seen.shape[1]] = seen
    return patches


def _make_look(
    encoder: keras.Model, convolutions: Sequence[Convolution]
) -> Callable[[Images], list[tuple[Any, Any]]]:
    """Return the function images -> for each convolution the highest values (n, num_maps), where.

    Where: the number of the position among those that count, row by row.
    """
    maps = [
        objectives.before_activation(encoder.get_layer(convolution.layer_name))
        for convolution in convolutions
    ]
    network = keras.Model(encoder.inputs, maps)

    def look(images: tf.Tensor) -> list[tuple[Any, Any]]:
        found = network(inputs.to_pixels(images), training=False)
        pairs = zip(convolutions, found if len(maps) > 1 else [found], strict=True)
        highest = []
        for convolution, values in pairs:
            counted = slice(convolution.positions.start, convolution.positions.stop)
            values = values[:, counted, counted]
            flat = tf.reshape(values, (-1, len(convolution.positions) ** 2, values.shape[-1]))
            highest.append((tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1)))
        return highest

    compiled: Callable[[Images], list[tuple[Any, Any]]] = tf.function(look)
    return compiled


def _of_batch(
    values: Floats, places: npt.NDArray[np.int64], faces: Rows, convolution: Convolution
) -> Strongest:
    """Return the positions (num_maps, n) of the n faces of a batch."""
    num_rows = len(convolution.positions)
    positions = np.stack(np.divmod(places.T, num_rows), axis=-1) + convolution.positions.start
    return Strongest(values.T, np.broadcast_to(faces, places.T.shape), positions)


def _strongest(parts: Sequence[Strongest], number: int) -> Strongest:
    """Return so many of the positions in all parts, the first among equals."""
    activations, faces, positions = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("activations", "faces", "positions")
    )
    order = np.argsort(-activations, axis=1, kind="stable")[:, :number]
    rows = np.arange(len(order))[:, np.newaxis]
    return Strongest(activations[rows, order], faces[rows, order], positions[rows, order])
