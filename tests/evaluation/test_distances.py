import numpy as np
import pytest

from latentmaps.evaluation import distances

RANDOM = np.random.default_rng(8)


def normal(num_points: int, dim: int = 6) -> np.ndarray:
    return RANDOM.standard_normal((num_points, dim))


def test_points_of_the_prior_are_no_distance_away() -> None:
    estimates = [distances.mmd_to_prior(normal(400), normal(400)) for _ in range(20)]
    assert abs(np.mean(estimates)) < 3e-3
    assert min(estimates) < 0.0 < max(estimates)  # unbiased: it falls on both sides of 0


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


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = normal(50), normal(40)
    whole = distances.mmd_to_prior(x, y)
    monkeypatch.setattr(distances, "_ROWS_A_BLOCK", 7)
    assert distances.mmd_to_prior(x, y) == pytest.approx(whole)
