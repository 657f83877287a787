"""Networks whose features stand for images when two sets of them are compared.

A Frechet or kernel distance means something only together with the name of its feature net, and
with the distance between two sets of real images beside it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError, ParamsError
from latentmaps.vae.evaluation import fid_network, keras_features, pixel_features

PIXELS_PCA = pixel_features.NAME


class FeatureNet(Protocol):
    """What turns images into features."""

    @property
    def name(self) -> str:
        """Gives the name that stands in metrics."""

    def features(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Gives the features, (n, d), of one batch of pixels, (n, h, w, c), 0..1."""


def libraries(nets: Sequence[FeatureNet]) -> list[str]:
    """Return the packages that compute features besides those of every evaluation."""
    is_fid = any(net.name == fid_network.NAME for net in nets)
    return ["torch", "torch-fidelity"] if is_fid else []


def pixels_pca(
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    *,
    num_components: int = pixel_features.NUM_COMPONENTS,
) -> FeatureNet:
    """Gives the feature net ``pixels-pca`` of these training images, which needs no weights.

    Args:
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
        rows: (n,), the training images.
        num_components: at most so many features.

    Raises:
        DataError: no two of the training images differ.
    """
    return pixel_features.fit(images, rows, num_components=num_components)


def load(name: str, weights: Path) -> FeatureNet:
    """Gives a feature net whose weights come from a local file.

    Args:
        name: ``keras-<name in keras.applications>`` or ``inception-2015-fid``.
        weights: the file.

    Raises:
        ParamsError: there is no such net, or a library for it is missing.
        DataError: the file is missing, damaged, or of another net.
    """
    is_keras = name.startswith(keras_features.PREFIX)
    if not is_keras and name != fid_network.NAME:
        raise ParamsError(
            f"feature net: found {name!r}, expected {fid_network.NAME} or "
            f"{keras_features.PREFIX}<name in keras.applications>; {PIXELS_PCA} needs no weights"
        )
    if not weights.is_file():
        raise DataError(
            f"{weights}: no such file, expected the weights of {name}; put them there by hand, "
            "nothing is downloaded"
        )
    return keras_features.load(name, weights) if is_keras else fid_network.load(weights)
