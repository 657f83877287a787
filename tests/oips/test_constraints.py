"""Ascent with pixels as dark and light as those of a digit."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
import pytest
from tests.oips.example_ascents import ASCENT, ascend, ascent_inputs

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.oips import cnn_layers, constraints
from latentmaps.oips.networks import Networks


@pytest.mark.slow
def test_pixels_stay_in_range(second_layer: Networks) -> None:
    pixel_range = (-0.4, 2.9)
    started = ascent_inputs(8)
    keep_in_range = constraints.for_pixel_range(pixel_range)
    inside = constraints.project_images(started.starts, keep_in_range)
    found = ascend(
        second_layer.objective,
        started._replace(starts=inside),
        ASCENT,
        constraint=keep_in_range,
    )
    loud = found.activations > 0
    assert found.images.min() >= np.float32(-0.4)
    assert found.images.max() <= np.float32(2.9)
    assert (found.activations[loud] > 1.1 * found.curves[loud, 0]).all()
    np.testing.assert_allclose(found.images.std(axis=(1, 2, 3)), 1, atol=0.02)
    np.testing.assert_allclose(found.images.mean(axis=(1, 2, 3)), 0, atol=1e-3)


def test_noise_covers_half_of_the_pixel_range_of_a_network() -> None:
    noise = ascent_inputs(2).starts
    bytes_ = constraints.project_noise(noise, constraints.clipped((0.0, 255.0)))
    np.testing.assert_allclose(bytes_.mean(), 127.5, rtol=0.02)
    np.testing.assert_allclose(bytes_.std(), 64, rtol=0.1)
    assert bytes_.min() >= 0
    assert bytes_.max() <= 255
    np.testing.assert_array_equal(
        constraints.project_noise(noise, constraints.standardized),
        constraints.project_images(noise, constraints.standardized),
    )


@pytest.mark.slow
def test_an_image_in_range_keeps_mean_and_contrast_of_a_digit_even_if_half_is_black(
    filter_model: Callable[..., keras.Model],
) -> None:
    """A map that responds to light anywhere pushes pixels against both ends of the range."""
    model = filter_model(
        np.full((9, 9, 1), 1 / 81, np.float32), np.array([-0.3], np.float32), activation="relu"
    )
    started = ascent_inputs(6, num_maps=1)
    pixel_range = (-0.41, 3.0)
    keep_in_range = constraints.for_pixel_range(pixel_range)
    inside = constraints.project_images(started.starts, keep_in_range)
    found = ascend(
        cnn_layers.up_to(model, "Conv2D_1").objective,
        started._replace(starts=inside),
        dataclasses.replace(ASCENT, num_steps=80),
        constraint=keep_in_range,
    )
    loud = found.activations > 0
    assert loud.sum() >= 3
    images = found.images[loud]
    assert ((images < -0.4) | (images > 2.9)).mean() > 0.7
    np.testing.assert_allclose(images.std(axis=(1, 2, 3)), 1, atol=0.02)
    np.testing.assert_allclose(images.mean(axis=(1, 2, 3)), 0, atol=2e-3)


def test_each_constraint_preserves_what_it_does_not_restrict() -> None:
    images = np.random.default_rng(0).normal(0.4, 3, (5, 6, 4, 3)).astype(np.float32)
    images[0] = 0
    ways = (constraints.standardized, constraints.unit_rms, constraints.clipped((0.0, 1.0)))
    free, scaled, pixels = (constraints.project_images(images, way) for way in ways)
    np.testing.assert_allclose(free.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(free[1:].std(axis=(1, 2, 3)), 1, rtol=1e-4)
    np.testing.assert_allclose(np.sqrt((scaled[1:] ** 2).mean(axis=(1, 2, 3))), 1, rtol=1e-5)
    ratios = scaled[1:] / images[1:]  # lightness is preserved
    np.testing.assert_allclose(ratios, ratios[:, :1, :1, :1] * np.ones_like(ratios), rtol=1e-4)
    np.testing.assert_array_equal(pixels, np.clip(images, 0, 1))
    assert not free[0].any()  # a flat image has no standard deviation, but must not become NaN
    assert not scaled[0].any()


def test_digits_without_contrast_are_rejected(strokes: Digits) -> None:
    flat = dataclasses.replace(strokes, train_images=np.full_like(strokes.train_images, 7))
    with pytest.raises(
        DataError, match="found a single gray level in at least half of them, expected strokes"
    ):
        cnn_layers.digit_range(flat)


def test_along_the_tangent_mean_and_standard_deviation_are_preserved() -> None:
    generator = np.random.default_rng(0)
    images = generator.normal(size=(3, 28, 28, 1)).astype(np.float32)
    images -= images.mean(axis=(1, 2, 3), keepdims=True)
    along = generator.normal(size=images.shape).astype(np.float32)
    along -= along.mean(axis=(1, 2, 3), keepdims=True)
    common = (along * images).sum(axis=(1, 2, 3)) / (images**2).sum(axis=(1, 2, 3))
    along -= common[:, None, None, None] * images
    factors = np.array([2, -3, 0], np.float32)[:, None, None, None]
    found = constraints.standardized.tangent(along + factors * images + 5, images)
    np.testing.assert_allclose(found, along, atol=1e-5)
    np.testing.assert_array_equal(constraints.standardized.tangent(0 * images, images), 0 * images)


def test_clipped_pixels_take_no_step_out_of_their_range() -> None:
    images = np.array([0, 0.5, 1, 0, 1], np.float32).reshape(1, 1, 5, 1)
    gradients = np.array([-1, -1, 1, 1, -1], np.float32).reshape(1, 1, 5, 1)
    found = np.asarray(constraints.clipped((0.0, 1.0)).tangent(gradients, images))
    assert found.ravel().tolist() == [0, -1, 0, 1, -1]


def test_a_patch_keeps_its_root_mean_square_along_its_tangent() -> None:
    generator = np.random.default_rng(0)
    patches, gradients = generator.normal(size=(2, 3, 5, 5, 1)).astype(np.float32)
    tangents = np.asarray(constraints.unit_rms.tangent(gradients, patches))
    np.testing.assert_allclose((tangents * patches).sum(axis=(1, 2, 3)), 0, atol=1e-5)
    moved = np.asarray(constraints.unit_rms(patches + 3))
    np.testing.assert_allclose((moved**2).mean(axis=(1, 2, 3)), 1, rtol=1e-5)
