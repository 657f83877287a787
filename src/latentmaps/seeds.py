"""All random streams of the project, by name.

Item i of a stream depends only on (seed, stream, i), not on the number of items, their order, or
the machine. Existing streams must never change; only new ones may be added. No stage depends on
this file, so a change would not rerun anything. A test pins the first numbers of each stream.

Libraries that do their own sampling, such as Keras for the VAE's initial weights, receive the plain
seed.

NumPy's ``SeedSequence`` pads with zeros, so (seed, 7) and (seed, 7, 0) are the same stream. In some
streams, the number after the seed is an index, which stays below 2**31. The others have a constant
of 2**31 or more in that place.
"""

from typing import Any

import numpy as np

_POSTERIORS, _IMAGE_PAIRS, _COMPONENTS, _ATTRIBUTE_FACES, _SUBSET = range(2**31, 2**31 + 5)
_FILM = 2**31 + 5
_HELD_OUT_DIGITS = 2**31  # the same as _POSTERIORS, but no stage uses both
_TUNING, _RANDOM_DIGITS, _START_CANDIDATES = 2**32 - 3, 2**32 - 2, 2**32 - 1
_EXPORT_CHECK = 2**32 - 4
_JITTER, _FLUCTUATION = 1, 2  # after (seed, map_index, start)

# TensorFlow streams of VAE training: stateless seeds [seed, stream] with the step folded in. For
# the validation part, VALIDATION is added to the stream.
NOISE, CORRUPTION, VALIDATION = 1, 2, 4


def avatar(seed: int, index: int) -> np.random.Generator:
    """Return the stream for the traits of one avatar."""
    return np.random.default_rng([seed, index])


def split(seed: int) -> np.random.Generator:
    """Return the stream for the order in which faces or people are assigned to split parts."""
    return np.random.default_rng(seed)


def face_order(seed: int, epoch: Any) -> list[Any]:
    """Return the seed with which TensorFlow shuffles the training faces in one epoch."""
    return [seed, epoch, 0]


def prior_point(seed: int, index: int) -> np.random.Generator:
    """Return the stream for the noise of one random face."""
    return np.random.default_rng([seed, index])


def component(seed: int, index: int) -> np.random.Generator:
    """Return the stream for choosing the mixture component of one random face."""
    return np.random.default_rng([seed, _COMPONENTS, index])


def posterior_point(seed: int, index: int) -> np.random.Generator:
    """Return the stream for the noise of the latent point of one image."""
    return np.random.default_rng([seed, _POSTERIORS, index])


def image_pair(seed: int, index: int) -> np.random.Generator:
    """Return the stream for choosing one pair of images."""
    return np.random.default_rng([seed, _IMAGE_PAIRS, index])


def attribute_faces(seed: int, attribute: int) -> np.random.Generator:
    """Return the stream for choosing the faces to which one attribute is added."""
    return np.random.default_rng([seed, _ATTRIBUTE_FACES, attribute])


def subset(seed: int) -> np.random.Generator:
    """Return the stream for the order in which faces are added to a subset."""
    return np.random.default_rng([seed, _SUBSET])


def film_point(seed: int, index: int) -> np.random.Generator:
    """Return the stream for one random latent point of the training film."""
    return np.random.default_rng([seed, _FILM, index])


def kernels(seed: int, num_layers: int) -> list[int]:
    """Return one seed per layer of the CNN, for its initial kernel."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(num_layers)]


def digit_order(seed: int, epoch: int) -> np.random.Generator:
    """Return the stream for the order of the training digits in one epoch."""
    return np.random.default_rng([seed, epoch])


def held_out_digits(seed: int) -> np.random.Generator:
    """Return the stream for choosing the validation part from the training digits."""
    return np.random.default_rng([seed, _HELD_OUT_DIGITS])


def oip_start(seed: int, map_index: int, start: int) -> np.random.Generator:
    """Return the stream for one start image of one feature map.

    Args:
        seed: seed of the stage.
        map_index: index of the map in its layer.
        start: index of the start image among those of the map.
    """
    return np.random.default_rng([seed, map_index, start])


def start_candidate(seed: int, candidate: int) -> np.random.Generator:
    """Return the stream for one candidate start image, shared by all maps and layers."""
    return np.random.default_rng([seed, _START_CANDIDATES, candidate])


def jitter(seed: int, map_index: int, start: int) -> np.random.Generator:
    """Return the stream for the shifts of one image during its ascent.

    Args:
        seed: seed of the stage.
        map_index: index of the map in its layer.
        start: index of the start image among those of the map.
    """
    return np.random.default_rng([seed, map_index, start, _JITTER])


def fluctuation(seed: int, map_index: int, start: int, phase: int) -> np.random.Generator:
    """Return the stream for the noise added to one image when a phase of its ascent starts.

    Args:
        seed: seed of the stage.
        map_index: index of the map in its layer.
        start: index of the start image among those of the map.
        phase: number of the phase.
    """
    return np.random.default_rng([seed, map_index, start, _FLUCTUATION, phase])


def tuning_image(seed: int, num_points: int, number: int) -> np.random.Generator:
    """Return the stream for one probe image, which is sampled from a noise grid or a start kind.

    Args:
        seed: seed of the stage.
        num_points: number of rows of the grid; 0 for a start kind.
        number: index of the image.
    """
    return np.random.default_rng([seed, _TUNING, num_points, number])


def random_digits(seed: int) -> np.random.Generator:
    """Return the stream for choosing random digits that are unrelated to any feature map."""
    return np.random.default_rng([seed, _RANDOM_DIGITS])


def export_check(seed: int) -> np.random.Generator:
    """Return the stream for the inputs on which an exported network is checked."""
    return np.random.default_rng([seed, _EXPORT_CHECK])


def source_rows(row_seed: int) -> np.random.RandomState:
    """Return the MT19937 generator with which the original method chooses one row of faces."""
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(row_seed)))
