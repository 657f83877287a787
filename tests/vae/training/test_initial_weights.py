"""Training starts from the weights in a folder, or is refused before its first step."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import ONE_LAYER, ORIGIN, architecture, small_vae, task

from latentmaps.cnn.network import cnn
from latentmaps.errors import DataError
from latentmaps.storage import model_folder
from latentmaps.training import fit
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.vae.network import vae_files
from latentmaps.vae.training import training_results, vae_task, vae_training
from latentmaps.vae.training.initial_weights import InitialWeights
from latentmaps.vae.training.trainable_vae import TrainableVae

# a learning rate that changes no weight in float32
STANDING = 1e-30


def write(folder: Path, *, sigma: float | None = None, seed: int = 7, **changes: Any) -> str:
    """Write a VAE whose weights and statistics differ from any initial ones; return its folder."""
    saved = small_vae(**changes)
    generator = np.random.default_rng(seed)
    for network in (saved.encoder, saved.decoder):
        network.set_weights([generator.uniform(0.01, 0.1, w.shape) for w in network.get_weights()])
    vae_files.save(folder, replace(saved, origin=replace(ORIGIN, sigma=sigma)))
    return str(folder)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return write(tmp_path / "vae")


@pytest.fixture(scope="module")
def one_layer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a VAE whose training is short."""
    return write(tmp_path_factory.mktemp("one_layer") / "vae", **ONE_LAYER)


@dataclass(frozen=True)
class Followed:
    """A training of three epochs from given weights.

    Attributes:
        task: the task.
        model: the result.
        trained: the result.
        second: the checkpoints after the second epoch, as a killed training leaves them.
    """

    task: vae_task.Task
    model: TrainableVae
    trained: fit.Trained
    second: Path


@pytest.fixture(scope="module")
def followed(one_layer: str, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    folder = tmp_path_factory.mktemp("followed")

    def copy(rows: fit.Rows) -> None:
        if len(rows) == 2:
            shutil.copytree(folder / "all", folder / "second")

    what = task(initial_weights=one_layer, epochs=3, **ONE_LAYER)
    result = train(what, folder / "all", follow=copy)
    return Followed(what, *result, folder / "second")


def assert_has_weights_of(model: TrainableVae, folder: str, *, trained_only: bool = False) -> None:
    saved = vae_files.load(Path(folder))
    for mine, theirs in ((model.encoder, saved.encoder), (model.decoder, saved.decoder)):
        kind = "trainable_weights" if trained_only else "weights"
        for weight, expected in zip(getattr(mine, kind), getattr(theirs, kind), strict=True):
            np.testing.assert_allclose(weight.numpy(), expected.numpy(), rtol=1e-6)


def train(
    what: vae_task.Task, folder: Path | None = None, **more: Any
) -> tuple[TrainableVae, fit.Trained]:
    if folder is None:
        return vae_training.train(what, devices=vae_training.Devices(), **more)
    kept = Checkpoints(folder, {})
    with kept.locked():
        return vae_training.train(what, devices=vae_training.Devices(), checkpoints=kept, **more)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_first_step_starts_from_all_weights_of_the_folder(folder: str, precision: str) -> None:
    assert_has_weights_of(
        vae_training.build(task(initial_weights=folder, precision=precision)), folder
    )


@pytest.mark.slow
@pytest.mark.parametrize("weight_average", [0.0, 0.9])
def test_the_averages_start_from_the_weights_of_the_folder(
    one_layer: str, weight_average: float
) -> None:
    changes: dict[str, Any] = {"weight_average": weight_average, "learning_rate": STANDING}
    model, _ = train(task(initial_weights=one_layer, **ONE_LAYER, **changes))
    assert_has_weights_of(model, one_layer, trained_only=True)
    for average, weight in zip(model.averages, model.trainable_variables, strict=False):
        np.testing.assert_allclose(average.numpy(), weight.numpy(), rtol=1e-6)


@pytest.mark.slow
def test_initial_weights_do_not_change_the_random_states(folder: str) -> None:
    """Loading weights uses no random number of the training."""
    dropouts = [
        [v.numpy() for v in vae_training.build(what).variables if "seed_generator" in v.path]
        for what in (task(dropout_rate=0.2), task(dropout_rate=0.2, initial_weights=other(folder)))
    ]
    assert dropouts[0]
    np.testing.assert_array_equal(dropouts[0], dropouts[1])


def other(folder: str) -> str:
    return write(Path(folder).parent / "other", dropout_rate=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "learned", "expected"),
    [("gaussian", 0.07, 0.07), ("gaussian", None, 0.3), ("bce", 0.07, None)],
)
def test_a_learned_sigma_is_used_if_the_loss_learns_one(
    tmp_path: Path, loss: str, learned: float | None, expected: float | None
) -> None:
    given = write(tmp_path / "vae", sigma=learned)
    model = vae_training.build(task(reconstruction_loss=loss, initial_weights=given))
    assert model.reconstruction_loss.sigma == (expected and pytest.approx(expected, rel=1e-5))


