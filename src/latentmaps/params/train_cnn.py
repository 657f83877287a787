"""The section ``train_cnn``: the network that reads the digits, and how it is trained."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from latentmaps.params.types import (
    BatchSize,
    Epochs,
    LearningRate,
    Level,
    Listed,
    Seed,
    Share,
    Units,
    section,
)

_IMAGE_SIZE = 28

Filters = Annotated[int, Field(ge=1, le=1024)]
Pixels = Annotated[int, Field(ge=1, le=_IMAGE_SIZE)]


@section
class TrainCnn:
    """Attributes:
    filters: feature maps of each convolution; they are called Conv2D_1, Conv2D_2, ...
    kernel_size: height and width of every kernel.
    pool_size: height and width of what the pooling between convolutions makes one value of.
    dense_units: width of the dense layer before the output.
    optimizer: sgd (Nesterov) or rmsprop.
    learning_rate: at the first step.
    learning_rate_schedule: how it falls.
    decay_epochs: epochs after which (step) or over which (cosine) it falls; null: all of them.
    decay_rate: factor of a step; share that is left at the end of the cosine.
    momentum: of the optimizer.
    l2: weight of the L2 penalty on all kernels.
    num_validation: digits taken from the training part to choose the best epoch.
    seed: of initial kernels and the order of the digits; null: ``base.seed``.
    epochs: passes through what is left of the training part.
    batch_size: images a step.
    """

    filters: Listed[Filters]
    kernel_size: Pixels
    pool_size: Pixels
    dense_units: Units
    optimizer: Literal["sgd", "rmsprop"]
    learning_rate: LearningRate
    learning_rate_schedule: Literal["constant", "step", "cosine"]
    decay_epochs: Epochs | None
    decay_rate: Level
    momentum: Share
    l2: Annotated[float, Field(ge=0, le=10)]
    num_validation: Annotated[int, Field(ge=1, le=999_999)]
    seed: Seed | None
    epochs: Epochs
    batch_size: BatchSize

    @model_validator(mode="after")
    def _check_room(self) -> Self:
        size = _IMAGE_SIZE
        for index in range(len(self.filters)):
            size = (size // self.pool_size if index else size) - self.kernel_size + 1
            if size < 1:
                raise ValueError(
                    f"filters of at most {index} convolutions, which is all that {_IMAGE_SIZE} "
                    f"pixels have room for with kernel_size {self.kernel_size} and pool_size "
                    f"{self.pool_size}, found {len(self.filters)}"
                )
        return self
