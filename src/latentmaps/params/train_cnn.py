"""The ``train_cnn`` section: the shape of the CNN, and how to train it."""

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
    """Parameters of the CNN and its training.

    Attributes:
        filters: number of feature maps of each convolution; the convolutions are named Conv2D_1,
            Conv2D_2, ...
        kernel_size: height and width of every kernel.
        pool_size: height and width of the pooling windows between convolutions.
        dense_units: number of units of the dense layer before the output.
        optimizer: ``sgd`` (with Nesterov momentum) or ``rmsprop``.
        learning_rate: learning rate of the first step.
        learning_rate_schedule: how the learning rate decreases.
        decay_epochs: epochs after which (``step``) or over which (``cosine``) it decreases; null:
            all.
        decay_rate: factor of each decrease (``step``), or share left at the end (``cosine``).
        momentum: momentum of the optimizer.
        l2: weight of the L2 penalty on all kernels.
        num_validation: number of digits held out from the training part to choose the best epoch.
        seed: seed of the initial kernels and the order of the digits; null: ``base.seed``.
        epochs: number of passes through the rest of the training part.
        batch_size: images per step.
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
                    f"filters of at most {index} convolutions, the most that fit into "
                    f"{_IMAGE_SIZE} pixels with kernel_size {self.kernel_size} and pool_size "
                    f"{self.pool_size}, found {len(self.filters)}"
                )
        return self
