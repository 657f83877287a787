"""The section ``split_faces``: which faces are for training, validation and test."""

from typing import Literal

from latentmaps.params.types import Positive, section


@section
class SplitFaces:
    """Attributes:
    scheme: random draws the parts from the seed; official takes the partition of the source.
    num_train: faces for training.
    num_validation: faces on which val_ metrics are computed after each epoch.
    num_test: faces that only evaluate_vae and the drawings see.
    """

    scheme: Literal["random", "official"]
    num_train: Positive | None
    num_validation: Positive
    num_test: Positive
