import dataclasses

import keras
import numpy as np
import pytest

from latentmaps.cnn.network import cnn
from latentmaps.cnn.training import classification, cnn_training
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import TrainingError

TINY = cnn.Architecture(filters=(4,), dense_units=8)
SETTINGS = cnn_training.Settings(
    optimizer="sgd",
    learning_rate=0.02,
    learning_rate_schedule="cosine",
    decay_epochs=None,
    decay_rate=0.0,
    momentum=0.9,
    l2=1e-4,
    num_validation=40,
    epochs=4,
    batch_size=16,
    jit_compile=False,
    seed=5,
    split_seed=5,
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
    numbers = ["accuracy", "cross_entropy", "loss"]
    assert history.columns.tolist() == ["epoch", *numbers, *(f"val_{name}" for name in numbers)]
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


def test_rmsprop_learns_it_too() -> None:
    settings = dataclasses.replace(SETTINGS, optimizer="rmsprop", learning_rate=0.003)
    model, _ = cnn_training.train(TINY, settings, bars(360))
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)
    probabilities = cnn.predict(model, bars(20).test_images)
    assert (probabilities.argmax(axis=1) == bars(20).test_labels).mean() > 0.9


def test_the_weights_are_those_of_the_best_epoch() -> None:
    """A rate that is far too high in the later epochs: the first one stays the best."""
    settings = dataclasses.replace(
        SETTINGS, learning_rate_schedule="step", decay_epochs=1, decay_rate=1.0, learning_rate=0.5
    )
    digits = bars(360)
    model, trained = cnn_training.train(TINY, settings, digits)
    courses = trained.history["val_cross_entropy"]
    assert trained.epoch == 1 + courses.argmin()
    rows = cnn_training.split(360, settings)[1]
    probabilities = cnn.predict(model, digits.train_images[rows])
    measured = classification.cross_entropy(probabilities, digits.train_labels[rows])
    assert measured == pytest.approx(courses.min(), rel=1e-4)


def test_the_learning_rate_falls_in_steps() -> None:
    settings = dataclasses.replace(
        SETTINGS, learning_rate_schedule="step", decay_epochs=2, decay_rate=0.1
    )
    model, _ = cnn_training.train(TINY, settings, bars(80))  # 4 epochs
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02 * 0.01, rel=1e-5)


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


def test_the_validation_part_is_cut_out_by_its_own_seed() -> None:
    train_rows, validation_rows = cnn_training.split(100, SETTINGS)
    assert sorted([*train_rows, *validation_rows]) == list(range(100))
    assert len(validation_rows) == 40
    other = cnn_training.split(100, dataclasses.replace(SETTINGS, split_seed=6))[1]
    assert set(other) != set(validation_rows)


def test_another_seed_of_the_training_keeps_the_cut() -> None:
    cuts = (cnn_training.split(100, dataclasses.replace(SETTINGS, seed=seed)) for seed in (5, 6))
    assert all((a == b).all() for a, b in zip(*cuts, strict=True))


def test_a_validation_part_that_leaves_no_batch_is_refused() -> None:
    with pytest.raises(
        TrainingError,
        match=r"train_cnn\.num_validation: found 40, which leaves 15 of 55 training digits",
    ):
        cnn_training.split(55, SETTINGS)
