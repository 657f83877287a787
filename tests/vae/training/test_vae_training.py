import functools
import json
import logging
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import warm_python
from tests.vae.example_vae import task

from latentmaps import training_progress
from latentmaps.errors import TrainingError
from latentmaps.training import fit
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.vae.network.layers import FusedBatchNormalization
from latentmaps.vae.training import batches, vae_task, vae_training
from latentmaps.vae.training.trainable_vae import TrainableVae

ONE_DEVICE = vae_training.Devices()


def train(
    what: vae_task.Task, epochs: int, folder: Path | None = None
) -> tuple[TrainableVae, fit.Trained]:
    what = replace(what, length=replace(what.length, epochs=epochs))
    if folder is None:
        return vae_training.train(what, devices=ONE_DEVICE)
    checkpoints = Checkpoints(folder, {})
    with checkpoints.locked():
        return vae_training.train(what, devices=ONE_DEVICE, checkpoints=checkpoints)


@functools.cache
def single_run(epochs: int, **changes: Any) -> tuple[TrainableVae, fit.Trained]:
    """Return the result of a training without checkpoints; tests share it and only read it."""
    return train(task(**changes), epochs)


def assert_equal(
    first: tuple[TrainableVae, fit.Trained], second: tuple[TrainableVae, fit.Trained]
) -> None:
    for mine, other in zip(first[0].variables, second[0].variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy(), err_msg=mine.path)
    for mine, other in zip(
        first[0].optimizer.variables, second[0].optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(mine.numpy(), other.numpy(), err_msg=mine.path)
    assert first[1].history.equals(second[1].history)
    assert first[1].epoch == second[1].epoch


VARIED: list[dict[str, Any]] = [
    {},
    {"kl_method": "kl_layer"},
    {"kl_method": "output_transfer", "reconstruction_loss": "gaussian"},
    {"dropout_rate": 0.3},
    {"activation": "selu", "batch_norm": "none", "dropout_rate": 0.1},
    {"corruption": "noise", "fact_warmup_epochs": 3},
    {"corruption": "mask", "learning_rate_schedule": "step"},
    {"learning_rate_schedule": "cosine", "early_stopping_patience": 4},
    {"precision": "float16"},
    {"weight_average": 0.0},
]


@pytest.mark.slow
@pytest.mark.parametrize("changes", VARIED, ids=str)
def test_a_resumed_training_equals_a_single_run(tmp_path: Path, changes: dict[str, Any]) -> None:
    what = task(**changes)
    train(what, 3, tmp_path)
    assert_equal(train(what, 5, tmp_path), single_run(5, **changes))


@pytest.mark.slow
def test_a_finished_training_is_not_trained_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = train(task(), 2, tmp_path)
    with caplog.at_level(logging.INFO):
        second = train(task(), 2, tmp_path)
    assert_equal(first, second)
    assert "Resuming after epoch 2" in caplog.text
    assert "Epoch " not in caplog.text


@pytest.mark.slow
def test_fewer_epochs_start_from_scratch_and_keep_the_later_checkpoint(tmp_path: Path) -> None:
    train(task(), 4, tmp_path)
    assert_equal(train(task(), 2, tmp_path), single_run(2))
    assert {path.name for path in tmp_path.glob("*.npz")} == {"epoch-00002.npz", "epoch-00004.npz"}


class KilledError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("at_step", [4, 5])
def test_a_killed_training_resumes_after_its_last_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_step: int
) -> None:
    what = task(dropout_rate=0.2)
    steps = 0

    def count(self: Any, batch: int, logs: Any = None) -> None:
        nonlocal steps
        steps += 1
        if steps == at_step:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(training_progress.Progress, "on_train_batch_end", count)
        with pytest.raises(KilledError):
            train(what, 3, tmp_path)
    assert Checkpoints(tmp_path, {}).last_epoch(9) == 1
    assert_equal(train(what, 3, tmp_path), single_run(3, dropout_rate=0.2))


