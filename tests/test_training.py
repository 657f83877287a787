import logging
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from latentmaps import training
from latentmaps.errors import TrainingError


def linear_model(learning_rate: float = 0.1) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), loss="mse")
    return model


def line(num_batches: int) -> tf.data.Dataset:
    x = np.linspace(-1.0, 1.0, 8, dtype=np.float32)[:, None]
    return tf.data.Dataset.from_tensors((x, 2.0 * x)).repeat(num_batches)


def fit(model: keras.Model) -> pd.DataFrame:
    return training.fit(model, line(15), validation=line(1), epochs=3, steps_per_epoch=5)


def test_the_history_has_a_row_an_epoch_and_falls() -> None:
    history = fit(linear_model())
    assert list(history["epoch"]) == [1, 2, 3]
    assert {"loss", "val_loss"} <= set(history.columns)
    assert history["loss"].is_monotonic_decreasing


def test_every_epoch_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        fit(linear_model())
    assert [record.getMessage()[:20] for record in caplog.records] == [
        f"Trained epoch {epoch} of 3" for epoch in (1, 2, 3)
    ]


def test_a_loss_gone_wild_stops_the_training_with_advice() -> None:
    with pytest.raises(TrainingError, match=r"loss is .* in epoch \d, .*lower learning_rate"):
        fit(linear_model(learning_rate=1e20))


def test_the_history_is_written_with_six_digits(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    training.write_history(pd.DataFrame({"epoch": [1], "loss": [1 / 3]}), path)
    assert path.read_text(encoding="utf-8") == "epoch,loss\n1,0.333333\n"


def test_the_last_numbers_are_those_of_the_last_epoch() -> None:
    history = pd.DataFrame({"epoch": [1, 2], "loss": [3.0, 4.0], "val_loss": [5.0, 6.0]})
    assert training.last_numbers(history) == {"loss": 4.0, "val_loss": 6.0}


def test_versions_are_those_of_the_libraries() -> None:
    assert training.versions() == {"tensorflow": tf.__version__, "keras": keras.__version__}
