import numpy as np
import pytest

from latentmaps.vae.latent import subset

ROWS = np.arange(1000, 4000, 3)


@pytest.mark.parametrize("at_most", [None, 1000, 5000])
def test_all_rows_stay_when_there_are_no_more(at_most: int | None) -> None:
    np.testing.assert_array_equal(subset.sample(ROWS, at_most, seed=1), ROWS)


def test_a_subset_has_its_size_and_is_ascending() -> None:
    some = subset.sample(ROWS, 100, seed=1)
    assert len(some) == 100
    assert np.all(np.diff(some) > 0)
    assert np.isin(some, ROWS).all()


def test_a_smaller_subset_is_contained_in_a_larger_one() -> None:
    small, large = (subset.sample(ROWS, size, seed=1) for size in (100, 400))
    assert np.isin(small, large).all()


def test_the_seed_decides() -> None:
    first, same, other = (subset.sample(ROWS, 100, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_every_stretch_of_the_rows_has_its_share() -> None:
    # a folder with three subfolders, one after the other
    num_of_each = np.bincount(subset.sample(np.arange(3000), 600, seed=1) // 1000)
    np.testing.assert_allclose(num_of_each, 200, atol=40)
