"""The training film has the same bytes whether or not the training was interrupted."""

import functools
import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.vae import example_vae

from latentmaps import seeds, training_progress
from latentmaps.errors import DataError
from latentmaps.training import fit
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.vae.network import film_file, inputs
from latentmaps.vae.network.film_file import Film
from latentmaps.vae.training import vae_task, vae_training
from latentmaps.vae.training.film import FilmRecorder
from latentmaps.vae.training.trainable_vae import TrainableVae

ONE_DEVICE = vae_training.Devices()
task = functools.partial(example_vae.task, **example_vae.ONE_LAYER)


def train(
    what: vae_task.Task, epochs: int, folder: Path | None = None
) -> tuple[FilmRecorder, TrainableVae, fit.Trained]:
    what = replace(what, length=replace(what.length, epochs=epochs))
    checkpoints = None if folder is None else Checkpoints(folder, {})
    film = FilmRecorder(what, checkpoints)
    if checkpoints is None:
        return film, *vae_training.train(what, devices=ONE_DEVICE, film=film)
    with checkpoints.locked():
        return film, *vae_training.train(
            what, devices=ONE_DEVICE, checkpoints=checkpoints, film=film
        )


@functools.cache
def single_run(**changes: Any) -> tuple[FilmRecorder, TrainableVae, fit.Trained]:
    """Return four epochs of training without checkpoints; tests share them and only read them."""
    return train(task(**changes), 4)


def film_of_single_run(**changes: Any) -> Film:
    recorder, _, trained = single_run(**changes)
    return recorder.film(len(trained.history))


def film_of(what: vae_task.Task, epochs: int, folder: Path | None = None) -> Film:
    recorder, _, trained = train(what, epochs, folder)
    return recorder.film(len(trained.history))


def assert_equal(first: Film, second: Film) -> None:
    for name, mine in vars(first).items():
        np.testing.assert_array_equal(mine, getattr(second, name), err_msg=name)


@pytest.mark.slow
def test_a_frame_is_decoded_with_the_weights_of_its_epoch() -> None:
    what = task()
    recorder, model, _ = single_run()
    film = recorder.film(4)
    assert film.reconstructions.shape == (4, 6, 16, 16, 3)
    assert film.random.shape == (4, 8, 16, 16, 3)
    np.testing.assert_array_equal(film.rows, np.arange(14, 20))
    np.testing.assert_array_equal(film.faces, what.validation.images[14:])
    # the trained network has the averaged weights that validated the last epoch
    z_mean, _ = model.encoder(film.faces / np.float32(255), training=False)
    expected = inputs.to_uint8(1 / (1 + np.exp(-model.decoder(z_mean, training=False))))
    difference = film.reconstructions[-1].astype(int) - expected.numpy()
    assert np.abs(difference).max() <= 1
    points = np.array([seeds.film_point(1, index).standard_normal(5) for index in range(8)])
    logits = model.decoder(points.astype(np.float32), training=False).numpy()
    difference = film.random[-1].astype(int) - inputs.to_uint8(1 / (1 + np.exp(-logits))).numpy()
    assert np.abs(difference).max() <= 1
    assert (film.random[0] != film.random[1]).any()


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoints of a training of two epochs; take a copy of the folder."""
    folder = tmp_path_factory.mktemp("checkpoints")
    train(task(), 2, folder)
    return folder


def assert_extends_to_a_single_run(folder: Path, **changes: Any) -> None:
    what = task(**changes)
    longer = film_of(what, 4, folder)
    assert_equal(longer, film_of_single_run(**changes))
    paths = [folder / "longer.npz", folder / "again.npz"]
    longer.save(paths[0])
    film_of(what, 4, folder).save(paths[1])  # nothing is left to train
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.slow
def test_an_extended_training_has_the_film_of_a_single_run(
    two_epochs: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(two_epochs, tmp_path / "checkpoints")
    assert_extends_to_a_single_run(folder)


@pytest.mark.slow
def test_an_extended_training_without_averages_has_the_film_of_a_single_run(
    tmp_path: Path,
) -> None:
    changes: dict[str, Any] = {"weight_average": 0.0, "corruption": "noise"}
    train(task(**changes), 2, tmp_path)
    assert_extends_to_a_single_run(tmp_path, **changes)


class KilledError(Exception):
    pass


@pytest.mark.slow
def test_a_training_that_is_killed_twice_ends_with_the_same_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of an epoch its frame already exists, but not its state."""

    def kill(self: Any, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            raise KilledError

    for when, num_frames in (("on_epoch_begin", 1), ("on_epoch_end", 2)):
        with monkeypatch.context() as patched:
            patched.setattr(training_progress.Progress, when, kill)
            with pytest.raises(KilledError):
                train(task(), 4, tmp_path)
        assert len(list(tmp_path.glob("frame-*.npz"))) == num_frames
        assert Checkpoints(tmp_path, {}).last_epoch(9) == 1
    assert_equal(film_of(task(), 4, tmp_path), film_of_single_run())


@pytest.mark.slow
def test_early_stopping_ends_the_film_and_no_number_of_the_training_depends_on_it(
    tmp_path: Path,
) -> None:
    what = task(
        early_stopping_patience=2, learning_rate=0.05, fact=0.01, epochs=30, dropout_rate=0.2
    )
    recorder, with_film, trained = train(what, 30)
    film = recorder.film(len(trained.history))
    assert film.epochs[-1] < 30
    assert_equal(film_of(what, 30, tmp_path), film)
    assert_equal(film_of(what, 40, tmp_path), film)
    without, other = vae_training.train(what, devices=ONE_DEVICE)
    assert trained.history.equals(other.history)
    for mine, weight in zip(with_film.variables, without.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), weight.numpy())


