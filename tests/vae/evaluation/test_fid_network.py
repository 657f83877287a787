import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from latentmaps.errors import DataError, ParamsError
from latentmaps.storage import checksums
from latentmaps.vae.evaluation import fid_network


class Tensor:
    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def numpy(self) -> np.ndarray:
        return self.array


class Extractor:
    """A fake extractor: records its inputs and returns the mean of each channel."""

    def __init__(self, name: str, features: list[str], **options: Any) -> None:
        self.made_with = (name, features, options)

    def __call__(self, images: Tensor) -> tuple[Tensor]:
        self.received = images.array
        return (Tensor(images.array.mean(axis=(2, 3), dtype=np.float32)),)


class NoGrad:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that passes for the real one, and mocks of the libraries."""
    path = tmp_path / fid_network.WEIGHTS_FILE
    path.write_bytes(b"weights")
    monkeypatch.setattr(fid_network, "SHA256", checksums.file_sha256(path))
    torch = SimpleNamespace(from_numpy=Tensor, no_grad=NoGrad)
    fidelity = SimpleNamespace(FeatureExtractorInceptionV3=Extractor)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch_fidelity", fidelity)
    monkeypatch.setitem(sys.modules, "triton", ModuleType("triton"))
    return path


def test_the_network_gets_bytes_with_the_channels_first(weights: Path) -> None:
    net = fid_network.load(weights)
    pixels = np.zeros((2, 4, 5, 3), np.float32)
    pixels[1, ..., 2] = 100.4 / 255
    found = net.features(pixels)
    received = net.inception.received
    assert received.dtype == np.uint8
    assert received.shape == (2, 3, 4, 5)
    assert received.flags["C_CONTIGUOUS"]
    assert found.tolist() == [[0, 0, 0], [0, 0, 100]]


def test_gray_pixels_become_three_channels(weights: Path) -> None:
    net = fid_network.load(weights)
    assert net.features(np.full((1, 2, 2, 1), 0.2, np.float32)).tolist() == [[51, 51, 51]]


def test_it_is_the_network_and_the_layer_of_the_fid(weights: Path) -> None:
    net = fid_network.load(weights)
    assert net.name == "inception-2015-fid"
    name, features, options = net.inception.made_with
    assert (name, features) == ("inception-v3-compat", ["2048"])
    assert options == {"feature_extractor_weights_path": str(weights)}


def test_the_checksum_is_the_one_in_the_name_of_the_file() -> None:
    digits = Path(fid_network.WEIGHTS_FILE).stem.rpartition("-")[2]
    assert fid_network.SHA256.startswith(digits)
    assert len(fid_network.SHA256) == 64


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        DataError,
        match=r"w\.pth: no such file, expected the weights of inception-2015-fid; put the file",
    ):
        fid_network.load(tmp_path / "w.pth")


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / fid_network.WEIGHTS_FILE
    path.write_bytes(b"something else")
    with pytest.raises(DataError, match=r"SHA-256 \w{64}, expected 6726825d\w{56}; the dist"):
        fid_network.load(path)


def test_a_file_whose_checksum_only_begins_like_the_real_one_never_gets_to_torch(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = fid_network.SHA256[:-1] + ("0" if fid_network.SHA256[-1] != "0" else "1")
    monkeypatch.setattr(fid_network, "SHA256", forged)
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)  # would be a ParamsError
    with pytest.raises(DataError, match="only with"):
        fid_network.load(weights)


@pytest.mark.parametrize("missing", ["torch", "torch_fidelity"])
def test_a_missing_library_is_named_with_what_to_install(
    missing: str, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    message = rf"library {missing} cannot be imported .*pip install torch torch-fidelity"
    with pytest.raises(ParamsError, match=message):
        fid_network.load(weights)


def test_triton_is_kept_out_of_a_process_that_holds_tensorflow(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "triton")
    fid_network.load(weights)
    with pytest.raises(ImportError):
        __import__("triton")
