"""The network for the Fréchet Inception distance; only a distance based on it may be called FID.

It is the Inception v3 of December 2015 that Heusel et al. 2017 used, converted to PyTorch, with
TensorFlow 1's resizing, as implemented in the optional library torch-fidelity. A different
Inception v3 or resizing method yields different numbers. The weights come from a local file, which
is identified by its checksum.

This module was tested with torch-fidelity 0.4 and random weights, never with the real weights.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError, ParamsError
from latentmaps.images import pixels as pixel_values
from latentmaps.storage import checksums

Pixels = npt.NDArray[np.float32]

# named after FID: only with this net can a Fréchet distance be compared with published FID values
NAME = "inception-2015-fid"
WEIGHTS_FILE = "weights-inception-2015-12-05-6726825d.pth"

# SHA-256 of this file and of pytorch-fid's identical pt_inception-2015-12-05-6726825d.pth. Several
# independent projects use it to verify the download; the file name contains its first digits.
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
_EXTRACTOR, _FEATURES = "inception-v3-compat", "2048"


class FidNetwork:
    """The 2048 features of the FID network, computed on the CPU.

    Attributes:
        name: the name of the net in metrics.
    """

    name = NAME

    def __init__(self, torch: Any, extractor: Any) -> None:
        self._torch = torch
        self.inception = extractor

    def features(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the features, (n, 2048), of a batch of pixels, (n, h, w, 3 or 1), 0..1.

        Pixels are rounded to bytes first, as in an image file; the network resizes them.
        """
        images = pixel_values.to_uint8(pixels)
        color = np.broadcast_to(images, (*images.shape[:-1], 3))
        tensor = self._torch.from_numpy(np.ascontiguousarray(color.transpose(0, 3, 1, 2)))
        with self._torch.no_grad():
            [features] = self.inception(tensor)
        return features.numpy()


def load(path: Path) -> FidNetwork:
    """Load the FID network.

    Args:
        path: the weights file ``WEIGHTS_FILE``, which torch-fidelity publishes. It is a pickle,
            which can contain code that torch would run, so no other file is passed to torch.

    Raises:
        DataError: the file is missing or is not the published one.
        ParamsError: torch or torch-fidelity is not installed.
    """
    if not path.is_file():
        raise DataError(
            f"{path}: no such file, expected the weights of {NAME}; put the file there "
            "yourself, because it is not downloaded automatically"
        )
    found = checksums.file_sha256(path)
    if found != SHA256:
        raise DataError(
            f"{path}: SHA-256 {found}, expected {SHA256}; the distance is the FID only with "
            f"{WEIGHTS_FILE}: use that file from torch-fidelity's release v0.2.0, or set "
            "feature_net and feature_net_weights to null"
        )
    # On Linux, torch installs Triton, which it does not need here. Triton contains an LLVM that,
    # together with the one in TensorFlow, crashes the process. With None, importing Triton fails as
    # if it were not installed (tested with torch 2.15, triton 3.9, TensorFlow 2.21).
    sys.modules.setdefault("triton", cast(ModuleType, None))
    torch, torch_fidelity = _optional("torch"), _optional("torch_fidelity")
    extractor = torch_fidelity.FeatureExtractorInceptionV3(
        _EXTRACTOR, [_FEATURES], feature_extractor_weights_path=str(path)
    )
    return FidNetwork(torch, extractor)


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ParamsError(
            f"{NAME}: the library {name} cannot be imported ({error}), expected torch and "
            "torch-fidelity; run `pip install torch torch-fidelity`, or set feature_net and "
            "feature_net_weights to null"
        ) from error