@pytest.mark.slow
def test_the_function_that_draws_the_tiles_is_traced_once() -> None:
    recorder, _, _ = single_run()
    assert recorder.draw.experimental_get_tracing_count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "absent", "other"])
def test_a_damaged_frame_is_refused_before_the_first_step(
    two_epochs: Path, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoints = tmp_path / "checkpoints"
    shutil.copytree(two_epochs, checkpoints)
    path = checkpoints / "frame-00001.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "absent":
        path.unlink()
    else:
        np.savez(path, tiles=np.zeros((14, 8, 8, 3), np.uint8))
    with (
        caplog.at_level(logging.INFO),
        pytest.raises(DataError, match=r"frame-00001\.npz: .*remove the folder of these checkp"),
    ):
        train(task(), 3, checkpoints)
    assert "Epoch 3" not in caplog.text


@pytest.mark.slow
def test_a_flipped_bit_is_reported(two_epochs: Path, tmp_path: Path) -> None:
    checkpoints = tmp_path / "checkpoints"
    shutil.copytree(two_epochs, checkpoints)
    path = checkpoints / "frame-00001.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"frame-00001\.npz: not an \.npz file"):
        train(task(), 3, checkpoints)


def test_other_machines_record_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from latentmaps import workers

    recorder = FilmRecorder(task(), Checkpoints(tmp_path, {}))
    monkeypatch.setattr(workers, "is_writer", lambda: False)
    recorder.on_epoch_end(0)
    recorder.save(tmp_path / "film.npz", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_long_training_has_a_film_of_limited_length() -> None:
    assert film_file.choose_epochs(1) == [1]
    assert film_file.choose_epochs(11) == list(range(1, 12))
    for num_epochs in range(1, 400):
        epochs = film_file.choose_epochs(num_epochs)
        assert len(set(epochs)) == len(epochs) == min(num_epochs, film_file.MOST_EPOCHS)
        assert epochs == sorted(epochs)
        assert (epochs[0], epochs[-1]) == (1, num_epochs)
