"""Exports compute the same as the original, and their README.md shows how to run them."""

import dataclasses
import re
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image
from tests.portable import architectures
from tests.vae.example_vae import ORIGIN, architecture

from latentmaps.cnn.network import cnn
from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.errors import LatentmapsError
from latentmaps.portable import exporting, formats, networks
from latentmaps.portable.formats import FORMATS, Format, Runner
from latentmaps.portable.networks import Portable
from latentmaps.training import model_card
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.vae_files import SavedVae

# the first one is exported in every format, the others in those that convert operations
SHAPES: list[dict[str, Any]] = [
    {"dropout_rate": 0.2, "dense_units": 7},
    {"paddings": ("valid", "valid"), "batch_norm": "frozen"},
    {"image_size": 23, "paddings": ("valid", "valid"), "strides": (3, 2)},
    {"kernel_sizes": (2, 3), "strides": (4, 2)},
    {"upsampling": "resize", "num_channels": 1, "activation": "selu", "batch_norm": "none"},
]
EXPECTED = {
    "keras": {"README.md", "encoder.keras", "decoder.keras"},
    "onnx": {"README.md", "encoder.onnx", "decoder.onnx"},
    "litert": {"README.md", "encoder.tflite", "decoder.tflite"},
    "saved_model": {"README.md", "encoder", "decoder"},
}


def save_vae(folder: Path, **changes: Any) -> Path:
    shape = architecture(**changes)
    networks_of_shape = architectures.encoder(**changes), architectures.decoder(**changes)
    vae_files.save(folder, SavedVae(shape, ORIGIN, *networks_of_shape))
    return folder


def save_cnn(folder: Path) -> Path:
    shape = cnn.Architecture((3, 4), 5)
    cnn.save(folder, shape, cnn.build_cnn(shape, seed=1))
    return folder


@pytest.fixture(scope="module")
def vae_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a VAE of the first shape."""
    return save_vae(tmp_path_factory.mktemp("models") / "vae", **SHAPES[0])


@pytest.fixture(scope="module")
def portable_vae(vae_folder: Path) -> Portable:
    """The VAE, loaded for an export."""
    return networks.load(vae_folder)


@pytest.fixture(scope="module")
def trained_vae(vae_folder: Path) -> TrainedVae:
    """The VAE as other stages use it."""
    return TrainedVae.load(vae_folder)


@pytest.fixture(scope="module", params=SHAPES[1:], ids=range(1, len(SHAPES)))
def other_vae(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Portable:
    """A VAE of another shape, loaded for an export."""
    return networks.load(save_vae(tmp_path_factory.mktemp("models") / "vae", **request.param))


@pytest.fixture(scope="module")
def cnn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a CNN."""
    return save_cnn(tmp_path_factory.mktemp("models") / "cnn")


@pytest.fixture(scope="module")
def portable_cnn(cnn_folder: Path) -> Portable:
    """The CNN, loaded for an export."""
    return networks.load(cnn_folder)


