import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.evaluation import neighbors

RANDOM = np.random.default_rng(5)


def normal(num_points: int, dim: int = 4) -> np.ndarray:
    return RANDOM.standard_normal((num_points, dim))


def line(*places: float) -> np.ndarray:
    return np.array(places)[:, None]


def test_the_four_numbers_of_points_on_a_line() -> None:
    # with k = 1 the neighborhoods have radii 1, 1, 1 and 10
    real = line(0.0, 1.0, 2.0, 12.0)
    # and 0.25, 0.25, 10 and 10
    generated = line(0.25, 0.5, 20.0, 30.0)
    found = neighbors.precision_recall_density_coverage(real, generated, nearest_k=1)
    # 0.25 and 0.5 lie near both 0 and 1, 20 lies near 12
    assert found.precision == 3 / 4
    assert found.density == 5 / 4
    # 12 lies near 20
    assert found.recall == 1 / 4
    # 2 alone has nothing near it
    assert found.coverage == 3 / 4


def naive(real: np.ndarray, generated: np.ndarray, nearest_k: int) -> dict[str, float]:
    """Compute the four numbers as the papers define them, pair by pair, in plain float64."""
    real, generated = real.astype(np.float64), generated.astype(np.float64)

    def distance(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sqrt(np.square(a - b).sum()))

    def radii(points: np.ndarray) -> list[float]:
        others = [np.delete(points, i, axis=0) for i in range(len(points))]
        return [
            sorted(distance(point, other) for other in some)[nearest_k - 1]
            for point, some in zip(points, others, strict=True)
        ]

    pairs = np.array([[distance(r, g) for g in generated] for r in real])
    in_real = pairs < np.array(radii(real))[:, None]
    in_generated = pairs < np.array(radii(generated))
    return {
        "precision": np.mean([in_real[:, j].any() for j in range(len(generated))]),
        "recall": np.mean([in_generated[i].any() for i in range(len(real))]),
        "density": in_real.sum() / (nearest_k * len(generated)),
        "coverage": np.mean([in_real[i].any() for i in range(len(real))]),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("nearest_k", [1, 2, 5])
@pytest.mark.parametrize("sizes", [(7, 60), (60, 7), (40, 40)])
def test_the_four_numbers_are_those_of_the_papers(
    dtype: type, nearest_k: int, sizes: tuple[int, int]
) -> None:
    real: np.ndarray = normal(sizes[0]).astype(dtype)
    generated: np.ndarray = (0.8 * normal(sizes[1]) + 0.3).astype(dtype)
    found = neighbors.precision_recall_density_coverage(real, generated, nearest_k=nearest_k)
    assert vars(found) == pytest.approx(naive(real, generated, nearest_k), abs=1e-12)


@pytest.mark.parametrize("nearest_k", [1, 2, 3, 4])
def test_points_on_the_boundary_lie_outside(nearest_k: int) -> None:
    # a grid and its copy have exact means and distances, so every boundary has points on it
    real = np.stack(np.meshgrid(np.arange(8.0), np.arange(4.0)), axis=-1).reshape(-1, 2)
    generated = real[::2] + np.array([1.0, 0.0])
    found = neighbors.precision_recall_density_coverage(real, generated, nearest_k=nearest_k)
    assert vars(found) == pytest.approx(naive(real, generated, nearest_k), abs=1e-12)
    closed = (np.abs(real[:, None] - generated).sum(axis=2) <= 1.0).any(axis=1).mean()
    assert found.coverage < closed


def test_a_duplicate_point_is_its_own_nearest() -> None:
    real = line(*[0.0, 0.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0])
    generated = line(*[0.0, 1.0, 4.0, 7.0, 17.0, 40.0, 60.0, 200.0])
    for nearest_k in (1, 2):
        found = neighbors.precision_recall_density_coverage(real, generated, nearest_k=nearest_k)
        assert vars(found) == pytest.approx(naive(real, generated, nearest_k), abs=1e-12)


@pytest.mark.parametrize("num_rows", [1, 7, 40])
def test_blocks_of_any_size_give_the_same(num_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real, generated = normal(40), normal(33) + 0.2
    whole = neighbors.precision_recall_density_coverage(real, generated)
    monkeypatch.setattr(neighbors, "_ROWS_PER_BLOCK", num_rows)
    assert neighbors.precision_recall_density_coverage(real, generated) == whole


def test_equal_sets_cover_each_other() -> None:
    real = normal(60).astype(np.float32)
    found = neighbors.precision_recall_density_coverage(real, real)
    assert (found.precision, found.recall, found.coverage) == (1.0, 1.0, 1.0)
    # each lies in its own neighborhood; the k-th nearest, on its boundary, does not count
    assert found.density == pytest.approx(1.0, abs=0.02)


def test_sets_far_apart_share_nothing() -> None:
    found = neighbors.precision_recall_density_coverage(normal(20), normal(30) + 100.0)
    assert vars(found) == {"precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}


def test_images_that_are_all_the_same_give_high_precision_and_low_recall() -> None:
    found = neighbors.precision_recall_density_coverage(normal(200), 0.01 * normal(200))
    assert found.precision > 0.9
    assert found.recall < 0.1


def test_a_common_offset_changes_nothing() -> None:
    real, generated = normal(40), normal(40) + 0.5
    assert neighbors.precision_recall_density_coverage(
        real + 1e7, generated + 1e7
    ) == neighbors.precision_recall_density_coverage(real, generated)


@pytest.mark.parametrize("num_points", [(6, 7), (7, 6)])
def test_too_small_a_set_is_refused(num_points: tuple[int, int]) -> None:
    real, generated = (normal(num) for num in num_points)
    with pytest.raises(DataError, match=r"evaluate_vae: found 6 .* expected at least 7"):
        neighbors.precision_recall_density_coverage(real, generated)
    enough = neighbors.precision_recall_density_coverage(normal(7), normal(7))
    assert 0.0 <= enough.precision <= 1.0


def nearest_distances(points: np.ndarray, *blocks: np.ndarray) -> np.ndarray:
    nearest = neighbors.Nearest(points)
    for block in blocks:
        nearest.update(block)
    return nearest.distances


def test_nearest_distances_are_those_of_all_pairs() -> None:
    x, reference = normal(50), normal(30)
    pairs = np.linalg.norm(x[:, None] - reference[None], axis=2)
    assert nearest_distances(x, reference) == pytest.approx(pairs.min(axis=1))


def test_nearest_distances_do_not_depend_on_the_blocks() -> None:
    x, reference = normal(50).astype(np.float32), normal(30).astype(np.float32)
    blocks = np.split(reference, [1, 9, 20])
    assert nearest_distances(x, *blocks) == pytest.approx(nearest_distances(x, reference))


@pytest.mark.slow
def test_nearest_distances_to_copies_are_zero_wherever_they_lie() -> None:
    reference = normal(3000, 16) + 1e3
    assert np.all(nearest_distances(reference[::2], reference) == 0.0)
    assert np.all(nearest_distances(reference[::2], reference[:50], reference[50:]) == 0.0)


def test_nearest_distances_accept_float32() -> None:
    reference = np.array([[0.0, 0.0], [10.0, 0.0]], np.float32)
    x = np.array([[3.0, 4.0], [10.0, 0.5]], np.float32)
    assert nearest_distances(x, reference) == pytest.approx([5.0, 0.5])