@pytest.mark.slow
def test_a_resumed_training_equals_a_single_run(followed: Followed, tmp_path: Path) -> None:
    checkpoints = shutil.copytree(followed.second, tmp_path / "checkpoints")
    assert Checkpoints(checkpoints, {}).last_epoch(9) == 2
    resumed, _ = train(followed.task, checkpoints)
    for mine, expected in zip(resumed.variables, followed.model.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), expected.numpy())


def checkpoints_of(given: str | None, root: Path) -> Path:
    (root / "images.npy").write_bytes(b"1")
    what = task(initial_weights=given)
    return vae_task.open_checkpoints(what, root, images=root / "images.npy", code={}).folder


@pytest.mark.slow
def test_checkpoints_depend_on_the_content_of_the_weights_and_not_on_their_path(
    tmp_path: Path,
) -> None:
    given = write(tmp_path / "vae")
    first, none = checkpoints_of(given, tmp_path), checkpoints_of(None, tmp_path)
    moved = shutil.copytree(given, tmp_path / "moved")
    assert checkpoints_of(str(moved), tmp_path) == first
    write(tmp_path / "vae", sigma=0.2)
    with_sigma = checkpoints_of(given, tmp_path)
    write(tmp_path / "vae", seed=8)
    assert len({none, first, with_sigma, checkpoints_of(given, tmp_path)}) == 4


@pytest.mark.slow
def test_card_and_numbers_state_the_checksums_and_no_path(
    one_layer: str, followed: Followed, tmp_path: Path
) -> None:
    what, model, trained = followed.task, followed.model, followed.trained
    numbers = training_results.write_model(tmp_path / "new", what, model, trained, source="avatars")
    sha256 = json.loads((Path(one_layer) / "architecture.json").read_bytes())["sha256"]
    expected = {name: sha256[name] for name in vae_files.WEIGHTS}
    assert numbers["initial_weights"] == expected
    origin = vae_files.load(tmp_path / "new").origin
    assert origin.initial_weights == expected
    assert "on 14 images, started from trained weights, seed 1" in origin.describe()
    card = (tmp_path / "new/README.md").read_text(encoding="utf-8")
    for name, checksum in expected.items():
        assert f"| {name} | `{checksum}` |" in card
    for file in (tmp_path / "new").iterdir():
        assert one_layer.encode() not in file.read_bytes()


