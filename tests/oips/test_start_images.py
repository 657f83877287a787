import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.oips.example_results import DIGITS, PARAMS, image_spec

from latentmaps.errors import DataError
from latentmaps.oips import start_images
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.params.draw_oips import DrawOips

MAPS = np.arange(1)
SCALES = dataclasses.replace(PARAMS, length_scales=(3, 7, 14, 28), length_weights=(0.5,) * 4)


def of_kinds(*kinds: Any, num_starts: int = 2, **others: Any) -> DrawOips:
    return dataclasses.replace(
        SCALES, start_kinds=kinds or ("scales",), num_starts=num_starts, **others
    )


def sample(
    *kinds: Any, seed: int = 1, num_maps: int = 3, num_starts: int = 2
) -> npt.NDArray[np.float32]:
    params = of_kinds(*kinds, num_starts=num_starts)
    return start_images.sample(image_spec(params), map_indices=np.arange(num_maps), seed=seed)


@pytest.mark.parametrize("kind", start_images.START_KINDS)
def test_start_images_of_every_kind_are_standardized(kind: str) -> None:
    images = sample(kind)
    assert images.shape == (3, 2, 28, 28, 1)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images.mean(axis=(2, 3, 4)), 0, atol=1e-6)
    np.testing.assert_allclose(images.std(axis=(2, 3, 4)), 1, rtol=1e-5)


def test_an_image_depends_only_on_seed_map_and_start() -> None:
    few, many = sample(num_maps=2), sample(num_maps=5, num_starts=3)
    alone = start_images.sample(
        image_spec(of_kinds(num_starts=1)), map_indices=np.array([4]), seed=1
    )
    np.testing.assert_array_equal(few, many[:2, :2])
    np.testing.assert_array_equal(alone[0, 0], many[4, 0])
    assert len(np.unique(many.reshape(15, -1), axis=0)) == 15
    assert (few != sample(num_maps=2, seed=2)).any()


def test_a_candidate_depends_only_on_seed_and_number() -> None:
    def candidates(number: int, *, seed: int = 1) -> npt.NDArray[np.float32]:
        params = dataclasses.replace(SCALES, num_candidates=number)
        return start_images.sample_candidates(image_spec(params), seed=seed)

    few, many = candidates(16), candidates(20)
    np.testing.assert_array_equal(few, many[:16])
    assert len(np.unique(many.reshape(20, -1), axis=0)) == 20
    other = candidates(16, seed=2)
    assert (few != other).any()


def test_kinds_alternate() -> None:
    mixed = sample("noise", "coarse", num_starts=3)
    np.testing.assert_array_equal(mixed[:, ::2], sample("noise", num_starts=3)[:, ::2])
    np.testing.assert_array_equal(mixed[:, 1], sample("coarse", num_starts=3)[:, 1])


def test_the_weight_of_a_length_scale_determines_its_share() -> None:
    def roughness(fine_weight: float) -> float:
        params = of_kinds(length_scales=(3, 28), length_weights=(1.0, fine_weight))
        images = start_images.sample(image_spec(params), map_indices=np.arange(4), seed=1)
        return float(np.abs(np.diff(images[..., 0])).mean())

    assert roughness(0.01) < roughness(0.3) < roughness(3)


def test_the_kind_digits_shows_digits() -> None:
    flat = DIGITS.train_images.reshape(5, -1).astype(float)
    standardized = (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)
    for image in sample("digits").reshape(6, -1):
        assert np.isclose(standardized, image, atol=1e-5).all(axis=1).any()


def test_the_power_of_fourier_noise_falls_with_the_square_of_the_frequency() -> None:
    images = sample("fourier", num_maps=64, num_starts=1)[:, 0, ..., 0]
    power = (np.abs(np.fft.rfft2(images)) ** 2).mean(axis=0)
    rows, columns = np.fft.fftfreq(28), np.fft.rfftfreq(28)
    frequencies = np.hypot(rows[:, None], columns).ravel()[1:]
    slope = np.polyfit(np.log(frequencies), np.log(power.ravel()[1:]), 1)[0]
    assert slope == pytest.approx(-2, abs=0.2)


@pytest.mark.parametrize(
    ("grid", "shape"), [((1, 7), (28, 28, 1)), ((1, 28), (28, 28, 1)), ((1, 12), (20, 30, 3))]
)
def test_a_grid_of_one_row_varies_only_along_rows(
    grid: tuple[int, int], shape: tuple[int, int, int]
) -> None:
    params = of_kinds("scales", "coarse", length_scales=(grid,), length_weights=(0.5,))
    made_of = StartImageSpec(shape, params, None)
    images = start_images.sample(made_of, map_indices=np.arange(3), seed=1)
    assert images.shape == (3, 2, *shape)
    np.testing.assert_allclose(np.diff(images, axis=2), 0, atol=1e-5)
    assert (np.ptp(images, axis=3) > 1).all()
    channels = images[:, :, 0].reshape(6, shape[1], -1)
    assert all((channels[..., 0] != channels[..., c]).any() for c in range(1, shape[2]))


def test_the_kind_coarse_uses_the_grid_with_the_fewest_points() -> None:
    scales = (3, (1, 7), (7, 28))
    params = of_kinds("coarse", length_scales=scales, length_weights=(1.0,) * 3)
    images = start_images.sample(image_spec(params), map_indices=np.arange(2), seed=1)
    np.testing.assert_allclose(np.diff(images, axis=2), 0, atol=1e-5)


@pytest.mark.parametrize(
    ("scale", "shape"),
    [(29, (28, 28, 1)), ((3, 31), (40, 30, 3)), ((41, 3), (40, 30, 3))],
)
def test_a_grid_of_more_points_than_pixels_is_rejected(
    scale: Any, shape: tuple[int, int, int]
) -> None:
    params = of_kinds(length_scales=(3, scale), length_weights=(0.5, 0.5))
    rows, columns = scale if isinstance(scale, tuple) else (scale, scale)
    message = (
        rf"length scales: found a grid of {rows}x{columns} points, expected at most "
        rf"{shape[0]}x{shape[1]}, the number of pixels of an image; remove this length scale"
    )
    with pytest.raises(DataError, match=message):
        start_images.sample(StartImageSpec(shape, params, None), map_indices=MAPS, seed=1)
    with pytest.raises(DataError, match=message):
        start_images.sample_candidates(StartImageSpec(shape, params, None), seed=1)


def test_start_digits_are_rejected_for_a_model_that_does_not_read_digits() -> None:
    made_of = StartImageSpec((28, 28, 1), of_kinds("digits"), None)
    with pytest.raises(DataError, match="use scales, coarse, fourier, noise"):
        start_images.sample(made_of, map_indices=MAPS, seed=1)


@pytest.mark.parametrize("kind", ["scales", "coarse", "fourier", "noise"])
def test_start_images_of_any_size_are_standardized(kind: Any) -> None:
    made_of = StartImageSpec((31, 36, 3), of_kinds(kind), None)
    images = start_images.sample(made_of, map_indices=np.arange(2), seed=1)
    assert images.shape == (2, 2, 31, 36, 3)
    np.testing.assert_allclose(images.mean(axis=(2, 3, 4)), 0, atol=1e-6)
    np.testing.assert_allclose(images.std(axis=(2, 3, 4)), 1, rtol=1e-5)
    assert len(np.unique(images[0, 0].reshape(-1, 3).T, axis=0)) == 3


def test_a_grid_of_one_point_gives_a_flat_image_and_no_nan() -> None:
    params = of_kinds(length_scales=(1,), length_weights=(0.5,))
    images = start_images.sample(image_spec(params), map_indices=np.array([0]), seed=1)
    np.testing.assert_allclose(images, 0, atol=1e-5)
