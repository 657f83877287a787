"""Find the pattern that excites each feature map of a convolution most at one position.

A pattern is a patch as large as the receptive field of the position. Gradient ascent grows it from
random patches and uses no faces. The ascent changes wave weights, which determine the pixels
(``painting``).
"""

import dataclasses
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.face_oips.painting import Painter
from latentmaps.oips import ascent, constraints, networks, settings, start_images
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import Floats
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.params.draw_face_oips import DrawFaceOips
from latentmaps.params.draw_oips import DrawOips

MapIndices = npt.NDArray[np.int64]

# RMS of the weights of a start patch; its upper bound is 1. Waves of the start patch that do not
# excite the map fade only slowly, so they must be weak.
_START_RMS = 0.2

# Relative change of the activation below which an image is stable. Our choice: later changes are
# invisible.
_CONVERGENCE_THRESHOLD = 0.002

# patterns agree if the correlation of their pixels exceeds this
_AGREEMENT = 0.9

# Limits on the size of one search and of one chunk: small enough to use only a few hundred
# megabytes, and large enough to keep all cores busy.
_MOST_VALUES, _MOST_VALUES_OF_CHUNK, _MOST_PATCHES_OF_CHUNK = 2**24, 2**20, 256


@dataclass(frozen=True)
class Patterns:
    """The patterns of all maps of a convolution.

    Attributes:
        patches: (num_maps, size, size, channels), float32, 0..1.
        activations: (num_maps,), float32, activations for the patterns, before the activation
            function.
        start_activations: (num_maps, num_starts), float32, activations for the start patches.
        num_agreeing: (num_maps,), int, number of starts whose result looks like the pattern,
            including the best start.
    """

    patches: Floats
    activations: Floats
    start_activations: Floats
    num_agreeing: npt.NDArray[np.int64]


class _WaveObjective:
    """The objective of a network on patches, as a function of their wave weights."""

    floor = float("-inf")

    def __init__(self, network: Networks, paint: Painter) -> None:
        self._objective, self._paint = network.objective, paint

    def __call__(self, images: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
        return self._objective(self._paint(images), units)


def find(
    encoder: keras.Model, layer_name: str, params: DrawFaceOips, *, seed: int, jit_compile: bool
) -> Patterns:
    """Return the patterns of a layer.

    Args:
        encoder: encoder that reads pixels 0..1.
        layer_name: name of a layer with feature maps, at the end of a chain of layers.
        params: settings of the start patches, the steps, the contrast and the smoothness.
        seed: seed for the start patches.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.

    Raises:
        TrainingError: a gradient is NaN or infinite.
        ValueError: no chain of layers connects the layer to the image.
    """
    network = networks.on_patches(encoder, layer_name)
    if network is None:
        raise ValueError(f"{layer_name}: found layers before it that do not form a chain")
    maps = np.arange(network.num_units)
    num_at_once = max(1, _MOST_VALUES // (params.num_starts * int(np.prod(network.shape))))
    parts = [
        _find_part(
            network, maps[first : first + num_at_once], params, seed, jit_compile=jit_compile
        )
        for first in range(0, len(maps), num_at_once)
    ]
    fields = [field.name for field in dataclasses.fields(Patterns)]
    return Patterns(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))


def _find_part(
    network: Networks, maps: MapIndices, params: DrawFaceOips, seed: int, *, jit_compile: bool
) -> Patterns:
    """Return the patterns of some maps; each pattern is independent of the other maps."""
    paint = Painter(network.shape, contrast=params.contrast, smoothness=params.smoothness)
    search = _search(params)
    starts = start_images.sample(
        StartImageSpec(network.shape, search, digits=None), map_indices=maps, seed=seed
    )  # (num_maps, num_starts, h, w, c)
    result = ascent.ascend(
        _WaveObjective(network, paint),
        np.float32(_START_RMS) * starts,
        maps,
        search,
        constraint=constraints.at_most_unit_rms,
        seed=seed,
        jit_compile=jit_compile,
        chunk_size=_chunk_size(network),
    )
    patches = np.stack([np.asarray(paint(weights)) for weights in result.images])
    best = np.arange(len(maps)), result.activations.argmax(axis=1)
    return Patterns(
        patches=patches[best],
        activations=result.activations[best],
        start_activations=result.curves[:, :, 0],
        num_agreeing=count_agreeing(patches, patches[best]),
    )


def _search(params: DrawFaceOips) -> DrawOips:
    """Return the parameters of the ascent, in which random weights of all waves grow at once."""
    return dataclasses.replace(
        settings.DEFAULTS,
        num_starts=params.num_starts,
        start_kinds=("noise",),
        num_steps=params.num_steps,
        step_size=params.step_size,
        convergence_threshold=_CONVERGENCE_THRESHOLD,
        num_snapshots=1,
    )


def _chunk_size(network: Networks) -> int:
    """Return the number of patches per chunk, which does not depend on the number of maps."""
    fitting = _MOST_VALUES_OF_CHUNK // int(np.prod(network.shape))
    return min(max(1, fitting), _MOST_PATCHES_OF_CHUNK)


def count_agreeing(patches: Floats, winners: Floats) -> npt.NDArray[np.int64]:
    """Count the patches (num_maps, num_starts, h, w, c) that look like the winner of each map."""
    vectors, winner = _centered(patches), _centered(winners)[:, np.newaxis]
    correlations = (vectors * winner).sum(axis=(2, 3, 4))
    # a constant patch correlates with nothing, and the winner may be constant
    is_equal = (patches == winners[:, np.newaxis]).all(axis=(2, 3, 4))
    counts: npt.NDArray[np.int64] = ((correlations > _AGREEMENT) | is_equal).sum(axis=1)
    return counts


def _centered(patches: Floats) -> npt.NDArray[np.float64]:
    """Scale patches (..., h, w, c) to mean 0 and length 1; constant patches become 0."""
    axes = (-3, -2, -1)
    centered = patches - patches.mean(axis=axes, keepdims=True, dtype=np.float64)
    lengths = np.sqrt((centered**2).sum(axis=axes, keepdims=True))
    scaled: npt.NDArray[np.float64] = centered / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled
