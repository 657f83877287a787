from collections.abc import Callable

import numpy as np
import pytest

from latentmaps.vae.evaluation import distances

RANDOM = np.random.default_rng(8)


def normal(num_points: int, dim: int = 6) -> np.ndarray:
    return RANDOM.standard_normal((num_points, dim))


@pytest.mark.slow
def test_points_of_the_prior_are_no_distance_away() -> None:
    estimates = [distances.mmd_to_prior(normal(400), normal(400)) for _ in range(20)]
    assert abs(np.mean(estimates)) < 3e-3
    assert min(estimates) < 0.0 < max(estimates)  # unbiased, so on both sides of 0


def test_the_distance_grows_with_a_shift_and_with_a_spread() -> None:
    prior = normal(500)
    shifted = [distances.mmd_to_prior(normal(500) + shift, prior) for shift in (0.3, 1.0, 3.0)]
    assert 0.0 < shifted[0] < shifted[1] < shifted[2]
    assert distances.mmd_to_prior(0.5 * normal(500), prior) > 0.05


def test_it_is_the_sum_of_the_definition() -> None:
    x, y = normal(5, 2), normal(4, 2) + 1.0

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        squared = float(np.square(a - b).sum())
        return sum(4.0 * w / (4.0 * w + squared) for w in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0))

    within_x = np.mean([kernel(x[i], x[j]) for i in range(5) for j in range(5) if i != j])
    within_y = np.mean([kernel(y[i], y[j]) for i in range(4) for j in range(4) if i != j])
    between = np.mean([kernel(a, b) for a in x for b in y])
    expected = within_x + within_y - 2.0 * between
    assert distances.mmd_to_prior(x, y) == pytest.approx(expected)


def spread(*, standard_deviations: list[float], mean: float = 0.0) -> np.ndarray:
    """Return points with exactly these spreads, independent dimensions and this mean."""
    dim = len(standard_deviations)
    points = np.concatenate([np.eye(dim), -np.eye(dim)])
    return mean + points * np.array(standard_deviations) * np.sqrt((2 * dim - 1) / 2)


def test_frechet_distance_of_known_gaussians_is_the_closed_form() -> None:
    x = spread(standard_deviations=[1.0, 2.0, 3.0])
    y = spread(standard_deviations=[2.0, 2.0, 0.5], mean=1.5)
    assert np.cov(x, rowvar=False) == pytest.approx(np.diag([1.0, 4.0, 9.0]))
    expected = 3 * 1.5**2 + 1.0**2 + 0.0 + 2.5**2
    assert distances.frechet_distance(x, y) == pytest.approx(expected)
    assert distances.frechet_distance(y, x) == pytest.approx(expected)


def test_frechet_distance_of_covariances_that_do_not_commute() -> None:
    x, y = normal(40, 2) * [1.0, 3.0], normal(60, 2) @ np.array([[1.0, 0.7], [0.0, 0.4]])
    product = np.cov(x, rowvar=False) @ np.cov(y, rowvar=False)
    # for 2 x 2: (tr sqrt(P))^2 = tr P + 2 sqrt(det P)
    trace_of_root = np.sqrt(np.trace(product) + 2.0 * np.sqrt(np.linalg.det(product)))
    expected = (
        np.square(x.mean(0) - y.mean(0)).sum()
        + np.trace(np.cov(x, rowvar=False) + np.cov(y, rowvar=False))
        - 2.0 * trace_of_root
    )
    assert distances.frechet_distance(x, y) == pytest.approx(expected)


@pytest.mark.parametrize("num_points", [5, 50])  # fewer than dimensions, and more
def test_frechet_distance_of_a_set_and_its_copy(num_points: int) -> None:
    x = 100.0 * normal(num_points, 20)
    assert 0.0 <= distances.frechet_distance(x, x) < 1e-9 * np.square(x).mean()
    shift = np.linspace(0.0, 1.0, 20)
    shifted = distances.frechet_distance(x + shift, x)
    assert shifted == pytest.approx(np.square(shift).sum(), rel=1e-6)


def test_frechet_distance_accepts_a_direction_without_variance() -> None:
    x = normal(100, 3) * [1.0, 1.0, 0.0]
    assert distances.frechet_distance(x, x + np.array([0.0, 0.0, 2.0])) == pytest.approx(4.0)
    assert distances.frechet_distance(np.ones((4, 3)), np.zeros((4, 3))) == pytest.approx(3.0)


