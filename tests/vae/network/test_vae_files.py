import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from tests.vae.example_vae import ORIGIN, RANDOM, images, small_vae

from latentmaps.errors import DataError
from latentmaps.params.train_vae import TrainVae
from latentmaps.storage import model_folder
from latentmaps.vae.network import vae, vae_files
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.reconstruction_losses import RECONSTRUCTION_LOSSES

FILES = ["architecture.json", "decoder.weights.h5", "encoder.weights.h5"]


@pytest.mark.slow
def test_a_saved_vae_gives_the_same_numbers_when_loaded(tmp_path: Path) -> None:
    saved = small_vae(dropout_rate=0.1, dense_units=7)
    vae_files.save(tmp_path, saved)
    before, after = TrainedVae(saved), TrainedVae.load(tmp_path)
    faces = images()
    np.testing.assert_array_equal(before.encode(faces).z_mean, after.encode(faces).z_mean)
    z = RANDOM.standard_normal((2, 5))
    np.testing.assert_array_equal(before.decode(z), after.decode(z))
    assert after.origin == ORIGIN
    assert after.architecture == saved.architecture


@pytest.mark.slow
def test_equal_models_are_saved_with_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        vae_files.save(tmp_path / name, small_vae())
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert files == FILES
    for file in files:
        first, second = ((tmp_path / name / file).read_bytes() for name in ("first", "second"))
        assert first == second


@pytest.mark.slow
def test_a_custom_decoder_is_saved_and_loaded(tmp_path: Path) -> None:
    saved = small_vae(decoder_filters=(7, 5), decoder_kernel_sizes=(2, 6))
    vae_files.save(tmp_path, saved)
    loaded = vae_files.load(tmp_path)
    assert loaded.architecture == saved.architecture
    for mine, other in zip(loaded.decoder.weights, saved.decoder.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())


