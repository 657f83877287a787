from typing import get_args, get_type_hints

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from tests.vae.loss_formulas import FORMULAS

from latentmaps.params.train_vae import TrainVae
from latentmaps.training.optimizers import FusedAdam
from latentmaps.vae.network.reconstruction_losses import (
    RECONSTRUCTION_LOSSES,
    AbsoluteError,
    BinaryCrossEntropy,
    GaussianNll,
    ReconstructionLoss,
    SquaredError,
)

RANDOM = np.random.default_rng(1)
kinds = pytest.mark.parametrize("kind", RECONSTRUCTION_LOSSES)


def gaussian(sigma: float) -> GaussianNll:
    loss = GaussianNll()
    loss.scaled_log_sigma.assign(np.log(sigma) / loss.SCALE)
    return loss


def test_the_registry_has_the_losses_that_params_yaml_accepts() -> None:
    literal = get_type_hints(TrainVae, include_extras=True)["reconstruction_loss"]
    assert list(RECONSTRUCTION_LOSSES) == list(get_args(literal))


@kinds
def test_a_loss_defines_every_attribute_that_differs_between_losses(kind: str) -> None:
    loss = RECONSTRUCTION_LOSSES[kind]
    assert loss.kind == kind
    # the base class has no values, so a loss that lacks one fails here
    for name in ReconstructionLoss.__annotations__:
        assert not hasattr(ReconstructionLoss, name)
        assert hasattr(loss, name), name


def test_every_loss_has_its_own_caption() -> None:
    captions = {loss.caption for loss in RECONSTRUCTION_LOSSES.values()}
    assert len(captions) == len(RECONSTRUCTION_LOSSES)


@kinds
def test_a_loss_is_the_sum_over_pixels_and_the_mean_over_channels(kind: str) -> None:
    pixels = RANDOM.random((4, 5, 6, 3)).astype(np.float32)
    logits = RANDOM.normal(0.0, 3.0, (4, 5, 6, 3)).astype(np.float32)
    reconstruction = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
    per_value = FORMULAS[kind](pixels.astype(np.float64), reconstruction)
    expected = per_value.mean(axis=3).sum(axis=(1, 2))
    found = RECONSTRUCTION_LOSSES[kind]()(pixels, logits)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def loss_and_gradient(
    kind: str, pixels: npt.NDArray[np.float32], logits: npt.NDArray[np.float32]
) -> tuple[float, npt.NDArray[np.float32]]:
    loss, variable = RECONSTRUCTION_LOSSES[kind](), tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        total = tf.reduce_sum(loss(pixels, variable))
    return float(total), tape.gradient(total, variable).numpy()


@kinds
def test_the_gradient_agrees_with_finite_differences(kind: str) -> None:
    pixels = RANDOM.random((2, 3, 4, 3)).astype(np.float32)
    logits = RANDOM.normal(0.0, 2.0, pixels.shape).astype(np.float32)
    direction = RANDOM.normal(size=pixels.shape)
    _, gradient = loss_and_gradient(kind, pixels, logits)

    def formula(step: float) -> float:
        reconstruction = 1.0 / (1.0 + np.exp(-(logits.astype(np.float64) + step * direction)))
        return float(FORMULAS[kind](pixels.astype(np.float64), reconstruction).sum() / 3.0)

    slope = (formula(1e-6) - formula(-1e-6)) / 2e-6
    assert float((gradient * direction).sum()) == pytest.approx(slope, rel=1e-4)


def test_the_gradient_of_bce_agrees_with_tensorflow() -> None:
    pixels = tf.constant(RANDOM.random((4, 5, 6, 3)).astype(np.float32))
    logits = tf.constant(RANDOM.normal(0.0, 5.0, (4, 5, 6, 3)).astype(np.float32))
    weights = tf.constant(RANDOM.random(4).astype(np.float32))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([pixels, logits])
        ours = tf.reduce_sum(weights * BinaryCrossEntropy()(pixels, logits))
        nats = tf.nn.sigmoid_cross_entropy_with_logits(labels=pixels, logits=logits)
        theirs = tf.reduce_sum(weights * tf.reduce_sum(nats, axis=(1, 2, 3)) / 3.0)
    for source in (pixels, logits):
        mine, expected = tape.gradient(ours, source), tape.gradient(theirs, source)
        np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-6)


