import functools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.vae.example_vae import ONE_LAYER, architecture, images, task
from tests.vae.loss_formulas import FORMULAS

from latentmaps.vae.network import inputs
from latentmaps.vae.network.reconstruction_losses import RECONSTRUCTION_LOSSES
from latentmaps.vae.training import kl, vae_training
from latentmaps.vae.training.trainable_vae import TrainableVae, sample_z

kinds = pytest.mark.parametrize("kind", RECONSTRUCTION_LOSSES)
methods = pytest.mark.parametrize("method", kl.METHODS)


class Recorder(keras.optimizers.SGD):
    """Record the gradients without updating any weight."""

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        self.recorded = [np.asarray(gradient) for gradient in grads]


def compiled(method: str = "train_step", **changes: Any) -> TrainableVae:
    return vae_training.build(task(kl_method=method, **changes))


def untrained(method: str) -> TrainableVae:
    """Return the same model again, in the state of a new one."""
    return _reset(*_new(method))


@functools.cache
def _new(method: str) -> tuple[TrainableVae, list[np.ndarray]]:
    model = compiled(method)
    return model, [variable.numpy() for variable in _state(model)]


def recording(method: str, kind: str) -> TrainableVae:
    """Return the same model again, in the state of a new one; its optimizer is a recorder."""
    return _reset(*_new_recording(method, kind))


@functools.cache
def _new_recording(method: str, kind: str) -> tuple[TrainableVae, list[np.ndarray]]:
    model = compiled(method, reconstruction_loss=kind, fact=0.7)
    optimizer = Recorder()
    optimizer.build(model.trainable_variables)
    model.make_ready(optimizer, jit_compile=False)
    return model, [variable.numpy() for variable in _state(model)]


def _reset(model: TrainableVae, state: list[np.ndarray]) -> TrainableVae:
    for variable, value in zip(_state(model), state, strict=True):
        variable.assign(value)
    model.reset_metrics()
    return model


def _state(model: TrainableVae) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]


def batch(num_images: int = 8) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    pixels = inputs.to_pixels(images(num_images))
    epsilon = np.random.default_rng(num_images).standard_normal((num_images, 5))
    return {"pixels": pixels, "epsilon": tf.constant(epsilon, tf.float32)}, pixels


def with_targets(model: TrainableVae, data: tuple[dict[str, tf.Tensor], tf.Tensor]) -> Any:
    inputs, pixels = data
    return inputs, model.targets(pixels)


def validated(
    model: TrainableVae, data: tuple[dict[str, tf.Tensor], tf.Tensor]
) -> dict[str, float]:
    """Return the running means after validating a batch."""
    return numbers(model.test_step((*with_targets(model, data), tf.ones(len(data[1])))))


def numbers(logs: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def trained_numbers(model: TrainableVae, data: Any, *, num_steps: int) -> dict[str, float]:
    step = tf.function(model.train_step)
    for _ in range(num_steps):
        model.reset_metrics()
        logs = step(data)
    return numbers(logs)


def recorded(
    method: str, data: Any, *, kind: str, warm_up: float
) -> tuple[list[np.ndarray], dict[str, float]]:
    model = recording(method, kind)
    model.warm_up.assign(warm_up)
    logs = numbers(model.train_step(with_targets(model, data)))
    return model.optimizer.recorded, logs


def fitted_numbers(method: str) -> dict[str, float]:
    what = task(kl_method=method, **ONE_LAYER)
    _, trained = vae_training.train(what, devices=vae_training.Devices())
    return trained.numbers()


@pytest.fixture(scope="module")
def expected_of_fit() -> dict[str, float]:
    """The numbers of the method ``train_step`` after training with ``fit``."""
    return fitted_numbers("train_step")


@pytest.mark.slow
@kinds
@pytest.mark.parametrize("warm_up", [1.0, 0.25])
def test_all_methods_have_the_same_losses_and_gradients(kind: str, warm_up: float) -> None:
    data = batch()
    expected, expected_logs = recorded("train_step", data, kind=kind, warm_up=warm_up)
    floor = 1e-7 * np.sqrt(sum(np.square(gradient).sum() for gradient in expected))
    assert len(expected) == 17 + len(RECONSTRUCTION_LOSSES[kind]().trainable_variables)
    assert any(np.abs(gradient).max() > 0 for gradient in expected)
    for method in ("kl_layer", "add_loss", "output_transfer"):
        gradients, logs = recorded(method, data, kind=kind, warm_up=warm_up)
        assert logs == pytest.approx(expected_logs, rel=1e-6)
        for mine, reference in zip(gradients, expected, strict=True):
            distance = np.linalg.norm(mine - reference)
            assert distance <= 1e-5 * np.linalg.norm(reference) + floor


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted(kl.METHODS.keys() - {"train_step"}))
def test_all_methods_learn_the_same_in_fit(method: str, expected_of_fit: dict[str, float]) -> None:
    # Adam amplifies rounding errors of gradients near zero
    assert fitted_numbers(method) == pytest.approx(expected_of_fit, rel=1e-4, abs=0.03)


