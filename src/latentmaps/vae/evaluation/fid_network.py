"""The network of the Frechet Inception distance; only its numbers may be called FID.

It is the Inception v3 of December 2015 that Heusel et al. 2017 took, converted to PyTorch, with the
resizing of TensorFlow 1, as the optional library torch-fidelity runs it. Another Inception v3, or
another way of resizing, gives other numbers. The weights come from a local file, whose checksum
decides.

Tried with torch-fidelity 0.4 and random weights in place of the real file, never with the real one.
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

# the only net with which a Frechet distance compares with published values of FID: called so
NAME = "inception-2015-fid"
WEIGHTS_FILE = "weights-inception-2015-12-05-6726825d.pth"

# Of this file and of pytorch-fid's pt_inception-2015-12-05-6726825d.pth, which is the same. Several
# independent projects that check the download publish this hash; the name holds its first digits.
_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
_EXTRACTOR, _FEATURES = "inception-v3-compat", "2048"


class FidNetwork:
    """The 2048 features of the FID network, computed on the CPU.

    Attributes:
        name: stands in metrics.
    """

    name = NAME

    def __init__(self, torch: Any, extractor: Any) -> None:
        self._torch = torch
        self._extractor = extractor

    def features(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the features, (n, 2048), of a batch of pixels, (n, h, w, 3 or 1), 0..1.

        They are rounded to bytes first, as a picture file would be; the network resizes them.
        """
        images = pixel_values.to_uint8(pixels)
        color = np.broadcast_to(images, (*images.shape[:-1], 3))
        tensor = self._torch.from_numpy(np.ascontiguousarray(color.transpose(0, 3, 1, 2)))
        with self._torch.no_grad():
            [features] = self._extractor(tensor)
        return features.numpy()


def load(path: Path) -> FidNetwork:
    """Return the FID network.

    Args:
        path: its weights, the file ``WEIGHTS_FILE`` that torch-fidelity publishes. A pickle, which
            may hold code that torch would run, so no file but this one is given to torch.

    Raises:
        DataError: the file is missing, or another one.
        ParamsError: torch or torch-fidelity is not installed.
    """
    if not path.is_file():
        raise DataError(
            f"{path}: no such file, expected the weights of {NAME}; put them there by hand, "
            "nothing is downloaded"
        )
    found = checksums.file_sha256(path)
    if found != _SHA256:
        raise DataError(
            f"{path}: SHA-256 {found}, expected {_SHA256}; only with "
            f"{WEIGHTS_FILE} is the distance the FID, take that file of torch-fidelity's release "
            "v0.2.0, or set feature_net and feature_net_weights to null"
        )
    # Triton, which torch brings along on Linux and does without, holds an LLVM of its own. Next to
    # the one in TensorFlow that ends the process: None makes an import of it fail like a missing
    # module (tried with torch 2.15, triton 3.9, TensorFlow 2.21).
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
