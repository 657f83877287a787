import numpy as np
import pytest

from latentmaps.oips import start_images

SCALES = (3, 7, 14, 28)


def test_start_images_are_standardised() -> None:
    images = start_images.draw(1, num_maps=3, num_starts=2, length_scales=SCALES)
    assert images.shape == (3, 2, 28, 28)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images.mean(axis=(2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(images.std(axis=(2, 3)), 1, rtol=1e-5)


def test_an_image_depends_on_seed_map_and_start_alone() -> None:
    few = start_images.draw(1, num_maps=2, num_starts=2, length_scales=SCALES)
    many = start_images.draw(1, num_maps=5, num_starts=3, length_scales=SCALES)
    other = start_images.draw(2, num_maps=2, num_starts=2, length_scales=SCALES)
    np.testing.assert_array_equal(few, many[:2, :2])
    assert len(np.unique(many.reshape(15, -1), axis=0)) == 15
    assert (few != other).any()


@pytest.mark.parametrize("num_points", [3, 7, 14, 28])
def test_enlarging_keeps_a_constant(num_points: int) -> None:
    enlarger = start_images._enlarger(num_points)
    assert enlarger.shape == (28, num_points)
    np.testing.assert_allclose(enlarger.sum(axis=1), 1, atol=1e-6)


def test_a_grid_of_28_points_is_not_enlarged() -> None:
    np.testing.assert_array_equal(start_images._enlarger(28), np.eye(28))


def test_coarse_noise_is_smooth() -> None:
    def roughness(scale: int) -> float:
        images = start_images.draw(1, num_maps=4, num_starts=1, length_scales=(scale,))
        return float(np.abs(np.diff(images)).mean())

    assert roughness(3) < roughness(7) < roughness(14) < roughness(28)


def test_a_grid_of_one_point_has_no_spread_and_gives_no_nan() -> None:
    images = start_images.draw(1, num_maps=1, num_starts=1, length_scales=(1,))
    np.testing.assert_allclose(images, 0, atol=1e-5)
