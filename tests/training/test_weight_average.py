from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from latentmaps.training.weight_average import WeightAverage

STEPS = 10


class Line(keras.Model):
    """The model y = w x, with the average of w in a second variable."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = self.add_weight(shape=(), initializer="ones")
        self.average = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any) -> Any:
        return self.slope * x


class Record(keras.callbacks.Callback):
    """Record the weight after each step, and the weight that validation uses."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[float] = []
        self.validated: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.weights.append(float(self.model.slope.numpy()))

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.validated.append(float(self.model.slope.numpy()))


def trained(momentum: float, epochs: int) -> tuple[Line, Record]:
    model, record = Line(), Record()
    model.compile(optimizer=keras.optimizers.SGD(0.2), loss="mse")
    data = tf.data.Dataset.from_tensor_slices((np.ones((STEPS, 1, 1)), np.full((STEPS, 1, 1), 9.0)))
    average = WeightAverage([model.average], momentum, steps_per_epoch=STEPS)
    model.fit(
        data.repeat(epochs),
        validation_data=data.take(1),
        epochs=epochs,
        steps_per_epoch=STEPS,
        callbacks=[average, record],
        shuffle=False,
        verbose=0,
    )
    return model, record


def averages(weights: list[float], momentum: float) -> list[float]:
    """Return the average after each epoch; it is updated after 8 steps and after the last."""
    average, found = 1.0, []
    for first in range(0, len(weights), STEPS):
        for last, num_steps in ((first + 8, 8), (first + STEPS, 2)):
            kept = min(momentum, (1 + last) / (10 + last)) ** num_steps
            average = average * kept + weights[last - 1] * (1 - kept)
        found.append(average)
    return found


@pytest.mark.slow
def test_validation_and_the_final_model_use_the_averages() -> None:
    for momentum in (0.5, 0.99):
        model, record = trained(momentum, 3)
        expected = averages(record.weights, momentum)
        np.testing.assert_allclose(record.validated, expected, rtol=1e-5)
        np.testing.assert_allclose(model.slope.numpy(), expected[-1], rtol=1e-5)
        np.testing.assert_allclose(model.average.numpy(), record.weights[-1], rtol=1e-6)


@pytest.mark.slow
def test_the_steps_continue_from_the_trained_weights() -> None:
    record = trained(0.99, 2)[1]
    # gradient descent on (w - 9)^2: the distance shrinks by 1 - 2 * 0.2 in each step
    expected = 9.0 - 8.0 * 0.6 ** np.arange(1, 2 * STEPS + 1)
    np.testing.assert_allclose(record.weights, expected, rtol=1e-5)