@pytest.mark.slow
def test_a_training_from_random_weights_does_not_mention_others(tmp_path: Path) -> None:
    what = task(**ONE_LAYER)
    model, trained = train(what)
    assert "initial_weights" not in training_results.write_model(
        tmp_path, what, model, trained, source="avatars"
    )
    assert "initial_weights" not in (tmp_path / "architecture.json").read_text()
    assert "SHA-256" not in (tmp_path / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"latent_dim": 6}, r"latent_dim 6 \(expected 5\), expected the architecture"),
        (
            {"filters": (4, 7), "dense_units": 3},
            r"filters \[4, 7\] \(expected \[4, 6\]\), dense_units 3 \(expected null\), exp",
        ),
        ({"image_size": 32, "num_channels": 1}, r"image_size 32 \(expected 16\), num_channels 1"),
        ({"decoder_filters": (7, 5)}, r"decoder_filters \[7, 5\] \(expected null\)"),
        ({"batch_norm": "frozen"}, r"batch_norm frozen \(expected train\)"),
    ],
)
def test_another_architecture_is_refused_with_its_differences(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    given = write(tmp_path / "vae", **changes)
    with pytest.raises(DataError, match=rf"/vae: found the weights of .* with {message}"):
        task(initial_weights=given)


def test_the_encoder_in_reverse_is_the_same_architecture(folder: str) -> None:
    assert task(initial_weights=folder, decoder_filters=(6, 4)).initial_weights is not None


ADVICE = r"set train_vae\.initial_weights to null or to the folder of a model .* a copy of data/mod"


def refuse(given: Path | str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        task(initial_weights=str(given))
    assert str(caught.value).count("\n") == 0
    assert len(str(caught.value)) < 1000


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    refuse(tmp_path / "none", rf"none/architecture\.json: cannot be read .*; {ADVICE}")


def test_a_file_instead_of_a_folder_is_refused(folder: str) -> None:
    path = Path(folder) / "encoder.weights.h5"
    refuse(path, rf"h5/architecture\.json: cannot be read .*; {ADVICE}")


@pytest.mark.parametrize("file", ["architecture.json", *vae_files.WEIGHTS])
def test_a_missing_file_is_refused(folder: str, file: str) -> None:
    (Path(folder) / file).unlink()
    refuse(folder, rf"{file}: cannot be read .*; {ADVICE}")


@pytest.mark.parametrize("file", vae_files.WEIGHTS)
def test_an_altered_file_is_refused(folder: str, file: str) -> None:
    path = Path(folder) / file
    path.write_bytes(path.read_bytes()[:-1])
    refuse(folder, rf"{file}: altered since it was written, .*; {ADVICE}")


def test_the_folder_of_a_cnn_is_refused(tmp_path: Path) -> None:
    shape = cnn.Architecture((2, 3), 4)
    cnn.save(tmp_path / "cnn", shape, cnn.build_cnn(shape))
    refuse(tmp_path / "cnn", rf"cnn/architecture\.json: architecture\..*: missing.*; {ADVICE}")


def sign(folder: str) -> None:
    """Update the checksums of a folder, so that it looks unaltered."""
    parts = json.loads((Path(folder) / "architecture.json").read_bytes())
    del parts["sha256"]
    model_folder.sign(Path(folder), parts, vae_files.WEIGHTS)


@pytest.mark.slow
def test_weights_that_do_not_match_their_architecture_are_refused_before_a_step(
    folder: str,
) -> None:
    small_vae(latent_dim=6).decoder.save_weights(Path(folder) / "decoder.weights.h5")
    sign(folder)
    what = task(initial_weights=folder)
    with pytest.raises(DataError, match=rf"decoder\.weights\.h5: not the weights .*; {ADVICE}"):
        vae_training.build(what)


@pytest.mark.slow
def test_weights_that_are_not_finite_are_refused_before_a_step(tmp_path: Path) -> None:
    saved = small_vae()
    saved.encoder.get_layer("z_mean").bias.assign(np.full(5, np.nan))
    vae_files.save(tmp_path, saved)
    what = task(initial_weights=str(tmp_path))
    with pytest.raises(DataError, match=rf"found a NaN .* in z_mean/bias, .*; {ADVICE}"):
        vae_training.build(what)


def test_long_lists_are_shortened_in_the_message(folder: str) -> None:
    deep = {"kernel_sizes": (3,) * 64, "strides": (1,) * 64, "paddings": ("same",) * 64}
    with pytest.raises(
        DataError, match=r"filters \[4, 6\] \(expected \[4, 4, .*\.\.\.\)"
    ) as caught:
        InitialWeights.read(Path(folder), architecture(filters=(4,) * 64, **deep))
    assert len(str(caught.value)) < 1000