def test_bce_of_an_uninformed_reconstruction_is_ln_2_per_pixel() -> None:
    pixels = RANDOM.random((1, 96, 96, 3)).astype(np.float32)
    loss = BinaryCrossEntropy()(pixels, np.zeros_like(pixels))
    np.testing.assert_allclose(loss, [96 * 96 * np.log(2.0)], rtol=1e-5)


def test_bce_stays_finite_where_the_logistic_function_saturates() -> None:
    pixels = np.array([1.0, 0.0], np.float32).reshape((2, 1, 1, 1))
    logits = np.array([-200.0, 200.0], np.float32).reshape((2, 1, 1, 1))
    np.testing.assert_allclose(BinaryCrossEntropy()(pixels, logits), [200.0, 200.0])


def test_the_gaussian_likelihood_is_a_density() -> None:
    values = np.linspace(-3.0, 4.0, 20_001, dtype=np.float32).reshape((-1, 1, 1, 1))
    nll = gaussian(0.2)(values, np.zeros_like(values))
    density = np.exp(-np.asarray(nll, np.float64))
    assert density.sum() * (7.0 / 20_000) == pytest.approx(1.0, rel=1e-4)
    assert float(values[density.argmax(), 0, 0, 0]) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    "kind", [kind for kind, loss in RECONSTRUCTION_LOSSES.items() if loss.nats_name == "nll"]
)
def test_a_loss_in_nats_belongs_to_a_density(kind: str) -> None:
    # wide enough for tails that fall by a factor of e over a distance of up to 50
    values = np.linspace(-499.5, 500.5, 200_001, dtype=np.float32).reshape((-1, 1, 1, 1))
    loss = RECONSTRUCTION_LOSSES[kind]()
    errors = np.asarray(loss(values, np.zeros_like(values)), np.float64)
    nll = np.array([loss.nats_per_dim(error, num_pixels=1) for error in errors])
    assert np.exp(-nll).sum() * (1000.0 / 200_000) == pytest.approx(1.0, rel=1e-4)


def test_mse_in_nats_is_a_gaussian_of_unit_variance() -> None:
    pixels = RANDOM.random((2, 4, 4, 3)).astype(np.float32)
    logits = RANDOM.normal(size=(2, 4, 4, 3)).astype(np.float32)
    mse = float(np.mean(SquaredError()(pixels, logits)))
    nll = float(np.mean(gaussian(1.0)(pixels, logits)))
    expected = GaussianNll.nats_per_dim(nll, num_pixels=16)
    assert SquaredError.nats_per_dim(mse, num_pixels=16) == pytest.approx(expected, rel=1e-5)


def test_mae_in_nats_is_a_laplace_distribution_of_unit_scale() -> None:
    assert AbsoluteError.nats_per_dim(8.0, num_pixels=16) == 0.5 + np.log(2.0)


def test_beta_is_three_times_the_kl_weight_for_three_channels() -> None:
    assert BinaryCrossEntropy.beta_equivalent(5.0, num_channels=3) == 15.0
    assert BinaryCrossEntropy.beta_equivalent(5.0, num_channels=1) == 5.0
    assert SquaredError.beta_equivalent(0.02, num_channels=3) == pytest.approx(0.03)
    assert AbsoluteError.beta_equivalent(0.2, num_channels=3) == pytest.approx(0.6)


def test_a_kl_weight_of_a_third_gives_the_elbo_of_a_gaussian() -> None:
    assert GaussianNll.beta_equivalent(1 / 3, num_channels=3) == pytest.approx(1.0)


def test_floors_are_the_entropy_or_the_density_of_256_levels() -> None:
    assert BinaryCrossEntropy.floor_per_dim(0.5) == 0.5
    for loss in (SquaredError, GaussianNll, AbsoluteError):
        assert loss.floor_per_dim(0.5) == pytest.approx(-np.log(256.0))


@pytest.mark.slow
def test_the_learned_variance_approaches_the_variance_of_the_residuals() -> None:
    loss = GaussianNll()
    pixels = np.full((64, 16, 16, 3), 0.5, np.float32)
    pixels += np.random.default_rng(1).normal(0.0, 0.05, pixels.shape)
    logits = np.zeros_like(pixels)
    optimizer = FusedAdam(0.005)
    for _ in range(200):
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(pixels, logits))
        weights = loss.trainable_variables
        optimizer.apply(tape.gradient(mean, weights), weights)
    assert loss.sigma == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize("kind", ["bce", "mse", "mae"])
def test_a_loss_without_a_variance_has_no_weights(kind: str) -> None:
    loss = RECONSTRUCTION_LOSSES[kind]()
    assert loss.weights == []
    assert loss.sigma is None
