"""Find the pattern that excites each feature map of a convolution most at one position.

A patch of the size that the position sees, grown by gradient ascent from random ones; no face takes
part in it. The ascent climbs on the weights of waves (``painting``), and the pixels follow.
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

# RMS of the weights of a start patch, of 1 that they may have: what a start has of waves that do
# not excite its map only fades by and by
_START_RMS = 0.2

# relative change of the activation that counts as none; own choice: no eye sees what comes then
_CONVERGENCE_THRESHOLD = 0.002

# ends whose pixels correlate more agree
_AGREEMENT = 0.9

# Values of the patches that are searched for at once, and those that climb together: a few hundred
# megabytes, and enough for all cores.
_MOST_VALUES, _MOST_VALUES_OF_CHUNK, _MOST_PATCHES_OF_CHUNK = 2**24, 2**20, 256


@dataclass(frozen=True)
class Patterns:
    """The patterns of all maps of a convolution.

    Attributes:
        patches: (num_maps, size, size, channels), float32, 0..1.
        activations: (num_maps,), float32, by these, before the activation function.
        start_activations: (num_maps, num_starts), float32, by the start patches.
        num_agreeing: (num_maps,), starts whose end looks like the pattern, the best one included.
    """

    patches: Floats
    activations: Floats
    start_activations: Floats
    num_agreeing: npt.NDArray[np.int64]


class _OfWeights:
    """The objective of patches, for the weights of the waves that they are painted of."""

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
        encoder: reads pixels 0..1.
        layer_name: one of its layers with feature maps, to which a chain of layers leads.
        params: starts and steps, what patches are like.
        seed: of the start patches.
        jit_compile: whether XLA compiles a step; slower on a CPU.

    Raises:
        TrainingError: a gradient is not a number.
    """
    network = networks.on_patches(encoder, layer_name)
    if network is None:
        raise ValueError(f"{layer_name}: found layers before it that form no chain")
    maps = np.arange(network.num_units)
    num_at_once = max(1, _MOST_VALUES // (params.num_starts * int(np.prod(network.shape))))
    parts = [
        _find_some(
            network, maps[first : first + num_at_once], params, seed, jit_compile=jit_compile
        )
        for first in range(0, len(maps), num_at_once)
    ]
    fields = [field.name for field in dataclasses.fields(Patterns)]
    return Patterns(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))


def _find_some(
    network: Networks, maps: MapIndices, params: DrawFaceOips, seed: int, *, jit_compile: bool
) -> Patterns:
    """Return the patterns of some maps; a map has the same one alone and among others."""
    paint = Painter(network.shape, contrast=params.contrast, smoothness=params.smoothness)
    search = _search(params)
    starts = start_images.sample(
        StartImageSpec(network.shape, search, digits=None), map_indices=maps, seed=seed
    )  # (num_maps, num_starts, h, w, c)
    result = ascent.ascend(
        _OfWeights(network, paint),
        np.float32(_START_RMS) * starts,
        maps,
        search,
        constraint=constraints.at_most_unit_rms,
        seed=seed,
        jit_compile=jit_compile,
        chunk_size=_chunk_size(network),
    )
    ends = np.stack([np.asarray(paint(of_map)) for of_map in result.images])
    best = np.arange(len(maps)), result.activations.argmax(axis=1)
    return Patterns(
        patches=ends[best],
        activations=result.activations[best],
        start_activations=result.curves[:, :, 0],
        num_agreeing=_count_agreeing(ends, ends[best]),
    )


def _search(params: DrawFaceOips) -> DrawOips:
    """Return the parameters of the engine: weights of all waves at random, all grow at once."""
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
    """Return how many patches climb together; the same for any number of maps."""
    fitting = _MOST_VALUES_OF_CHUNK // int(np.prod(network.shape))
    return min(max(1, fitting), _MOST_PATCHES_OF_CHUNK)


def _count_agreeing(ends: Floats, winners: Floats) -> npt.NDArray[np.int64]:
    """Return how many ends (num_maps, num_starts, h, w, c) look like the winner of each map."""
    vectors, winner = _centered(ends), _centered(winners)[:, np.newaxis]
    correlations = (vectors * winner).sum(axis=(2, 3, 4))
    # an end that is even, such as the winner itself may be, correlates with nothing
    is_equal = (ends == winners[:, np.newaxis]).all(axis=(2, 3, 4))
    counts: npt.NDArray[np.int64] = ((correlations > _AGREEMENT) | is_equal).sum(axis=1)
    return counts


def _centered(patches: Floats) -> npt.NDArray[np.float64]:
    """Return patches (..., h, w, c) of mean 0 and length 1; those that are even are 0."""
    axes = (-3, -2, -1)
    centered = patches - patches.mean(axis=axes, keepdims=True, dtype=np.float64)
    lengths = np.sqrt((centered**2).sum(axis=axes, keepdims=True))
    scaled: npt.NDArray[np.float64] = centered / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled
