"""The ``split_faces`` section: how to assign faces to the training, validation and test parts."""

from typing import Literal

from latentmaps.params.types import PartSize, section


@section
class SplitFaces:
    """Parameters of the split.

    Sizes below 1 are shares of all faces.

    Attributes:
        scheme: ``random`` samples faces; ``identity`` samples people, so that nobody is in two
            parts; ``official`` uses the source's own partition and ignores the sizes.
        num_train: size of the training part; None: all faces that the other parts leave.
        num_validation: size of the validation part, for the val_ metrics after each epoch.
        num_test: size of the test part, used only by evaluate_vae and the drawing stages.
    """

    scheme: Literal["random", "identity", "official"]
    num_train: PartSize | None
    num_validation: PartSize
    num_test: PartSize
