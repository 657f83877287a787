"""What real digits tell about the feature maps, as data. No tensors here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.oips.oip import Floats

# so many of the strongest digits stand beside an OIP
NUM_STRONGEST = 6


@dataclass(frozen=True)
class Strongest:
    """The test digits that excite each map most, the strongest first.

    Attributes:
        rows: (num_maps, 6), where they stand in the test part.
        images: (num_maps, 6, 28, 28), uint8.
        labels: (num_maps, 6), uint8.
        activations: (num_maps, 6), float32; 0 when they do not excite the map.
    """

    rows: npt.NDArray[np.int64]
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    activations: Floats


@dataclass(frozen=True)
class Paths:
    """How alike two images are to the layer below, as rank correlations; NaN without such a layer.

    The images are compared by the means of the maps of the lower layer. A drawing that excites a
    map on another way than real images do would have a low correlation (Geirhos et al. 2024).

    Attributes:
        free: (num_maps,), OIP against strongest digit.
        in_range: (num_maps,), OIP within the range against strongest digit.
        second: (num_maps,), second strongest against strongest digit: what is high.
        random: (num_maps,), mean over random digits against strongest digit: what is low.
    """

    free: npt.NDArray[np.float64]
    in_range: npt.NDArray[np.float64]
    second: npt.NDArray[np.float64]
    random: npt.NDArray[np.float64]
