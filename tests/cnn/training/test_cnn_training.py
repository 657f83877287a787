import dataclasses
import functools
from typing import Any, get_args, get_type_hints

import keras
import numpy as np
import pytest

from latentmaps.cnn.network import cnn
from latentmaps.cnn.training import classification, cnn_training, digit_batches
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import TrainingError
from latentmaps.params.train_cnn import TrainCnn
from latentmaps.training import fit

PARAMS = TrainCnn(
    filters=(4,),
    kernel_size=3,
    pool_size=2,
    dense_units=8,
    optimizer="sgd",
    learning_rate=0.02,
    learning_rate_schedule="cosine",
    decay_epochs=None,
    decay_rate=0.0,
    momentum=0.9,
    l2=1e-4,
    num_validation=40,
    seed=None,
    epochs=4,
    batch_size=16,
)


def train(params: TrainCnn, digits: Digits, *, seed: int = 5) -> tuple[keras.Model, fit.Trained]:
    return cnn_training.train(params, digits, seed=seed, split_seed=5, jit_compile=False)


def bars(num_digits: int) -> Digits:
    """Return images with one bright row each, row 2 * label + 4."""
    labels = np.arange(num_digits, dtype=np.uint8) % 10
    images = np.random.default_rng(0).integers(0, 60, (num_digits, 28, 28), np.uint8)
    images[np.arange(num_digits), 2 * labels + 4] = 255
    return Digits(images, labels, images[:20], labels[:20])


@functools.cache
def trained_on_80() -> tuple[keras.Model, fit.Trained]:
    """Return the result for 80 digits; tests share it and only read it."""
    return train(PARAMS, bars(80))


@pytest.mark.slow
def test_a_learnable_task_is_learned() -> None:
    model, trained = train(PARAMS, bars(360))
    history = trained.history
    probabilities = cnn.predict(model, bars(20).test_images)
    assert (probabilities.argmax(axis=1) == bars(20).test_labels).mean() > 0.9
    numbers = ["accuracy", "cross_entropy", "loss"]
    assert history.columns.tolist() == ["epoch", *numbers, *(f"val_{name}" for name in numbers)]
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


@pytest.mark.slow
def test_rmsprop_learns_the_task_too() -> None:
    params = dataclasses.replace(PARAMS, optimizer="rmsprop", learning_rate=0.003)
    model, _ = train(params, bars(360))
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)
    probabilities = cnn.predict(model, bars(20).test_images)
    assert (probabilities.argmax(axis=1) == bars(20).test_labels).mean() > 0.9


@pytest.mark.slow
def test_the_weights_are_those_of_the_best_epoch() -> None:
    """The learning rate is far too high in later epochs, so the first epoch is the best."""
    params = dataclasses.replace(
        PARAMS, learning_rate_schedule="step", decay_epochs=1, decay_rate=1.0, learning_rate=0.5
    )
    digits = bars(360)
    model, trained = train(params, digits)
    courses = trained.history["val_cross_entropy"]
    assert trained.epoch == 1 + courses.argmin()
    rows = cnn_training.split(360, params, seed=5)[1]
    probabilities = cnn.predict(model, digits.train_images[rows])
    measured = classification.cross_entropy(probabilities, digits.train_labels[rows])
    assert measured == pytest.approx(courses.min(), rel=1e-4)


@pytest.mark.slow
def test_the_learning_rate_falls_in_steps() -> None:
    params = dataclasses.replace(
        PARAMS, learning_rate_schedule="step", decay_epochs=2, decay_rate=0.1
    )
    model, _ = train(params, bars(80))  # 4 epochs
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02 * 0.01, rel=1e-5)


@pytest.mark.slow
def test_the_seed_decides_the_trained_weights() -> None:
    short = dataclasses.replace(PARAMS, epochs=1)
    first, again, other = (train(short, bars(80), seed=seed)[0].get_weights() for seed in (5, 5, 6))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).any()


@pytest.mark.slow
def test_the_learning_rate_falls_to_zero_at_the_last_step() -> None:
    model, _ = trained_on_80()
    assert model.optimizer.iterations == 4 * 2  # 40 digits are 2 batches
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


def test_the_validation_part_has_its_own_seed() -> None:
    train_rows, validation_rows = cnn_training.split(100, PARAMS, seed=5)
    assert sorted([*train_rows, *validation_rows]) == list(range(100))
    assert len(validation_rows) == 40
    other = cnn_training.split(100, PARAMS, seed=6)[1]
    assert set(other) != set(validation_rows)


@pytest.mark.slow
def test_another_training_seed_keeps_the_validation_part(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    ordered = digit_batches.ordered_batches

    def remember(images: Any, labels: Any, **others: Any) -> Any:
        seen.append(images)
        return ordered(images, labels, **others)

    monkeypatch.setattr(digit_batches, "ordered_batches", remember)
    short = dataclasses.replace(PARAMS, epochs=1)
    for seed in (5, 6):
        train(short, bars(80), seed=seed)
    np.testing.assert_array_equal(*seen)


@pytest.mark.slow
def test_the_numbers_describe_the_best_epoch_and_the_settings() -> None:
    digits = bars(80)
    model, trained = trained_on_80()
    found = cnn_training.numbers(model, trained, PARAMS, digits, seed=5)
    best = trained.history.loc[trained.history["epoch"] == trained.epoch].iloc[0]
    assert found["val_cross_entropy"] == best["val_cross_entropy"]
    assert list(found)[-11:] == [
        *("best_epoch", "num_train", "num_validation", "num_test", "num_parameters"),
        *("layers", "dense_share", "epochs", "batch_size", "seed", "versions"),
    ]
    assert [found[name] for name in ("num_train", "num_validation", "num_test")] == [40, 40, 20]
    assert (found["epochs"], found["batch_size"], found["seed"]) == (4, 16, 5)
    assert sum(layer["weights"] for layer in found["layers"]) == found["num_parameters"]
    assert found["versions"].keys() == {"keras", "numpy", "tensorflow"}


def test_the_shape_is_that_of_the_parameters() -> None:
    params = dataclasses.replace(PARAMS, kernel_size=2, pool_size=3)
    assert cnn_training.architecture(params) == cnn.Architecture((4,), 8, 2, 3)


def test_a_validation_part_that_leaves_no_batch_is_rejected() -> None:
    with pytest.raises(
        TrainingError,
        match=r"train_cnn\.num_validation: found 40, which leaves 15 of 55 training digits",
    ):
        cnn_training.split(55, PARAMS, seed=5)


def test_params_accept_the_known_optimizers_only() -> None:
    assert get_args(get_type_hints(TrainCnn)["optimizer"]) == tuple(cnn_training.OPTIMIZERS)