def test_frechet_distance_accepts_float32_and_one_dimension() -> None:
    x = spread(standard_deviations=[3.0]).astype(np.float32)
    y = spread(standard_deviations=[1.0]).astype(np.float32)
    assert distances.frechet_distance(x, y) == pytest.approx(4.0, rel=1e-6)


def value(x: np.ndarray, y: np.ndarray) -> float:
    return distances.kernel_distance(x, y).value


def cubic(a: np.ndarray, b: np.ndarray) -> float:
    return float((a @ b / len(a) + 1.0) ** 3)


def test_kernel_distance_is_the_sum_of_the_definition() -> None:
    x, y = normal(5, 3), normal(4, 3) + 1.0
    within_x = np.mean([cubic(x[i], x[j]) for i in range(5) for j in range(5) if i != j])
    within_y = np.mean([cubic(y[i], y[j]) for i in range(4) for j in range(4) if i != j])
    between = np.mean([cubic(a, b) for a in x for b in y])
    expected = within_x + within_y - 2.0 * between
    assert value(x, y) == pytest.approx(expected)
    assert value(x.astype(np.float32), y) == pytest.approx(expected, rel=1e-5)


def test_kernel_distance_of_one_distribution_falls_on_both_sides_of_zero() -> None:
    estimates = [value(normal(200), normal(200)) for _ in range(20)]
    assert min(estimates) < 0.0 < max(estimates)
    assert abs(np.mean(estimates)) < 0.05 < value(normal(200) + 1.0, normal(9))


@pytest.mark.parametrize("distance", [distances.mmd_to_prior, value])
def test_blocks_of_any_size_give_the_same(
    distance: Callable[[np.ndarray, np.ndarray], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = normal(50), normal(40)
    whole = distance(x, y)
    monkeypatch.setattr(distances, "_ROWS_PER_BLOCK", 7)
    assert distance(x, y) == pytest.approx(whole)


@pytest.mark.slow
def test_kernel_distance_of_known_gaussians_is_that_of_their_moments() -> None:
    # in one dimension, (xy + 1)^3 = 1 + 3 xy + 3 (xy)^2 + (xy)^3 compares the first three moments
    shift = 0.5
    squares = [shift, (1.0 + shift**2) - 1.0, shift**3 + 3.0 * shift]
    expected = np.dot([3.0, 3.0, 1.0], np.square(squares))
    found = value(normal(8000, 1) + shift, normal(8000, 1))
    assert found == pytest.approx(expected, rel=0.1)


def test_unbiased_distances_of_a_set_and_its_copy_are_below_zero() -> None:
    x = np.array([[-1.0], [0.0], [1.0]])
    # k(1, 1) = 8, k(1, -1) = 0, all others 1: within (0 + 1 + 1) / 3, between (8 + 1 + 8 + 4) / 9
    assert value(x, x) == pytest.approx(2.0 * (2 / 3) - 2.0 * (21 / 9))
    x = x[::2]
    apart = sum(2.0 * w / (2.0 * w + 4.0) for w in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0))
    assert distances.mmd_to_prior(x, x) == pytest.approx(2.0 * apart - (7.0 + apart))


@pytest.mark.slow
def test_the_error_of_the_kernel_distance_is_the_spread_over_samples() -> None:
    reference = normal(300)
    samples = [normal(200) * [1.6, 1, 1, 1, 1, 0.4] for _ in range(60)]
    spread_of_samples = np.std([value(x, reference) for x in samples])
    errors = [distances.kernel_distance(x, reference).error for x in samples[:10]]
    assert np.mean(errors) == pytest.approx(spread_of_samples, rel=0.3)


def test_the_error_comes_from_leaving_out_one_point_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, y = normal(7), normal(5) + 0.5
    left_out = np.array([value(np.delete(x, i, axis=0), y) for i in range(7)])
    expected = np.sqrt(6 / 7 * np.square(left_out - left_out.mean()).sum())
    assert distances.kernel_distance(x, y).error == pytest.approx(expected)
    monkeypatch.setattr(distances, "_ROWS_PER_BLOCK", 3)
    assert distances.kernel_distance(x, y).error == pytest.approx(expected)
