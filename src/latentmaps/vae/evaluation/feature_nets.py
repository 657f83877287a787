"""Feature nets, which turn images into features for comparing two sets of images.

A Fréchet or kernel distance is meaningful only together with the name of its feature net and with
the distance between two sets of real images. ``pixel_features`` is always used; ``fid_network`` is
added if params.yaml names its weights.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from latentmaps.vae.evaluation import fid_network


class FeatureNet(Protocol):
    """A network that computes features of images."""

    @property
    def name(self) -> str:
        """The name of the net in metrics."""

    def features(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the features, (n, d), of a batch of pixels, (n, h, w, c), 0..1."""


def libraries(nets: Sequence[FeatureNet]) -> list[str]:
    """Return the libraries that the nets need beyond those that every evaluation needs."""
    is_fid = any(net.name == fid_network.NAME for net in nets)
    return ["torch", "torch-fidelity"] if is_fid else []