@pytest.mark.slow
@methods
def test_the_losses_add_up_to_the_total(method: str) -> None:
    model = untrained(method)
    logs = numbers(model.train_step(with_targets(model, batch())))
    assert logs["total_loss"] == pytest.approx(logs["reconstruction_loss"] + logs["kl_loss"])
    assert logs["kl_loss"] == pytest.approx(5.0 * logs["kl_nats"])


@pytest.mark.slow
@methods
@kinds
def test_the_reported_losses_agree_with_numpy(method: str, kind: str) -> None:
    model, (inputs, pixels) = recording(method, kind), batch(4)
    reported = validated(model, (inputs, pixels))
    z_mean, z_log_var = (output.numpy() for output in model.encoder(inputs["pixels"]))
    z = z_mean + np.exp(0.5 * z_log_var) * inputs["epsilon"].numpy()
    reconstruction = 1.0 / (1.0 + np.exp(-model.decoder(z).numpy().astype(np.float64)))
    kl_nats = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - z_log_var - 1.0, axis=1).mean()
    x, r = pixels.numpy().astype(np.float64), reconstruction
    per_value = FORMULAS[kind](x, r)
    expected = per_value.mean(axis=3).sum(axis=(1, 2)).mean()
    assert reported["kl_nats"] == pytest.approx(kl_nats, rel=1e-5)
    assert reported["reconstruction_loss"] == pytest.approx(expected, rel=1e-5)
    assert reported["total_loss"] == pytest.approx(expected + 0.7 * kl_nats, rel=1e-5)


@pytest.mark.slow
@methods
def test_means_are_over_images_not_batches(method: str) -> None:
    first, second = batch(6), batch(2)
    model = untrained(method)
    apart = []
    for data in (first, second):
        model.reset_metrics()
        apart.append(validated(model, data))
    model.reset_metrics()
    validated(model, first)
    together = validated(model, second)
    for name in ("kl_nats", "reconstruction_loss", "total_loss"):
        expected = (6 * apart[0][name] + 2 * apart[1][name]) / 8
        assert together[name] == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
@methods
def test_a_step_updates_every_weight_and_the_moving_statistics(method: str) -> None:
    model = untrained(method)
    networks = [*model.encoder.weights, *model.decoder.weights]
    before = {v.path: v.numpy().copy() for v in networks}
    model.train_step(with_targets(model, batch()))
    still = [v.path for v in networks if np.array_equal(before[v.path], v.numpy())]
    assert still == []


@pytest.mark.slow
def test_frozen_normalization_keeps_its_statistics_and_learns_the_rest() -> None:
    model = vae_training.build(task(batch_norm="frozen"))
    before = {v.path: v.numpy().copy() for v in model.encoder.weights}
    model.train_step(batch())
    still = {v.path for v in model.encoder.weights if np.array_equal(before[v.path], v.numpy())}
    assert still == {path for path in before if "moving" in path}


@pytest.mark.slow
@methods
def test_validation_changes_no_variable(method: str) -> None:
    model = untrained(method)
    before = [v.numpy().copy() for v in model.variables]
    validated(model, batch())
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, variable.numpy())


@pytest.mark.slow
def test_training_lowers_the_loss() -> None:
    model, data = compiled(learning_rate=0.01, **ONE_LAYER), batch(16)
    before = numbers(compiled(**ONE_LAYER).train_step(data))["total_loss"]
    after = trained_numbers(model, data, num_steps=30)["total_loss"]
    assert after < 0.9 * before


@pytest.mark.slow
def test_a_larger_kl_weight_gives_a_smaller_kl() -> None:
    data = batch(16)
    weak, strong = (
        trained_numbers(compiled(fact=weight, learning_rate=0.01, **ONE_LAYER), data, num_steps=40)[
            "kl_nats"
        ]
        for weight in (0.1, 50.0)
    )
    assert strong < 0.5 * weak


def test_z_has_the_mean_and_the_variance_of_the_posterior() -> None:
    mean = np.full((40_000, 2), [1.5, -2.0], np.float32)
    log_var = np.full((40_000, 2), np.log([4.0, 0.25]), np.float32)
    epsilon = np.random.default_rng(3).standard_normal((40_000, 2)).astype(np.float32)
    z = sample_z(mean, log_var, epsilon).numpy()
    np.testing.assert_allclose(z.mean(axis=0), [1.5, -2.0], atol=0.05)
    np.testing.assert_allclose(z.var(axis=0), [4.0, 0.25], rtol=0.05)
    np.testing.assert_array_equal(sample_z(mean, log_var, 0.0 * epsilon), mean)


@pytest.mark.slow
def test_losses_are_float32_for_every_compute_dtype() -> None:
    model = compiled(precision="bfloat16")
    logs = model.test_step((*batch(), tf.ones(8)))
    assert {value.dtype for value in logs.values()} == {tf.float32}
    assert architecture().latent_dim == model.encoder.outputs[0].shape[1]


@methods
def test_an_image_without_weight_does_not_count(method: str) -> None:
    model, (inputs, pixels) = untrained(method), batch(3)
    weights = tf.constant([1.0, 1.0, 0.0])
    filled = numbers(model.test_step((*with_targets(model, (inputs, pixels)), weights)))
    model.reset_metrics()
    two = {name: value[:2] for name, value in inputs.items()}
    assert filled == pytest.approx(validated(model, (two, pixels[:2])), rel=1e-5)
