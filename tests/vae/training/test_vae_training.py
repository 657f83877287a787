import functools
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import task

from latentmaps import training_progress
from latentmaps.errors import TrainingError
from latentmaps.training import fit
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.vae.network.layers import FusedBatchNormalization
from latentmaps.vae.training import batches, vae_task, vae_training
from latentmaps.vae.training.trainable_vae import TrainableVae

ONE_DEVICE = vae_training.Devices()


Result = tuple[TrainableVae, fit.Trained]
EPOCHS = 5


def train(what: vae_task.Task, epochs: int, folder: Path | None = None, **more: Any) -> Result:
    what = replace(what, length=replace(what.length, epochs=epochs))
    if folder is None:
        return vae_training.train(what, devices=ONE_DEVICE, **more)
    checkpoints = Checkpoints(folder, {})
    with checkpoints.locked():
        return vae_training.train(what, devices=ONE_DEVICE, checkpoints=checkpoints, **more)


@functools.cache
def single_run(**changes: Any) -> Result:
    """Return the result of a training without checkpoints; tests share it and only read it."""
    return train(task(**changes), EPOCHS)


def assert_equal(first: Result, second: Result) -> None:
    for mine, other in zip(first[0].variables, second[0].variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy(), err_msg=mine.path)
    for mine, other in zip(
        first[0].optimizer.variables, second[0].optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(mine.numpy(), other.numpy(), err_msg=mine.path)
    assert first[1].history.equals(second[1].history)
    assert first[1].epoch == second[1].epoch


# settings that do not affect each other share a training
VARIED: dict[str, dict[str, Any]] = {
    "warm-up": {
        "activation": "selu",
        "batch_norm": "none",
        "dropout_rate": 0.1,
        "corruption": "noise",
        "fact_warmup_epochs": 3,
        "learning_rate": 0.02,
        "weight_average": 0.0,
        "upsampling": "resize",
        "decoder_kernel_sizes": (4, 1),
    },
    "steps": {
        "kl_method": "output_transfer",
        "reconstruction_loss": "gaussian",
        "corruption": "mask",
        "learning_rate_schedule": "step",
        "learning_rate": 0.004,
        "fact": 0.01,
        "paddings": ("valid", "valid"),
        "decoder_kernel_sizes": (7, 4),
    },
    "stopping": {
        "learning_rate_schedule": "cosine",
        "early_stopping_patience": 2,
        "learning_rate": 0.02,
        "fact": 0.01,
        "precision": "float16",
        "decoder_filters": (7, 5),
        "decoder_kernel_sizes": (2, 6),
    },
}
DROPOUT: dict[str, Any] = {"kl_method": "kl_layer", "dropout_rate": 0.3}


@dataclass(frozen=True)
class Followed:
    """A training with checkpoints.

    Attributes:
        result: its result.
        folder: contains a copy of the checkpoints after each epoch, as a killed training leaves
            them; the copy's name is the number of the epoch.
    """

    result: Result
    folder: Path


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Followed]:
    @functools.cache
    def run(name: str) -> Followed:
        folder = tmp_path_factory.mktemp("followed")

        def copy(rows: fit.Rows) -> None:
            shutil.copytree(folder / "all", folder / str(len(rows)))

        epochs = 30 if "early_stopping_patience" in VARIED[name] else EPOCHS
        return Followed(train(task(**VARIED[name]), epochs, folder / "all", follow=copy), folder)

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIED)
def test_a_resumed_training_equals_a_single_run(
    tmp_path: Path, followed: Callable[[str], Followed], name: str
) -> None:
    single = followed(name)
    checkpoints = shutil.copytree(single.folder / "3", tmp_path / "checkpoints")
    assert Checkpoints(checkpoints, {}).last_epoch(99) == 3
    epochs = len(single.result[1].history)
    assert epochs > 3
    assert_equal(train(task(**VARIED[name]), epochs, checkpoints), single.result)


@pytest.mark.slow
def test_an_extended_training_equals_a_single_run_and_is_not_trained_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    later = tmp_path / "epoch-00009.npz"
    later.write_bytes(b"of a run of nine epochs")
    with caplog.at_level(logging.INFO):
        train(task(), 2, tmp_path)
    assert "Resuming" not in caplog.text  # fewer epochs start from scratch
    first = train(task(), EPOCHS, tmp_path)
    assert_equal(first, single_run())
    caplog.clear()
    with caplog.at_level(logging.INFO):
        second = train(task(), EPOCHS, tmp_path)
    assert_equal(first, second)
    assert "Resuming after epoch 5" in caplog.text
    assert "Epoch " not in caplog.text
    kept = {path.name for path in tmp_path.glob("*.npz")}
    assert kept == {"epoch-00002.npz", "epoch-00005.npz", later.name}
    assert later.read_bytes() == b"of a run of nine epochs"


@pytest.mark.slow
def test_an_interrupted_training_reports_its_checkpoint_and_resumes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    what, folder = task(**DROPOUT), tmp_path / "checkpoints"
    steps = 0

    def interrupt(self: Any, batch: int, logs: Any = None) -> None:
        nonlocal steps
        steps += 1
        if steps == 4:
            shutil.copytree(folder, tmp_path / "at the first step")
        if steps == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(training_progress.Progress, "on_train_batch_end", interrupt)
        with caplog.at_level(logging.INFO), pytest.raises(KeyboardInterrupt):
            train(what, EPOCHS, folder)
    assert "Interrupted; the checkpoint of epoch 1 is kept; run again to resume" in caplog.text
    for path in (folder, tmp_path / "at the first step"):
        assert Checkpoints(path, {}).last_epoch(9) == 1
        assert [file.name for file in path.glob("epoch*")] == ["epoch-00001.npz"]
    assert_equal(train(what, EPOCHS, folder), single_run(**DROPOUT))


