import numpy as np
import pytest

from latentmaps.vae.latent import latent_geometry

RANDOM = np.random.default_rng(5)
SHARES = np.linspace(0.0, 1.0, 5)


def test_the_axes_are_those_along_which_the_points_were_made() -> None:
    rotation, _ = np.linalg.qr(RANDOM.normal(size=(3, 3)))
    points = RANDOM.normal(size=(50_000, 3)) * [3.0, 2.0, 1.0] @ rotation.T + 7.0
    axes, shares = latent_geometry.principal_axes(points)
    np.testing.assert_allclose(np.abs((axes * rotation).sum(axis=0)), 1.0, atol=1e-3)
    np.testing.assert_allclose(shares, np.array([9.0, 4.0, 1.0]) / 14.0, atol=0.01)
    assert (np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0) > 0).all()


def test_points_that_do_not_vary_hold_no_variance() -> None:
    _, shares = latent_geometry.principal_axes(np.ones((4, 3)))
    np.testing.assert_array_equal(shares, 0.0)


def test_a_spherical_walk_keeps_its_distance_from_the_origin() -> None:
    start, end = RANDOM.normal(size=(2, 6, 256))
    start, end = (z / np.linalg.norm(z, axis=1, keepdims=True) * 16.0 for z in (start, end))
    walk = latent_geometry.interpolate_spherically(start, end, SHARES)
    assert walk.shape == (6, 5, 256)
    np.testing.assert_allclose(np.linalg.norm(walk, axis=-1), 16.0)
    np.testing.assert_allclose(walk[:, 0], start)
    np.testing.assert_allclose(walk[:, -1], end)
    straight = np.linalg.norm((start + end) / 2.0, axis=-1)
    assert (straight < 13.0).all()


def test_a_quarter_of_a_right_angle_is_a_quarter_of_the_way() -> None:
    [walk] = latent_geometry.interpolate_spherically(
        np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), SHARES
    )
    angles = np.degrees(np.arctan2(walk[:, 1], walk[:, 0]))
    np.testing.assert_allclose(angles, [0.0, 22.5, 45.0, 67.5, 90.0], atol=1e-9)


@pytest.mark.parametrize("end", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0]])
def test_without_a_unique_arc_the_path_is_straight(end: list[float]) -> None:
    start = np.array([1.0, 2.0])
    walk = latent_geometry.interpolate_spherically(start, np.array(end), SHARES)
    np.testing.assert_allclose(walk, start + SHARES[:, None] * (np.array(end) - start))


def test_the_direction_of_an_attribute_is_the_difference_of_the_means() -> None:
    z = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 5.0]])
    direction = latent_geometry.attribute_direction(z, np.array([True, True, False]))
    np.testing.assert_array_equal(direction, [2.0, -5.0])
