"""What is asked about some units of a network, and what of it is in force."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from latentmaps.errors import DataError
from latentmaps.lab.start_specs import Start
from latentmaps.lab.subjects import Subject
from latentmaps.oips import cnn_layers, length_scales
from latentmaps.oips.oip import PixelRange, Shape
from latentmaps.params.draw_oips import DrawOips

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
        has_custom_scales: whether a person named the length scales, which must then fit.
    """

    layer_name: str
    units: Sequence[int]
    params: DrawOips
    seed: int
    objective_name: str | None = None
    pixels: str | PixelRange | None = None
    starts: Sequence[Start] | None = None
    has_custom_scales: bool = False


def effective_params(question: Question, shape: Shape) -> DrawOips:
    """Return the settings of a search, as far as images of a shape allow what was asked.

    Length scales that they cannot show give way, unless a person named them. Of large images there
    are fewer candidates, so that it is quick: those have as many values as all of the size of a
    digit.

    Args:
        question: what is asked.
        shape: height, width and channels of what climbs: an image, or a patch of one.
    """
    params = question.params
    if not question.has_custom_scales:
        params = length_scales.for_shape(params, shape)
    fitting = params.num_candidates * _PIXELS_OF_A_DIGIT // int(np.prod(shape))
    return dataclasses.replace(
        params, num_candidates=min(params.num_candidates, max(_FEWEST_CANDIDATES, fitting))
    )


def matches_stage(subject: Subject, question: Question) -> bool:
    """Return whether a question is that of the stage draw_oips, with its head starts."""
    name = subject.objective_name(question.layer_name, question.objective_name)
    return (
        subject.digits is not None
        and question.starts is None
        and question.pixels in (None, FREE, DATA)
        and name in ("mean", "unit")
    )


def find_pixel_range(subject: Subject, pixels: str | PixelRange | None) -> PixelRange | None:
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
