"""Find what excites some units of a network: from the starts of the stage, or from one's own."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.errors import DataError
from latentmaps.lab import start_specs, unit_oips
from latentmaps.lab.start_specs import Start
from latentmaps.lab.subjects import Subject
from latentmaps.lab.unit_oips import UnitOips
from latentmaps.oips import (
    ascent,
    cnn_layers,
    length_scales,
    networks,
    oip,
    restore,
    search,
    starts,
)
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import PixelRange, Shape
from latentmaps.oips.restore import Restore
from latentmaps.oips.search import Climb
from latentmaps.oips.start_images import Patterns
from latentmaps.params.draw_oips import DrawOips

# Few images: a small chunk is fast, and the pictures are those of a large one. So many values at
# most: with 64 images of 224x224 pixels, a deep network needs more than 10 gigabytes.
_CHUNK_SIZE = 8
_LARGEST_CHUNK, _MOST_VALUES_OF_CHUNK = 64, 2**21

# of the precursor
_PIXELS_OF_A_DIGIT, _FEWEST_CANDIDATES = 28 * 28, 64

FREE, DATA = "free", "data"


@dataclass(frozen=True)
class Question:
    """What is asked about some units.

    Attributes:
        layer_name: of the network.
        units: numbers of feature maps, or of values of a dense layer.
        params: number and size of steps, length scales, strategy, starts where none are named.
        seed: of everything that is sampled.
        objective_name: of ``objectives.OBJECTIVES``; None: the mean of a map, a dense unit.
        pixels: free, data, or darkest and brightest pixel; None: what the network reads.
        starts: one's own; None: those of the stage draw_oips.
        has_own_scales: whether a person named the length scales, which must then fit.
    """

    layer_name: str
    units: Sequence[int]
    params: DrawOips
    seed: int
    objective_name: str | None = None
    pixels: str | PixelRange | None = None
    starts: Sequence[Start] | None = None
    has_own_scales: bool = False


def find(subject: Subject, question: Question, *, jit_compile: bool = False) -> list[UnitOips]:
    """Return what was found for each unit that is asked about.

    For our CNN, with digits at hand and no starts of one's own, they are the OIPs of the stage
    draw_oips, byte for byte, and the ends of all its starts.

    Args:
        subject: the network.
        question: what is asked.
        jit_compile: whether XLA compiles a step; slower on a CPU.

    Raises:
        DataError: the network has no such layer, unit or objective, or a start does not fit.
        TrainingError: a gradient is not a number.
    """
    units = np.array(question.units, np.int64)
    subject.require(question.layer_name, question.units)
    name = subject.objective_name(question.layer_name, question.objective_name)
    found = _networks(subject, question.layer_name, name)
    _require_gradient(found)
    chunk_size = _chunk_size(len(units), found.shape)
    if subject.digits is not None and is_as_the_stage(subject, question):
        in_range, free = search.climb(
            found,
            subject.digits,
            question.params,
            pixel_range=cnn_layers.digit_range(subject.digits),
            map_indices=units,
            seed=question.seed,
            jit_compile=jit_compile,
            chunk_size=chunk_size,
        )
        climb = in_range if question.pixels == DATA else free
        return _answers(climb, found, question, climb.winners)
    climb = _climb(subject, found, question, units, jit_compile, chunk_size)
    return _answers(climb, found, question, climb.winners)


def _networks(subject: Subject, layer_name: str, name: str) -> Networks:
    """Return the network up to the layer; for one position, on the patch that it sees."""
    if name == "position":
        on_patches = networks.on_patches(subject.model, layer_name)
        if on_patches is not None:
            return on_patches
    return networks.up_to(subject.model, layer_name, name)


def _chunk_size(num_units: int, shape: Shape) -> int:
    fitting = max(1, _MOST_VALUES_OF_CHUNK // int(np.prod(shape)))
    return min(_LARGEST_CHUNK, _CHUNK_SIZE * num_units, fitting)


def _require_gradient(found: Networks) -> None:
    images = tf.random.stateless_normal((1, *found.shape), seed=(0, 0))
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = found.objective(images, tf.constant([0]))
    if tape.gradient(values, images) is None:
        raise DataError(
            f"layer {found.layer_name}: the gradient does not reach the image, expected layers "
            "that can be differentiated between the two; choose another layer"
        )


def _climb(
    subject: Subject,
    found: Networks,
    question: Question,
    units: npt.NDArray[np.int64],
    jit_compile: bool,
    chunk_size: int,
) -> Climb:
    params = in_force(question, found.shape)
    pixel_range = range_of(subject, question.pixels)
    bring_back = _restore(subject, found, question.pixels, pixel_range)
    digits = None if subject.digits is None else subject.digits.train_images
    is_whole = found.shape == tuple(subject.model.input_shape[1:])
    patterns = Patterns(found.shape, params, digits if is_whole else None)
    if question.starts is None:
        chosen = starts.choose(
            found,
            patterns,
            map_indices=units,
            restore=bring_back,
            seed=question.seed,
            chunk_size=chunk_size,
        )
    else:
        chosen = _own_starts(
            subject, found.objective.floor, question, patterns, units, bring_back, pixel_range
        )
    ends = ascent.ascend(
        found.objective,
        chosen.images,
        units,
        params,
        restore=bring_back,
        seed=question.seed,
        jit_compile=jit_compile,
        chunk_size=chunk_size,
        is_race=question.starts is None,  # who names starts wants to see where they end
    )
    return Climb(chosen, ends, has_head_start=False)


def in_force(question: Question, shape: Shape) -> DrawOips:
    """Return the settings of a search, as far as images of a shape allow what was asked.

    Length scales that they cannot show give way, unless a person named them. Of large images there
    are fewer candidates, so that it is quick: those have as many values as all of the size of a
    digit.

    Args:
        question: what is asked.
        shape: height, width and channels of what climbs: an image, or a patch of one.
    """
    params = question.params
    if not question.has_own_scales:
        params = length_scales.for_shape(params, shape)
    fitting = params.num_candidates * _PIXELS_OF_A_DIGIT // int(np.prod(shape))
    return dataclasses.replace(
        params, num_candidates=min(params.num_candidates, max(_FEWEST_CANDIDATES, fitting))
    )


def is_as_the_stage(subject: Subject, question: Question) -> bool:
    """Return whether a question is that of the stage draw_oips, with its head starts."""
    name = subject.objective_name(question.layer_name, question.objective_name)
    return (
        subject.digits is not None
        and question.starts is None
        and question.pixels in (None, FREE, DATA)
        and name in ("mean", "unit")
    )


def range_of(subject: Subject, pixels: str | PixelRange | None) -> PixelRange | None:
    """Return darkest and brightest pixel; None: pixels are free.

    Args:
        subject: the network.
        pixels: as of a ``Question``.

    Raises:
        DataError: the network does not know such pixels.
    """
    if isinstance(pixels, tuple):
        return pixels
    if subject.pixel_range is not None:
        if pixels == FREE:
            low, high = subject.pixel_range
            raise DataError(
                f"--range: found free, expected data: {subject.name} reads pixels of {low:g} to "
                f"{high:g}"
            )
        return subject.pixel_range
    if pixels != DATA:
        return None
    if subject.digits is None:
        raise DataError(
            "--range: found data, expected free or two numbers such as 0,1: there are no images to "
            f"learn from what {subject.name} reads"
        )
    return cnn_layers.digit_range(subject.digits)


def _restore(
    subject: Subject,
    found: Networks,
    pixels: str | PixelRange | None,
    pixel_range: PixelRange | None,
) -> Restore:
    """Return what makes an image, or a patch of one, such as the network may read."""
    is_patch = found.shape != tuple(subject.model.input_shape[1:])
    if pixel_range is None:
        return restore.unit_rms if is_patch else restore.standardized
    if pixels == DATA and subject.pixel_range is None and not is_patch:
        return restore.in_range(pixel_range)
    return restore.clipped(pixel_range)


def _own_starts(
    subject: Subject,
    floor: float,
    question: Question,
    patterns: Patterns,
    units: npt.NDArray[np.int64],
    bring_back: Restore,
    pixel_range: PixelRange | None,
) -> starts.Starts:
    """Return the starts that a person names, for each unit."""
    specs = question.starts or ()
    height, width, channels = subject.model.input_shape[1:]
    sampled = [
        start_specs.to_range(
            start_specs.sample(
                spec,
                position,
                patterns,
                unit=unit,
                seed=question.seed,
                whole=(height, width, channels),
            ),
            spec,
            pixel_range,
            bring_back,
        )
        for unit in units.tolist()
        for position, spec in enumerate(specs)
    ]
    images = restore.restore_images(np.stack(sampled), bring_back)
    images = images.reshape(len(units), len(specs), *patterns.shape)
    names = [spec if isinstance(spec, str) else spec.name for spec in specs]
    return starts.Starts(
        map_indices=units,
        images=images,
        origins=images,
        kinds=np.tile(np.array(names), (len(units), 1)),
        rescues=np.full(len(units), oip.NOT_NEEDED),
        tried=np.zeros((len(units), 0), np.float32),
        floor=floor,
    )


def _answers(
    climb: Climb, found: Networks, question: Question, winners: npt.NDArray[np.int64]
) -> list[UnitOips]:
    return [
        unit_oips.of_unit(
            row,
            climb.ends,
            layer_name=question.layer_name,
            unit=int(unit),
            objective_name=found.objective_name,
            kinds=climb.starts.kinds[row][climb.ends.numbers[row]].tolist(),
            starts=climb.starts.origins[row][climb.ends.numbers[row]],
            snapshot_steps=oip.snapshot_steps(question.params),
            winner=int(winners[row]),
            floor=found.objective.floor,
            seen_size=found.reachable_size,
        )
        for row, unit in enumerate(climb.starts.map_indices)
    ]