@pytest.mark.slow
def test_a_decoder_that_mirrors_the_encoder_adds_no_key_to_the_file(tmp_path: Path) -> None:
    vae_files.save(tmp_path, small_vae())
    names = set(parts_of(tmp_path)["architecture"])
    # a folder written before custom decoders existed still loads
    assert names == {field.name for field in fields(Architecture)} - {
        "decoder_filters",
        "decoder_kernel_sizes",
    }


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "vae"
    vae_files.save(folder, small_vae())
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """The folder of a VAE, for a test to damage."""
    shutil.copytree(saved, tmp_path / "vae")
    return tmp_path / "vae"


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_reported(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(DataError, match=rf"{file}: cannot be read .*; run train_vae again"):
        vae_files.load(folder)


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vae").write_bytes(b"no folder")
    with pytest.raises(DataError, match=r"architecture\.json: cannot be read .*; run train_vae"):
        vae_files.load(tmp_path / "vae")


@pytest.mark.parametrize("file", FILES[1:])
@pytest.mark.parametrize("place", [0, 100, 5000, -1])
def test_weights_with_one_flipped_bit_are_refused(folder: Path, file: str, place: int) -> None:
    content = bytearray((folder / file).read_bytes())
    content[place] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(DataError, match=rf"{file}: altered since .* SHA-256 .*; run train_vae"):
        vae_files.load(folder)


@pytest.mark.slow
def test_the_weights_of_another_training_are_refused(folder: Path) -> None:
    other = small_vae()
    other.decoder.layers[-1].set_weights([np.ones(3)])
    vae_files.save(folder / "other", other)
    shutil.copy(folder / "other/decoder.weights.h5", folder)
    with pytest.raises(DataError, match=r"decoder\.weights\.h5: altered since it was written"):
        vae_files.load(folder)


def parts_of(folder: Path) -> dict[str, Any]:
    parts = json.loads((folder / "architecture.json").read_bytes())
    del parts["sha256"]
    return parts


@pytest.mark.slow
def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    small_vae(latent_dim=6).encoder.save_weights(folder / "encoder.weights.h5")
    model_folder.sign(folder, parts_of(folder), FILES[1:])
    with pytest.raises(
        DataError, match=r"encoder\.weights\.h5: not the weights of the network"
    ) as caught:
        vae_files.load(folder)
    assert len(str(caught.value)) < 1000


@pytest.mark.slow
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused_with_their_layer(
    tmp_path: Path, value: float
) -> None:
    damaged = small_vae()
    damaged.decoder.get_layer("features").bias.assign(
        np.where(np.arange(24) == 7, value, 0.0)  # one of 24
    )
    vae_files.save(tmp_path, damaged)
    with pytest.raises(
        DataError, match=r"decoder\.weights\.h5: found a NaN .* in features/bias, .*run train_vae"
    ):
        vae_files.load(tmp_path)


def alter(parts: dict[str, Any], place: str, value: Any) -> None:
    """Set a value of architecture.json, or remove it if `value` is `REMOVED`."""
    *outer, last = place.split(".")
    for name in outer:
        parts = parts[name]
    if value is REMOVED:
        del parts[last]
    else:
        parts[last] = value


REMOVED = object()
WRONG = [
    ("architecture.latent_dim", -1, r"found -1, expected greater than or equal to 1"),
    ("architecture.latent_dim", 10**12, r"found 1000000000000, expected less than"),
    ("architecture.latent_dim", 5.0, r"found 5\.0, expected a valid integer"),
    ("architecture.latent_dim", "5", r"found 5, expected a valid integer"),
    ("architecture.latent_dim", True, r"found True, expected a valid integer"),
    ("architecture.latent_dim", None, r"found None, expected a valid integer"),
    ("architecture.latent_dim", REMOVED, "missing"),
    ("architecture.num_channels", 2, r"found 2, expected 1 or 3"),
    ("architecture.image_size", 0, r"found 0, expected greater"),
    ("architecture.filters", [], r"Tuple should have at least 1 item"),
    ("architecture.filters", {"0": 4}, r"expected a valid array"),
    ("architecture.kernel_sizes", [3, -5], r"1: found -5, expected greater"),
    ("architecture.activation", "tanh", r"found tanh, expected 'leaky_relu'"),
    ("architecture.batch_norm", "x" * 10**6, r"found x{57}\.\.\., expected"),
    ("architecture.decoder_filters", [0, 6], r"0: found 0, expected greater"),
    ("architecture.decoder_kernel_sizes", "mirrored", r"found mirrored, expected a valid array"),
    ("architecture.dropout_rate", 1.0, r"found 1\.0, expected less than 1"),
    ("architecture.dropout_rate", float("nan"), r"found nan, expected a finite number"),
    ("architecture.fliters", [4, 6], "unknown"),
    ("origin.fact", float("inf"), r"found inf, expected a finite number"),
    ("origin.fact", -0.5, r"found -0\.5, expected greater"),
    ("origin.epochs", 1e300, r"found 1e\+300, expected a valid integer"),
    ("origin.corruption", "blur", r"expected one of none, noise, gray, mask, found 'blur'"),
    (
        "origin.reconstruction_loss",
        "l1",
        f"expected one of {', '.join(RECONSTRUCTION_LOSSES)}, found 'l1'",
    ),
    ("origin.reconstruction_loss", "x" * 10**6, r"found 'x+\.\.\.x+'"),
    ("origin.reconstruction_loss", None, r"found None, expected a valid string"),
    ("origin.seed", [1], r"found \[1\], expected a valid integer"),
    ("origin", REMOVED, "missing"),
    ("architecture", [], "expected a dictionary|expected an object"),
    ("more", 1, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "message"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_value_is_refused_before_a_network_is_built(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str, value: Any, message: str
) -> None:
    parts = parts_of(folder)
    alter(parts, place, value)
    model_folder.sign(folder, parts, FILES[1:])  # so that only the value is wrong
    monkeypatch.setattr(vae, "build_encoder", lambda *_: pytest.fail("built"))
    with pytest.raises(DataError, match=rf"architecture\.json: {place}.*({message})") as caught:
        vae_files.load(folder)
    assert str(caught.value).endswith("; run train_vae again")
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("architecture.filters", [4, 6, 8], "expected .*strides and paddings of equal length"),
        ("architecture.decoder_filters", [4], "expected decoder_filters with as many values as f"),
        ("architecture.decoder_kernel_sizes", [4] * 3, "expected decoder_kernel_sizes with as ma"),
        ("architecture.strides", [2, 3], r"not a valid network \(crop_faces\.image_size: found"),
    ],
)
def test_layers_that_do_not_fit_together_are_refused(
    folder: Path, place: str, value: list[int], message: str
) -> None:
    parts = parts_of(folder)
    alter(parts, place, value)
    model_folder.sign(folder, parts, FILES[1:])
    with pytest.raises(DataError, match=rf"architecture\.json: .*{message}"):
        vae_files.load(folder)


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe", b"[]", b"3", b"[" * 100_000, b'{"sha256": ' + b"9" * 5000 + b"}"]
)
def test_a_text_that_is_not_a_description_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "architecture.json").write_bytes(text)
    with pytest.raises(DataError, match=r"architecture\.json: .*; run train_vae again") as caught:
        vae_files.load(tmp_path)
    assert len(str(caught.value)) < 1000


def test_a_manually_altered_value_is_refused(folder: Path) -> None:
    path = folder / "architecture.json"
    path.write_text(path.read_text().replace('"fact": 5.0', '"fact": 6.0'))
    with pytest.raises(DataError, match=r"architecture\.json: altered since it was written"):
        vae_files.load(folder)


def test_every_option_of_train_vae_can_be_read_from_a_file() -> None:
    section = get_type_hints(TrainVae, include_extras=True)
    for kind in (Architecture, vae_files.Origin):
        for name, hint in get_type_hints(kind, include_extras=True).items():
            if name in section and words(hint):
                assert words(hint) == words(section[name]), name


def words(kind: Any) -> set[str]:
    """Return the words of the Literal within a type."""
    if get_origin(kind) is Literal:
        return set(get_args(kind))
    inner = [words(part) for part in get_args(kind) if get_args(part)]
    return set().union(*inner)


def test_an_origin_is_described_in_words() -> None:
    assert ORIGIN.describe() == "fact 5, 2 epochs on 1,600 images, seed 1"
    other = replace(ORIGIN, reconstruction_loss="mse", kl_weight=0.02, corruption="mask", epochs=1)
    assert other.describe() == "mse, fact 0.02, 1 epoch on 1,600 images, corruption mask, seed 1"
