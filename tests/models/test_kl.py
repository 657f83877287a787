from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.models.example_vae import architecture, images

from latentmaps.models import kl, losses, vae


def compiled(*, precision: str = "float32", kl_weight: float = 5.0) -> kl.TrainStepVae:
    keras.utils.set_random_seed(1)
    shape = architecture()
    model = kl.TrainStepVae(
        vae.build_encoder(shape, precision=precision),
        vae.build_decoder(shape, precision=precision),
        kl_weight=kl_weight,
        seed=1,
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=False)
    return model


def numbers(logs: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def trained_numbers(
    model: kl.TrainStepVae, batch: np.ndarray, *, num_steps: int
) -> dict[str, float]:
    step = tf.function(model.train_step)
    for _ in range(num_steps):
        model.reset_metrics()
        logs = step(batch)
    return numbers(logs)


def test_the_parts_add_up_to_the_total() -> None:
    logs = numbers(compiled().train_step(images(8)))
    assert logs["total_loss"] == pytest.approx(logs["reconstruction_loss"] + logs["kl_loss"])
    assert logs["kl_loss"] == pytest.approx(5.0 * logs["kl_nats"])


def test_the_reported_losses_are_those_of_numpy() -> None:
    model, batch = compiled(), images(4)
    reported = numbers(model.test_step(batch))
    twin = compiled()  # the same weights and the same noise
    pixels = kl.to_pixels(batch)
    z_mean, z_log_var = (output.numpy() for output in twin.encoder(pixels))
    logits = twin.decoder(twin.sampling(z_mean, z_log_var))
    kl_nats = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - z_log_var - 1.0, axis=1).mean()
    bce = losses.bce_from_logits(pixels, logits).numpy().mean()
    assert reported["kl_nats"] == pytest.approx(kl_nats, rel=1e-5)
    assert reported["reconstruction_loss"] == pytest.approx(bce, rel=1e-5)
    assert reported["total_loss"] == pytest.approx(bce + 5.0 * kl_nats, rel=1e-5)


def test_means_count_images_not_batches() -> None:
    first, second = images(6), images(2)
    apart = [numbers(compiled(kl_weight=0.0).test_step(batch)) for batch in (first, second)]
    model = compiled(kl_weight=0.0)
    model.test_step(first)
    together = numbers(model.test_step(second))
    expected = (6 * apart[0]["kl_nats"] + 2 * apart[1]["kl_nats"]) / 8
    assert together["kl_nats"] == pytest.approx(expected, rel=1e-5)


def test_a_step_moves_every_weight_and_the_moving_statistics() -> None:
    model = compiled()
    networks = [*model.encoder.weights, *model.decoder.weights]
    before = {v.path: v.numpy().copy() for v in networks}
    model.train_step(images(8))
    still = [v.path for v in networks if np.array_equal(before[v.path], v.numpy())]
    assert still == []


def test_validation_moves_nothing_but_the_noise() -> None:
    model = compiled()
    networks = [*model.encoder.weights, *model.decoder.weights]
    before = [v.numpy().copy() for v in networks]
    model.test_step(images(8))
    for value, variable in zip(before, networks, strict=True):
        np.testing.assert_array_equal(value, variable.numpy())


def test_training_lowers_the_loss() -> None:
    model, batch = compiled(), images(16)
    before = numbers(compiled().train_step(batch))["total_loss"]
    after = trained_numbers(model, batch, num_steps=30)["total_loss"]
    assert after < 0.9 * before


def test_a_larger_weight_of_the_kl_term_gives_a_smaller_kl() -> None:
    batch = images(16)

    weak, strong = (
        trained_numbers(compiled(kl_weight=weight), batch, num_steps=40)["kl_nats"]
        for weight in (0.1, 50.0)
    )
    assert strong < 0.5 * weak
