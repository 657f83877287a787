"""A question about some units of a network, and the settings that result from it."""

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

# The number of candidates in params.yaml is meant for images of digits.
_PIXELS_OF_A_DIGIT, _FEWEST_CANDIDATES = 28 * 28, 64

FREE, DATA = "free", "data"


@dataclass(frozen=True)
class Question:
    """A question about some units of one layer.

    Attributes:
        layer_name: name of the layer.
        units: indices of feature maps, or of units of a dense layer.
        params: settings of the search: steps, length scales, strategy, random starts.
        seed: seed for all random numbers.
        objective_name: a key of ``objectives.OBJECTIVES``; None for the default: the mean of a
            feature map, or a dense unit.
        pixels: ``free``, ``data``, or the darkest and the brightest pixel; None for the network's
            own range.
        starts: starts that the user names; None for those of the stage draw_oips.
        has_custom_scales: whether the user names the length scales, which must then fit the image.
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
    """Adapt the settings of a question to the shape of the images of the ascent.

    Length scales that do not fit the shape are replaced, unless the user named them. To bound the
    time, large images get fewer candidates, but at least 64. Above that minimum, all candidates
    together have no more values than the configured number of candidates of a digit's size.

    Args:
        question: the question.
        shape: (height, width, channels) of the images of the ascent: whole images or patches.
    """
    params = question.params
    if not question.has_custom_scales:
        params = length_scales.for_shape(params, shape)
    fitting = params.num_candidates * _PIXELS_OF_A_DIGIT // int(np.prod(shape))
    return dataclasses.replace(
        params, num_candidates=min(params.num_candidates, max(_FEWEST_CANDIDATES, fitting))
    )


def matches_stage(subject: Subject, question: Question) -> bool:
    """Report whether a question repeats the search of draw_oips, including head starts."""
    name = subject.objective_name(question.layer_name, question.objective_name)
    return (
        subject.digits is not None
        and question.starts is None
        and question.pixels in (None, FREE, DATA)
        and name in ("mean", "unit")
    )


def find_pixel_range(subject: Subject, pixels: str | PixelRange | None) -> PixelRange | None:
    """Return the darkest and the brightest pixel, or None if pixels are free.

    Args:
        subject: the network.
        pixels: as in ``Question.pixels``.

    Raises:
        DataError: the range does not fit the network.
    """
    if isinstance(pixels, tuple):
        return pixels
    if subject.pixel_range is not None:
        if pixels == FREE:
            low, high = subject.pixel_range
            raise DataError(
                f"--range: found free, expected data, because {subject.name} reads pixels from "
                f"{low:g} to {high:g}"
            )
        return subject.pixel_range
    if pixels != DATA:
        return None
    if subject.digits is None:
        raise DataError(
            "--range: found data, expected free or two numbers such as 0,1, because there are no "
            f"images from which to find the range that {subject.name} reads"
        )
    return cnn_layers.digit_range(subject.digits)
