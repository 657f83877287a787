import keras
import numpy as np
import pytest

from latentmaps.training import optimizers

RANDOM = np.random.default_rng(3)


@pytest.mark.slow
def test_fused_adam_does_what_keras_does() -> None:
    first = RANDOM.normal(size=(4, 3)).astype(np.float32)
    ours, theirs = keras.Variable(first), keras.Variable(first)
    fused, plain = optimizers.FusedAdam(0.01), keras.optimizers.Adam(0.01)
    for _ in range(20):
        gradient = RANDOM.normal(size=(4, 3)).astype(np.float32)
        fused.apply([gradient], [ours])
        plain.apply([gradient], [theirs])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-6)
    for mine, reference in zip(fused.variables, plain.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), reference.numpy(), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1.0, 1.0, 1.0, 1.0]),
        ("step", [1.0, 1.0, 0.1, 0.01]),
        ("cosine", [1.0, 0.55, 0.1, 0.1]),
    ],
)
def test_the_learning_rate_falls_as_the_schedule_says(schedule: str, expected: list[float]) -> None:
    rate = optimizers.learning_rate(1.0, schedule=schedule, decay_steps=10, decay_rate=0.1)
    steps = [0, 5, 10, 20]
    values = [float(rate(step)) if callable(rate) else rate for step in steps]
    assert values == pytest.approx(expected, rel=1e-5)
