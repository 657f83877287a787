import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from latentmaps.errors import DataError, TrainingError
from latentmaps.training import fit as training
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.training.early_stopping import EarlyStopping
from latentmaps.training_progress import Progress


def linear_model(learning_rate: float = 0.1) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), loss="mse")
    return model


def line(num_batches: int) -> tf.data.Dataset:
    x = np.linspace(-1.0, 1.0, 8, dtype=np.float32)[:, None]
    return tf.data.Dataset.from_tensors((x, 2.0 * x)).repeat(num_batches)


def fit(model: keras.Model) -> training.Trained:
    return training.fit(
        model,
        lambda first_epoch: line(15 - 5 * first_epoch),
        validation=line(1),
        schedule=training.Schedule(epochs=3, steps_per_epoch=5),
    )


@pytest.mark.slow
def test_the_history_has_one_row_per_epoch_and_the_loss_falls() -> None:
    history = fit(linear_model()).history
    assert list(history["epoch"]) == [1, 2, 3]
    assert {"loss", "val_loss"} <= set(history.columns)
    assert history["loss"].is_monotonic_decreasing


@pytest.mark.slow
def test_every_epoch_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        fit(linear_model())
    assert [record.getMessage().partition(" in ")[0] for record in caplog.records] == [
        f"Epoch {epoch} of 3" for epoch in (1, 2, 3)
    ]


@pytest.mark.slow
def test_the_follower_gets_the_history_before_the_first_step_and_after_each_epoch(
    tmp_path: Path,
) -> None:
    received: list[list[float]] = []

    def follow(rows: training.Rows) -> None:
        received.append([row["epoch"] for row in rows])

    fit_with_checkpoints(tmp_path, epochs=2, follow=follow)
    assert received == [[], [1], [1, 2]]
    received.clear()
    fit_with_checkpoints(tmp_path, epochs=3, follow=follow)
    assert received == [[1, 2], [1, 2, 3]]


