"""Every stream of random numbers that a seed feeds, by name.

Item i of a stream depends on (seed, stream, i) alone: not on how many items are drawn, in which
order, or on which machine. What is written here is never changed, only added to: no stage depends
on this file, and a test holds the first numbers of each stream.

What a library draws by itself gets the seed as it is: Keras for the initial weights of the VAE.

NumPy's ``SeedSequence`` fills up with zeros, so (seed, 7) and (seed, 7, 0) are one stream. Streams
whose first number is an index stay below 2**31; the names of the others are numbers from there on.
"""

from typing import Any

import numpy as np

_POSTERIORS, _IMAGE_PAIRS, _COMPONENTS, _ATTRIBUTE_FACES, _SUBSET = range(2**31, 2**31 + 5)
_FILM = 2**31 + 5
_HELD_OUT_DIGITS = 2**31  # with _POSTERIORS, but no stage has both
_TUNING, _RANDOM_DIGITS, _START_CANDIDATES = 2**32 - 3, 2**32 - 2, 2**32 - 1
_EXPORT_CHECK = 2**32 - 4
_JITTER, _FLUCTUATION = 1, 2  # behind (seed, map_index, start)

# Of a training of the VAE: streams of TensorFlow, whose stateless seeds are [seed, stream] with the
# step folded in. What is drawn for the validation part has VALIDATION added to its stream.
NOISE, CORRUPTION, VALIDATION = 1, 2, 4


def avatar(seed: int, index: int) -> np.random.Generator:
    """Return the stream of the traits of one avatar."""
    return np.random.default_rng([seed, index])


def split(seed: int) -> np.random.Generator:
    """Return the stream of the order in which faces or persons are put into parts."""
    return np.random.default_rng(seed)


def face_order(seed: int, epoch: Any) -> list[Any]:
    """Return the seed of the order of the training faces in one epoch, for TensorFlow's shuffle."""
    return [seed, epoch, 0]


def prior_point(seed: int, index: int) -> np.random.Generator:
    """Return the stream of the noise of one random face."""
    return np.random.default_rng([seed, index])


def component(seed: int, index: int) -> np.random.Generator:
    """Return the stream of the choice of the window from which one random face comes."""
    return np.random.default_rng([seed, _COMPONENTS, index])


def posterior_point(seed: int, index: int) -> np.random.Generator:
    """Return the stream of the noise of the z-point of one image."""
    return np.random.default_rng([seed, _POSTERIORS, index])


def image_pair(seed: int, index: int) -> np.random.Generator:
    """Return the stream of the choice of one pair of images."""
    return np.random.default_rng([seed, _IMAGE_PAIRS, index])


def attribute_faces(seed: int, attribute: int) -> np.random.Generator:
    """Return the stream of the choice of the faces to which one attribute is added."""
    return np.random.default_rng([seed, _ATTRIBUTE_FACES, attribute])


def subset(seed: int) -> np.random.Generator:
    """Return the stream of the order in which faces join a subset."""
    return np.random.default_rng([seed, _SUBSET])


def film_point(seed: int, index: int) -> np.random.Generator:
    """Return the stream of one random point of the latent space, decoded after each epoch."""
    return np.random.default_rng([seed, _FILM, index])


def kernels(seed: int, num_layers: int) -> list[int]:
    """Return a seed for the initial kernel of each layer of the CNN."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(num_layers)]


def digit_order(seed: int, epoch: int) -> np.random.Generator:
    """Return the stream of the order of the training digits in one epoch."""
    return np.random.default_rng([seed, epoch])


def held_out_digits(seed: int) -> np.random.Generator:
    """Return the stream of the choice of the validation part among the training digits."""
    return np.random.default_rng([seed, _HELD_OUT_DIGITS])


def oip_start(seed: int, map_index: int, start: int) -> np.random.Generator:
    """Return the stream of one start image of one feature map."""
    return np.random.default_rng([seed, map_index, start])


def start_candidate(seed: int, candidate: int) -> np.random.Generator:
    """Return the stream of one candidate for start images, the same for all maps and layers."""
    return np.random.default_rng([seed, _START_CANDIDATES, candidate])


def jitter(seed: int, map_index: int, start: int) -> np.random.Generator:
    """Return the stream of the shifts of one image during its ascent."""
    return np.random.default_rng([seed, map_index, start, _JITTER])


def fluctuation(seed: int, map_index: int, start: int, phase: int) -> np.random.Generator:
    """Return the stream of what is added to one image at the start of a phase of its ascent."""
    return np.random.default_rng([seed, map_index, start, _FLUCTUATION, phase])


def tuning_image(seed: int, num_points: int, number: int) -> np.random.Generator:
    """Return the stream of one image that shows a length scale to a unit; 0 points: a kind."""
    return np.random.default_rng([seed, _TUNING, num_points, number])


def random_digits(seed: int) -> np.random.Generator:
    """Return the stream of the choice of digits that have nothing to do with a feature map."""
    return np.random.default_rng([seed, _RANDOM_DIGITS])


def export_check(seed: int) -> np.random.Generator:
    """Return the stream of the inputs on which an exported network is compared."""
    return np.random.default_rng([seed, _EXPORT_CHECK])


def source_rows(row_seed: int) -> np.random.RandomState:
    """Return the generator of the method's source for one row of faces: MT19937."""
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(row_seed)))
