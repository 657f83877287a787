"""The section ``split_faces``: which faces are for training, validation and test."""

from typing import Literal

from latentmaps.params.types import PartSize, section


@section
class SplitFaces:
    """Attributes:
    scheme: random draws faces from the seed; identity draws persons, so that nobody is in two
        parts; official takes the whole partition of the source and leaves the numbers aside.
    num_train: faces for training; null: all that the other parts leave. Below 1 it is, as for the
        other parts, a share of all faces.
    num_validation: faces on which val_ metrics are computed after each epoch.
    num_test: faces that only evaluate_vae and the drawings see.
    """

    scheme: Literal["random", "identity", "official"]
    num_train: PartSize | None
    num_validation: PartSize
    num_test: PartSize
