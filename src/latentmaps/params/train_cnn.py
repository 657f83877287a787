"""The section ``train_cnn``: the network that reads the digits, and how it is trained."""

from typing import Annotated

from pydantic import AfterValidator

from latentmaps.params.types import (
    Listed,
    NonNegativeFloat,
    Positive,
    PositiveFloat,
    Share,
    section,
)

# A convolution and a pooling turn 28 pixels into 13, 5 and 1: a fourth convolution has no room.
_MAX_CONVOLUTIONS = 3


def _check_room(filters: tuple[int, ...]) -> tuple[int, ...]:
    if len(filters) > _MAX_CONVOLUTIONS:
        raise ValueError(f"at most {_MAX_CONVOLUTIONS} convolutions, which is all 28 pixels allow")
    return filters


@section
class TrainCnn:
    """Attributes:
    filters: feature maps of each convolution; they are called Conv2D_1, Conv2D_2, ...
    dense_units: width of the dense layer before the output.
    learning_rate: of SGD at the first step; falls along a cosine to zero at the last.
    momentum: of SGD, in Nesterov's form.
    l2: weight of the L2 penalty on all kernels.
    num_validation: digits taken from the training part for the val_ metrics.
    epochs: passes through what is left of the training part.
    batch_size: images a step.
    """

    filters: Annotated[Listed[Positive], AfterValidator(_check_room)]
    dense_units: Positive
    learning_rate: PositiveFloat
    momentum: Share
    l2: NonNegativeFloat
    num_validation: Positive
    epochs: Positive
    batch_size: Positive
