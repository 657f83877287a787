"""Networks whose features stand for images when two sets of them are compared.

A Frechet or kernel distance means something only together with the name of its feature net, and
with the distance between two sets of real images beside it. ``pixel_features`` is always there,
``fid_network`` beside it when params.yaml names its weights.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from latentmaps.vae.evaluation import fid_network


class FeatureNet(Protocol):
    """What turns images into features."""

    @property
    def name(self) -> str:
        """The name that stands in metrics."""

    def features(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the features, (n, d), of one batch of pixels, (n, h, w, c), 0..1."""


def libraries(nets: Sequence[FeatureNet]) -> list[str]:
    """Return the packages that compute features besides those of every evaluation."""
    is_fid = any(net.name == fid_network.NAME for net in nets)
    return ["torch", "torch-fidelity"] if is_fid else []
