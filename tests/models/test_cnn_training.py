import dataclasses

import numpy as np
import pytest

from latentmaps.data.digits import Digits
from latentmaps.errors import TrainingError
from latentmaps.models import cnn, cnn_training

TINY = cnn.Architecture(filters=(4,), dense_units=8)
SETTINGS = cnn_training.Settings(
    learning_rate=0.02,
    momentum=0.9,
    l2=1e-4,
    num_validation=40,
    epochs=4,
    batch_size=16,
    jit_compile=False,
    seed=5,
)


def bars(num_digits: int) -> Digits:
    """Gives pictures of one bright row; the label tells which."""
    labels = np.arange(num_digits, dtype=np.uint8) % 10
    images = np.random.default_rng(0).integers(0, 60, (num_digits, 28, 28), np.uint8)
    images[np.arange(num_digits), 2 * labels + 4] = 255
    return Digits(images, labels, images[:20], labels[:20])


def test_learns_what_can_be_learnt() -> None:
    model, trained = cnn_training.train(TINY, SETTINGS, bars(360))
    history = trained.history
    probabilities = cnn.predict(model, bars(20).test_images)
    assert (probabilities.argmax(axis=1) == bars(20).test_labels).mean() > 0.9
    assert history.columns.tolist() == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


def test_the_seed_decides_the_trained_weights() -> None:
    short = dataclasses.replace(SETTINGS, epochs=1)
    settings = short, short, dataclasses.replace(short, seed=6)
    first, again, other = (cnn_training.train(TINY, s, bars(80))[0].get_weights() for s in settings)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).any()


def test_the_learning_rate_falls_to_zero_at_the_last_step() -> None:
    model, _ = cnn_training.train(TINY, SETTINGS, bars(80))
    assert model.optimizer.iterations == 4 * 2  # 40 digits are 2 batches
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


def test_the_validation_part_is_cut_out_by_the_seed() -> None:
    train_rows, validation_rows = cnn_training.split(100, SETTINGS)
    assert sorted([*train_rows, *validation_rows]) == list(range(100))
    assert len(validation_rows) == 40
    other = cnn_training.split(100, dataclasses.replace(SETTINGS, seed=6))[1]
    assert set(other) != set(validation_rows)


def test_a_validation_part_that_leaves_no_batch_is_refused() -> None:
    with pytest.raises(
        TrainingError,
        match=r"train_cnn\.num_validation: found 40, which leaves 15 of 55 training digits",
    ):
        cnn_training.split(55, SETTINGS)
