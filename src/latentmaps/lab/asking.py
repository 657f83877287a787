"""The Python interface for OIPs: ``find_oips``, and the ``oips`` method of a CNN."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError, shorten
from latentmaps.lab import finding, questions, settings, start_specs, subjects
from latentmaps.lab.questions import Question
from latentmaps.lab.start_specs import ImageStart, Start
from latentmaps.lab.subjects import Subject
from latentmaps.lab.unit_oips import UnitOips
from latentmaps.oips.oip import PixelRange

# settings of the stage that choose the layers and how they are drawn; they do not apply here
_STAGE_ONLY = {"layers", "range", "color_map", "polish"}

# an array to start from, the path of a picture, a kind of start, or several of these
StartLike = npt.NDArray | Path | str | Sequence[npt.NDArray | Path | str]


class CnnWithOips(TrainedCnn):
    """A trained CNN with a method that finds the OIPs of its units."""

    def oips(
        self,
        layer_name: str,
        units: int | Sequence[int],
        *,
        start: StartLike | None = None,
        objective: str | None = None,
        pixels: str | PixelRange | None = None,
        digits: str | Path | None = None,
        seed: int = 0,
        **changes: Any,
    ) -> list[UnitOips]:
        """Find the image that excites each unit most, and the final image of each ascent.

        Args:
            layer_name: a convolution, or a dense layer (``dense`` or ``probabilities``).
            units: one or more indices of feature maps or dense units.
            start: as in ``latentmaps.find_oips``; ``digit:4`` and ``digits`` need `digits`.
            objective: as in ``latentmaps.find_oips``.
            pixels: as in ``latentmaps.find_oips``; ``data`` needs `digits`.
            digits: the file digits.npz that fetch_digits wrote. If it is given and `start` is not,
                the results are the OIPs of the stage draw_oips, including head starts.
            seed: seed for all random numbers; use ``base.seed`` to reproduce the stage.
            **changes: as in ``latentmaps.find_oips``.

        Returns:
            One object per unit, as returned by ``latentmaps.find_oips``.

        Raises:
            DataError: the digits or another argument cannot be used.
            TrainingError: a gradient is not a number.
        """
        loaded = None if digits is None else digits_module.load(Path(digits))
        subject = Subject("the CNN", self.model, digits=loaded)
        return _ask(subject, layer_name, units, start, objective, pixels, seed, changes)


def find_oips(
    model: keras.Model,
    layer: str,
    units: int | Sequence[int],
    *,
    start: StartLike | None = None,
    objective: str | None = None,
    pixels: str | PixelRange | None = None,
    seed: int = 0,
    **changes: Any,
) -> list[UnitOips]:
    """Find the image that excites each unit of a Keras model most.

    ``latentmaps.find_oips`` describes the arguments and results in full.

    Args:
        model: a built functional or sequential model that reads one image.
        layer: name of a layer with feature maps or dense units.
        units: one or more indices of feature maps or dense units.
        start: images or kinds of noise to start from; None: random starts.
        objective: a key of ``objectives.OBJECTIVES``; None: the default for the layer.
        pixels: ``free``, ``data``, or the darkest and the brightest pixel; None: the network's own
            range.
        seed: seed for all random numbers.
        **changes: new values of settings, which are fields of ``DrawOips``.

    Returns:
        One object per unit, in the order of `units`.

    Raises:
        DataError: an argument cannot be used.
        TrainingError: a gradient is not a number.
    """
    subject = subjects.from_model(model)
    return _ask(subject, layer, units, start, objective, pixels, seed, changes)


def _ask(
    subject: Subject,
    layer_name: str,
    units: int | Sequence[int],
    start: StartLike | None,
    objective: str | None,
    pixels: str | PixelRange | None,
    seed: int,
    changes: dict[str, Any],
) -> list[UnitOips]:
    for name in _STAGE_ONLY & changes.keys():
        raise DataError(f"{name}: has no effect here, expected other settings; leave it out")
    params = settings.change(
        settings.defaults(subject.model.input_shape[1:]), {**changes, "seed": seed}
    )
    question = Question(
        layer_name=layer_name,
        units=_numbers(units),
        params=params,
        seed=params.seed or 0,
        objective_name=objective,
        pixels=_pixels(pixels),
        starts=None if start is None else _starts(start, subject.digits),
        has_custom_scales="length_scales" in changes,
    )
    return finding.find(subject, question)


def _numbers(units: int | Sequence[int]) -> list[int]:
    numbers = np.atleast_1d(np.asarray(units))
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise DataError(f"units: found {shorten(units)}, expected whole numbers, such as [17]")
    return list(dict.fromkeys(numbers.tolist()))


def _pixels(pixels: str | PixelRange | None) -> str | PixelRange | None:
    if pixels is None or (isinstance(pixels, str) and pixels in (questions.FREE, questions.DATA)):
        return pixels
    try:
        low, high = map(float, () if isinstance(pixels, str) else pixels)
    except (TypeError, ValueError):
        low = high = np.nan
    if not -np.inf < low < high < np.inf:
        raise DataError(
            f"pixels: found {shorten(pixels)}, expected free, data, or the values of the darkest "
            "and the brightest pixel, such as (0, 1)"
        )
    return low, high


def _starts(start: StartLike, digits: Digits | None) -> list[Start]:
    if not isinstance(start, str | Path | np.ndarray | Sequence):
        raise DataError(
            f"start: found {shorten(start)}, expected an array, the path of a picture, a kind such "
            "as scales, or a list of these"
        )
    given = [start] if isinstance(start, str | Path | np.ndarray) else list(start)
    if not given:
        raise DataError("start: found none, expected at least one; omit it for random starts")
    return [_start(item, number, digits) for number, item in enumerate(given, start=1)]


def _start(start: Any, number: int, digits: Digits | None) -> Start:
    if isinstance(start, str | Path):
        return start_specs.parse(str(start), digits)
    image = np.asarray(start)
    if image.ndim not in (2, 3) or image.dtype.kind not in "uf" or image.dtype.itemsize > 8:
        raise DataError(
            f"start {number}: found {image.dtype} {image.shape}, expected an array (h, w) or "
            "(h, w, c), uint8 or floating, or a kind such as scales; convert it"
        )
    return ImageStart(f"picture {number}", image)