@pytest.mark.slow
def test_early_stopping_restores_the_best_weights(
    tmp_path: Path, followed: Callable[[str], Followed]
) -> None:
    stopped = followed("stopping")
    model, trained = stopped.result
    losses = trained.history["val_total_loss"]
    assert len(losses) < 30
    assert trained.epoch == int(losses.to_numpy().argmin()) + 1 == len(losses) - 2
    best = Checkpoints(stopped.folder / str(trained.epoch), {}).load(trained.epoch).arrays
    for index, variable in enumerate(model.variables):
        if variable.trainable:
            np.testing.assert_array_equal(variable.numpy(), best[f"model/{index:03d}"])
    checkpoints = shutil.copytree(stopped.folder / "all", tmp_path / "checkpoints")
    assert_equal(train(task(**VARIED["stopping"]), 40, checkpoints), stopped.result)


@pytest.mark.slow
def test_the_kl_weight_warms_up_and_validation_uses_the_full_weight(
    followed: Callable[[str], Followed],
) -> None:
    history = followed("warm-up").result[1].history
    np.testing.assert_allclose(history["fact"], [1.25, 2.5, 3.75, 5.0, 5.0], rtol=1e-6)
    np.testing.assert_allclose(history["kl_loss"], history["fact"] * history["kl_nats"], rtol=1e-5)
    np.testing.assert_allclose(history["val_kl_loss"], 5.0 * history["val_kl_nats"], rtol=1e-5)
    for prefix in ("", "val_"):
        parts = history[f"{prefix}reconstruction_loss"] + history[f"{prefix}kl_loss"]
        np.testing.assert_allclose(history[f"{prefix}total_loss"], parts, rtol=1e-6)


@pytest.mark.slow
def test_the_schedule_does_not_depend_on_the_number_of_epochs(
    followed: Callable[[str], Followed],
) -> None:
    rates = followed("steps").result[1].history["learning_rate"]
    np.testing.assert_allclose(rates, [0.004, 0.002, 0.002, 0.001, 0.001], rtol=1e-5)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_stops_with_epoch_and_batch(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"is (nan|inf) in epoch 1, batch [23]"):
        train(task(learning_rate=10.0), 3, tmp_path)
    assert Checkpoints(tmp_path, {}).last_epoch(9) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIED)
def test_a_custom_decoder_learns(followed: Callable[[str], Followed], name: str) -> None:
    assert {"decoder_filters", "decoder_kernel_sizes", "upsampling"} & VARIED[name].keys()
    losses = followed(name).result[1].history["reconstruction_loss"]
    assert losses.iloc[-1] < losses.iloc[0]


def test_a_batch_that_devices_cannot_share_is_refused() -> None:
    with pytest.raises(TrainingError, match="found 4, expected a multiple of 3"):
        vae_training.require_equal_shares(4, FakeStrategy(3))


class FakeStrategy:
    def __init__(self, num_devices: int) -> None:
        self.num_replicas_in_sync = num_devices


@pytest.mark.slow
def test_another_seed_gives_another_result() -> None:
    first, other = single_run()[0], train(task(seed=2), EPOCHS)[0]
    assert np.any(first.trainable_variables[0].numpy() != other.trainable_variables[0].numpy())


@pytest.mark.slow
def test_the_trained_network_has_averaged_weights_and_their_numbers() -> None:
    assert task().params.weight_average == 0.9
    averaged, trained = single_run()
    last, other = train(task(weight_average=0.0), EPOCHS)
    assert not last.averages
    # the steps are the same, and so are their numbers
    for name in ("total_loss", "kl_nats"):
        np.testing.assert_array_equal(trained.history[name], other.history[name])
    for average, mine, weight in zip(
        averaged.averages, averaged.trainable_variables, last.trainable_variables, strict=True
    ):
        np.testing.assert_array_equal(average.numpy(), weight.numpy())
        assert np.any(mine.numpy() != weight.numpy())
    assert trained.history["val_total_loss"].iloc[-1] != other.history["val_total_loss"].iloc[-1]
    again = averaged.evaluate(validation(averaged, task()), verbose=0, return_dict=True)
    np.testing.assert_allclose(again["total_loss"], trained.numbers()["val_total_loss"], rtol=1e-6)


def validation(model: TrainableVae, what: vae_task.Task) -> Any:
    data = batches.ordered_batches(what.validation, batch_size=what.length.batch_size)
    return vae_training.with_targets(model, data)


@pytest.mark.slow
def test_moving_statistics_forget_their_initial_values_in_a_few_dozen_steps() -> None:
    model = vae_training.build(task(batch_norm="train"))
    layers = [
        layer
        for network in (model.encoder, model.decoder)
        for layer in network.layers
        if isinstance(layer, FusedBatchNormalization)
    ]
    assert layers
    assert all(layer.momentum == 0.9 for layer in layers)