@pytest.mark.slow
def test_callbacks_never_see_an_epoch_with_a_loss_of_nan() -> None:
    class Spy(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            raise AssertionError

    def wrong(first_epoch: int) -> tf.data.Dataset:
        return line(15)

    with pytest.raises(TrainingError, match=r"val_loss is nan in epoch 1"):
        training.fit(
            linear_model(),
            wrong,
            validation=line(1).map(lambda x, y: (x, y + np.nan)),
            schedule=training.Schedule(epochs=3, steps_per_epoch=5),
            callbacks=[Spy()],
        )


def test_the_line_of_an_epoch_fits_into_a_terminal(caplog: pytest.LogCaptureFixture) -> None:
    names = ("total_loss", "reconstruction_loss", "kl_loss", "kl_nats", "kl_share")
    logs = {f"{part}{name}": 123456.789 for part in ("", "val_") for name in names}
    progress = Progress(1000, 100, first_epoch=0)
    progress.on_epoch_begin(999)
    with caplog.at_level(logging.INFO):
        progress.on_epoch_end(999, logs)
    progress.close()
    assert len(f"12:00:00 {caplog.messages[-1]}") <= 120
    assert "val_kl_loss 1.2346e+05" in caplog.messages[-1]


@pytest.mark.slow
def test_a_diverging_loss_stops_the_training_with_advice() -> None:
    with pytest.raises(
        TrainingError, match=r"loss is .* in epoch 1, batch \d, .*lower learning_rate"
    ):
        fit(linear_model(learning_rate=1e20))


@pytest.mark.slow
def test_running_out_of_memory_ends_with_advice() -> None:
    def wide(first_epoch: int) -> tf.data.Dataset:
        # 10^16 numbers fit into no machine
        return line(15).map(lambda x, y: (x + tf.zeros((10**8, 10**8))[:1, :1], y))

    with pytest.raises(TrainingError, match=r"ran out of memory.*lower batch_size"):
        training.fit(linear_model(), wide, validation=line(1), schedule=training.Schedule(3, 5))


def test_the_numbers_are_those_of_the_epoch_of_the_weights() -> None:
    history = pd.DataFrame({"epoch": [1, 2], "loss": [3.0, 4.0], "val_loss": [5.0, 6.0]})
    assert training.Trained(history, 2).numbers() == {"loss": 4.0, "val_loss": 6.0}
    assert training.Trained(history, 1).numbers() == {"loss": 3.0, "val_loss": 5.0}


def test_stopping_waits_for_its_patience_and_restores_the_best_weights() -> None:
    model, stopping = linear_model(), EarlyStopping("val_loss", patience=2)
    kernel = model.trainable_variables[0]
    over = []
    for epoch, loss in enumerate([3.0, 2.0, 2.0, 2.5], start=1):
        kernel.assign([[float(epoch)]])
        stopping.update(model, epoch, {"val_loss": loss})
        over.append(stopping.is_over(epoch))
    assert over == [False, False, False, True]
    stopping.go_back(model)
    assert kernel.numpy() == [[2.0]]


def test_stopping_survives_a_checkpoint() -> None:
    model, first = linear_model(), EarlyStopping("val_loss", patience=2)
    first.update(model, 1, {"val_loss": 3.0})
    second = EarlyStopping("val_loss", patience=2)
    second.restore(first.arrays(), first.notes())
    assert (second.best, second.best_epoch) == (3.0, 1)
    for mine, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize(("epochs", "expected"), [(50, 50), (101, 34), (500, 50)])
def test_many_short_epochs_leave_few_lines(
    caplog: pytest.LogCaptureFixture, epochs: int, expected: int
) -> None:
    progress = Progress(epochs, 1, first_epoch=0)
    with caplog.at_level(logging.INFO):
        for epoch in range(epochs):
            progress.on_epoch_begin(epoch)
            progress.on_epoch_end(epoch, {"loss": 1.0})
    progress.close()
    assert len(caplog.messages) == expected
    assert caplog.messages[-1].startswith(f"Epoch {epochs} of {epochs} in")


def fit_with_checkpoints(
    folder: Path, *, epochs: int, follow: Callable[[training.Rows], None] | None = None
) -> training.Trained:
    checkpoints = Checkpoints(folder, {})
    with checkpoints.locked():
        return training.fit(
            linear_model(),
            lambda first_epoch: line(5 * (epochs - first_epoch)),
            validation=line(1),
            schedule=training.Schedule(epochs, 5, EarlyStopping("val_loss", patience=9)),
            checkpoints=checkpoints,
            follow=follow,
        )


@pytest.fixture(scope="module")
def second_epoch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("checkpoints")
    fit_with_checkpoints(folder, epochs=2)
    with np.load(folder / "epoch-00002.npz") as content:
        return dict(content)


def notes_of(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    notes: dict[str, Any] = json.loads(bytes(arrays["notes"]))
    return notes


def change_array(name: str, value: Any) -> Callable[[dict[str, np.ndarray]], None]:
    return lambda arrays: arrays.update({name: value})


def change_notes(
    change: Callable[[dict[str, Any]], Any],
) -> Callable[[dict[str, np.ndarray]], None]:
    def apply(arrays: dict[str, np.ndarray]) -> None:
        notes = notes_of(arrays)
        change(notes)
        arrays["notes"] = np.frombuffer(json.dumps(notes).encode(), np.uint8)

    return apply


DAMAGED: list[tuple[Callable[[dict[str, np.ndarray]], Any], str]] = [
    (lambda arrays: arrays.pop("model/000"), "1 arrays .* unexpected; model/000 is missing"),
    (lambda arrays: arrays.pop("optimizer/001"), "optimizer/001 is missing"),
    (lambda arrays: arrays.pop("best/1"), "best/1 is missing"),
    (change_array("model/009", np.zeros(1)), "model/009 is found"),
    (change_array("model/000", np.zeros((1, 2), np.float32)), r"000: found float32 .*\(1, 2\)"),
    (change_array("model/000", np.zeros((1, 1))), "model/000: found float64 .*expected float32"),
    (change_array("model/001", np.full(1, np.nan, np.float32)), "model/001: found a NaN"),
    (change_array("best/0", np.full((1, 1), np.inf, np.float32)), "best/0: found a NaN or an inf"),
    (change_notes(lambda notes: notes.pop("history")), "found 0 epochs, expected .*1 to 2"),
    (change_notes(lambda notes: notes["history"].pop()), "history: found 1 epochs"),
    (change_notes(lambda notes: notes["history"].reverse()), "history: found 2 epochs"),
    (change_notes(lambda notes: notes.update(history=3)), "history: found 0 epochs"),
    (change_notes(lambda notes: notes.update(history=[1, 2])), "history: found 2 epochs"),
    (change_notes(lambda notes: notes["history"][1].pop("loss")), "epochs with different numbers"),
    (change_notes(lambda notes: notes["history"][0].update(loss="x")), "not a finite number"),
    (change_notes(lambda notes: notes["history"][0].update(loss=10**400)), "not a finite number"),
    (change_notes(lambda notes: notes["history"][0].update(loss=np.nan)), "not a finite number"),
    (change_notes(lambda notes: notes.pop("stopping")), "stopping: found no best epoch"),
    (change_notes(lambda notes: notes["stopping"].update(best_epoch=3)), "stopping: found no best"),
    (change_array("notes", np.frombuffer(b"[1]", np.uint8)), "history: found 0 epochs"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "message"), DAMAGED, ids=range(len(DAMAGED)))
def test_a_checkpoint_of_another_training_is_refused(
    tmp_path: Path,
    second_epoch: dict[str, np.ndarray],
    damage: Callable[[dict[str, np.ndarray]], Any],
    message: str,
) -> None:
    arrays = dict(second_epoch)
    damage(arrays)
    np.savez(tmp_path / "epoch-00002.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(
        DataError,
        match=r"epoch-00002\.npz: not a checkpoint of this training run "
        rf"\(.*{message}.*; remove it",
    ):
        fit_with_checkpoints(tmp_path, epochs=3)


@pytest.mark.slow
def test_an_unchanged_checkpoint_is_restored(
    tmp_path: Path, second_epoch: dict[str, np.ndarray]
) -> None:
    np.savez(tmp_path / "epoch-00002.npz", **second_epoch)  # type: ignore[arg-type]
    assert list(fit_with_checkpoints(tmp_path, epochs=3).history["epoch"]) == [1, 2, 3]