def blocks(folder: Path) -> list[str]:
    text = (folder / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def execute(code: str, *, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run lines of Python in the working directory and return the variables they define."""
    Path("code.py").write_text(code, encoding="utf-8")
    return runpy.run_path("code.py", variables)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_vae_is_exported_in_every_format(
    name: str,
    portable_vae: Portable,
    trained_vae: TrainedVae,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = exporting.write(portable_vae, FORMATS[name], tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == EXPECTED[name]
    assert all(0.0 <= file.difference < 1e-5 for file in written)

    monkeypatch.chdir(tmp_path / "out")
    use, reading = blocks(tmp_path / "out")
    assert len(use.splitlines()) <= 6
    variables = execute(use)
    expected_pixels = trained_vae.decode(variables["inputs"])
    np.testing.assert_allclose(variables["pixels"], expected_pixels, atol=1e-5)

    picture = np.random.default_rng(2).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "face.png")
    variables = execute(reading.replace("face.jpg", "../face.png"), variables=variables)
    names = ("pixels", "z_mean", "z_log_var")
    run = FORMATS[name].read(tmp_path / "out" / written[0].name, names)
    found, expected = run(variables["pixels"]), trained_vae.encode(picture[np.newaxis])
    np.testing.assert_allclose(found["z_mean"], expected.z_mean, atol=1e-4)
    np.testing.assert_allclose(found["z_log_var"], expected.z_log_var, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_other_shapes_of_a_vae_are_exported(name: str, other_vae: Portable, tmp_path: Path) -> None:
    written = exporting.write(other_vae, FORMATS[name], tmp_path / "out")
    assert max(file.difference for file in written) < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_cnn_is_exported_in_every_format(
    name: str,
    cnn_folder: Path,
    portable_cnn: Portable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [written] = exporting.write(portable_cnn, FORMATS[name], tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out")
    use, reading = blocks(tmp_path / "out")
    variables = execute(use)
    assert variables["probabilities"].shape == (8, 10)
    variables = execute(reading, variables=variables)
    digits = np.random.default_rng(2).integers(0, 256, (3, 28, 28), np.uint8)
    digits[1] = 7  # constant
    run = FORMATS[name].read(
        tmp_path / "out" / written.name, ("standardized_images", "probabilities")
    )
    found = run(variables["standardize"](digits).astype(np.float32))["probabilities"]
    expected = TrainedCnn.load(cnn_folder).predict(digits)
    np.testing.assert_allclose(found, expected, atol=1e-5)


class _Wrong(Format):
    """A runtime that adds a constant to every output."""

    name, suffix, runtimes = "keras", ".keras", ("keras",)

    def __init__(self, added: float) -> None:
        self.added = added

    def write(self, network: keras.Model, path: Path) -> None:
        FORMATS["keras"].write(network, path)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        run = FORMATS["keras"].read(path, names)

        def add(inputs: np.ndarray) -> Mapping[str, Any]:
            return {name: np.asarray(output) + self.added for name, output in run(inputs).items()}

        return add


@pytest.mark.slow
@pytest.mark.parametrize("added", [1e-3, np.nan])
def test_a_file_that_computes_something_else_is_refused(
    added: float, portable_cnn: Portable, tmp_path: Path
) -> None:
    with pytest.raises(LatentmapsError, match=r"^cnn.keras: keras .* expected at most 0.0001"):
        exporting.write(portable_cnn, _Wrong(added), tmp_path / "out")


@pytest.mark.slow
def test_a_file_that_its_runtime_does_not_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "with_resizing", lambda network: network)
    portable = networks.load(save_vae(tmp_path / "vae", upsampling="resize"))
    with pytest.raises(LatentmapsError, match=r"^decoder.tflite: \S+ \S+ cannot run it \(Select"):
        exporting.write(portable, FORMATS["litert"], tmp_path / "out")


@pytest.mark.slow
def test_without_litert_tensorflow_reads_its_files(
    portable_cnn: Portable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    [written] = exporting.write(portable_cnn, FORMATS["litert"], tmp_path / "out")
    assert written.difference < 1e-5


def test_a_small_difference_is_reported(portable_cnn: Portable, tmp_path: Path) -> None:
    [written] = exporting.write(portable_cnn, _Wrong(5e-5), tmp_path / "out")
    assert written.difference == pytest.approx(5e-5, rel=0.05)
    assert "probabilities 5.0e-05" in (tmp_path / "out/README.md").read_text(encoding="utf-8")


LICENSES = {
    "apache-2.0": ({"license": "apache-2.0"}, "are licensed under apache-2.0"),
    "unknown": (model_card.UNKNOWN_LICENSE, "is not known to latentmaps"),
    "other": (
        {"license": "other", "license_name": "of-celeba", "license_link": "https://example.org"},
        "`of-celeba` (https://example.org), which also apply to these",
    ),
}


@pytest.mark.parametrize("name", LICENSES)
def test_the_license_of_the_model_card_is_exported(
    name: str, portable_cnn: Portable, tmp_path: Path
) -> None:
    license_of_card, sentence = LICENSES[name]
    portable = dataclasses.replace(portable_cnn, license=license_of_card)
    exporting.write(portable, _Wrong(0.0), tmp_path / "out")
    text = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert text.startswith(f"---\nlicense: {name}\n")
    assert sentence in text
    assert ("recognize, identify or judge people" in " ".join(text.split())) is (
        name != "apache-2.0"
    )


@pytest.mark.slow
def test_the_inputs_that_are_compared_are_always_the_same(tmp_path: Path) -> None:
    encoder, decoder = networks.load(save_vae(tmp_path / "vae")).networks
    np.testing.assert_array_equal(encoder.example_inputs(3), encoder.example_inputs(3))
    assert encoder.example_inputs(200).min() >= 0.0
    assert decoder.example_inputs(200).std() == pytest.approx(1.0, abs=0.1)


def test_a_format_names_its_runtime() -> None:
    assert formats.find("keras").runtime() == f"keras {keras.__version__}"
    assert re.fullmatch(r"(ai-edge-litert|tensorflow) [\d.]+", formats.find("litert").runtime())


@pytest.mark.slow
def test_a_folder_is_loaded_as_portable_with_its_kind(tmp_path: Path) -> None:
    assert isinstance(networks.load(save_cnn(tmp_path / "cnn")), Portable)
    assert networks.find_kind(save_vae(tmp_path / "vae")) == "vae"
