from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from latentmaps.oips import start_images
from latentmaps.oips.start_images import Recipe

SCALES = (3, 7, 14, 28)
DIGITS = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)


def recipe(*kinds: str, scales: Sequence[int] = SCALES) -> Recipe:
    return Recipe(kinds or ["scales"], scales, [0.5] * len(scales), DIGITS)


def draw(
    *kinds: str, seed: int = 1, num_maps: int = 3, num_starts: int = 2
) -> npt.NDArray[np.float32]:
    return start_images.draw(
        recipe(*kinds), seed, map_indices=range(num_maps), num_starts=num_starts
    )


@pytest.mark.parametrize("kind", ["scales", "coarse", "fourier", "noise", "digits"])
def test_start_images_of_every_kind_are_standardised(kind: str) -> None:
    images = draw(kind)
    assert images.shape == (3, 2, 28, 28)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images.mean(axis=(2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(images.std(axis=(2, 3)), 1, rtol=1e-5)


def test_an_image_depends_on_seed_map_and_start_alone() -> None:
    few, many = draw(num_maps=2), draw(num_maps=5, num_starts=3)
    alone = start_images.draw(recipe(), 1, map_indices=[4], num_starts=1)
    np.testing.assert_array_equal(few, many[:2, :2])
    np.testing.assert_array_equal(alone[0, 0], many[4, 0])
    assert len(np.unique(many.reshape(15, -1), axis=0)) == 15
    assert (few != draw(num_maps=2, seed=2)).any()


def test_a_candidate_depends_on_seed_and_number_alone() -> None:
    few, many = (start_images.draw_candidates(recipe(), 1, number) for number in (2, 6))
    np.testing.assert_array_equal(few, many[:2])
    assert len(np.unique(many.reshape(6, -1), axis=0)) == 6
    other = start_images.draw_candidates(recipe(), 2, 2)
    assert (few != other).any()


def test_kinds_take_turns() -> None:
    mixed = draw("noise", "coarse", num_starts=3)
    np.testing.assert_array_equal(mixed[:, ::2], draw("noise", num_starts=3)[:, ::2])
    np.testing.assert_array_equal(mixed[:, 1], draw("coarse", num_starts=3)[:, 1])


def test_a_weight_of_a_length_scale_decides_how_much_of_it_is_seen() -> None:
    def roughness(fine_weight: float) -> float:
        made = Recipe(["scales"], (3, 28), (1.0, fine_weight), DIGITS)
        images = start_images.draw(made, 1, map_indices=range(4), num_starts=1)
        return float(np.abs(np.diff(images)).mean())

    assert roughness(0.01) < roughness(0.3) < roughness(3)


def test_the_kind_digits_shows_digits() -> None:
    flat = DIGITS.reshape(5, -1).astype(float)
    standardised = (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)
    for image in draw("digits").reshape(6, -1):
        assert np.isclose(standardised, image, atol=1e-5).all(axis=1).any()


def test_the_power_of_fourier_noise_falls_with_the_square_of_the_frequency() -> None:
    images = draw("fourier", num_maps=64, num_starts=1)[:, 0]
    power = (np.abs(np.fft.rfft2(images)) ** 2).mean(axis=0)
    rows, columns = np.fft.fftfreq(28), np.fft.rfftfreq(28)
    frequencies = np.hypot(rows[:, None], columns).ravel()[1:]
    slope = np.polyfit(np.log(frequencies), np.log(power.ravel()[1:]), 1)[0]
    assert slope == pytest.approx(-2, abs=0.2)


@pytest.mark.parametrize("num_points", [3, 7, 14, 28])
def test_enlarging_keeps_a_constant(num_points: int) -> None:
    enlarger = start_images.enlarging_matrix(num_points)
    assert enlarger.shape == (28, num_points)
    np.testing.assert_allclose(enlarger.sum(axis=1), 1, atol=1e-6)


def test_a_grid_of_28_points_is_not_enlarged() -> None:
    np.testing.assert_array_equal(start_images.enlarging_matrix(28), np.eye(28))


def test_a_grid_of_one_point_has_no_spread_and_gives_no_nan() -> None:
    images = start_images.draw(recipe(scales=(1,)), 1, map_indices=[0], num_starts=1)
    np.testing.assert_allclose(images, 0, atol=1e-5)