@pytest.mark.slow
def test_an_interrupted_training_reports_the_checkpoint_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt(self: Any, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(training_progress.Progress, "on_epoch_begin", interrupt)
    with caplog.at_level(logging.INFO), pytest.raises(KeyboardInterrupt):
        train(task(), 3, tmp_path)
    assert "Interrupted; the checkpoint of epoch 1 is kept; run again to resume" in caplog.text


@pytest.mark.slow
def test_early_stopping_restores_the_best_weights(tmp_path: Path) -> None:
    what = task(early_stopping_patience=2, learning_rate=0.05)
    model, trained = train(what, 30, tmp_path)
    losses = trained.history["val_total_loss"]
    assert len(losses) < 30
    assert trained.epoch == int(losses.to_numpy().argmin()) + 1 == len(losses) - 2
    again, _ = train(replace_patience(what, None), trained.epoch)
    for mine, other in zip(model.trainable_variables, again.trainable_variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())
    assert_equal(train(what, 40, tmp_path), (model, trained))


def replace_patience(what: vae_task.Task, patience: int | None) -> vae_task.Task:
    return replace(what, params=replace(what.params, early_stopping_patience=patience))


@pytest.mark.slow
def test_the_kl_weight_warms_up_and_validation_uses_the_full_weight() -> None:
    _, trained = train(task(fact_warmup_epochs=3, learning_rate=0.02), 5)
    history = trained.history
    np.testing.assert_allclose(history["fact"], [1.25, 2.5, 3.75, 5.0, 5.0], rtol=1e-6)
    np.testing.assert_allclose(history["kl_loss"], history["fact"] * history["kl_nats"], rtol=1e-5)
    np.testing.assert_allclose(history["val_kl_loss"], 5.0 * history["val_kl_nats"], rtol=1e-5)
    for prefix in ("", "val_"):
        parts = history[f"{prefix}reconstruction_loss"] + history[f"{prefix}kl_loss"]
        np.testing.assert_allclose(history[f"{prefix}total_loss"], parts, rtol=1e-6)


@pytest.mark.slow
def test_the_schedule_does_not_depend_on_the_number_of_epochs() -> None:
    what = task(learning_rate_schedule="step", learning_rate=0.004)
    rates = train(what, 5)[1].history["learning_rate"]
    np.testing.assert_allclose(rates, [0.004, 0.002, 0.002, 0.001, 0.001], rtol=1e-5)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_stops_with_epoch_and_batch(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"is (nan|inf) in epoch 1, batch [23]"):
        train(task(learning_rate=10.0), 3, tmp_path)
    assert Checkpoints(tmp_path, {}).last_epoch(9) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"decoder_filters": (7, 5), "decoder_kernel_sizes": (2, 6)},
        {"paddings": ("valid", "valid"), "decoder_kernel_sizes": (7, 4)},
        {"upsampling": "resize", "decoder_kernel_sizes": (4, 1)},
    ],
    ids=str,
)
def test_a_custom_decoder_learns(changes: dict[str, Any]) -> None:
    losses = train(task(fact=0.01, **changes), 6)[1].history["reconstruction_loss"]
    assert losses.iloc[-1] < losses.iloc[0]


def test_a_batch_that_devices_cannot_share_is_refused() -> None:
    with pytest.raises(TrainingError, match="found 4, expected a multiple of 3"):
        vae_training.require_equal_shares(4, FakeStrategy(3))


class FakeStrategy:
    def __init__(self, num_devices: int) -> None:
        self.num_replicas_in_sync = num_devices


@pytest.mark.slow
def test_the_seed_determines_the_result() -> None:
    first = single_run(2)
    assert_equal(first, train(task(), 2))
    other = train(task(seed=2), 2)[0]
    assert np.any(first[0].trainable_variables[0].numpy() != other.trainable_variables[0].numpy())


@pytest.mark.slow
def test_the_trained_network_has_averaged_weights_and_their_numbers() -> None:
    assert task().params.weight_average == 0.9
    averaged, trained = single_run(2)
    last, other = train(task(weight_average=0.0), 2)
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


@pytest.mark.slow
@pytest.mark.parametrize("step", ["plain", "xla"])
def test_batches_are_prefetched_to_their_device_and_no_number_changes(
    root: Path, step: str
) -> None:
    result = subprocess.run(
        [str(warm_python.interpreter()), "-m", "tests.vae.training.prefetching", step],
        cwd=root,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
            "CUDA_VISIBLE_DEVICES": "-1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    printed = json.loads(result.stdout.splitlines()[-1])
    # training and validation, first with prefetching to the second device, then without
    assert printed["arrived"] == [["CPU:1"], ["CPU:1"], ["CPU:0"], ["CPU:0"]]
    prefetched, plain = printed["histories"]
    assert prefetched == plain
