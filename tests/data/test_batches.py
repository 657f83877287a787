import numpy as np
import pytest

from latentmaps.data import batches
from latentmaps.errors import TrainingError

IMAGES = np.arange(20, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
ROWS = np.arange(3, 14)  # 11 rows


def order(epochs: int = 2, seed: int = 1, batch_size: int = 4) -> np.ndarray:
    dataset = batches.training_batches(
        IMAGES, ROWS, batch_size=batch_size, epochs=epochs, seed=seed
    )
    return np.stack([batch.numpy()[:, 0, 0, 0] for batch in dataset])  # (batches, batch_size)


def test_batches_hold_the_images_of_the_rows() -> None:
    batch = next(
        iter(batches.training_batches(IMAGES, ROWS, batch_size=4, epochs=1, seed=1))
    ).numpy()
    assert batch.dtype == np.uint8
    assert batch.shape == (4, 2, 2, 3)
    np.testing.assert_array_equal(batch, IMAGES[batch[:, 0, 0, 0]])


def test_no_row_comes_twice_in_an_epoch() -> None:
    first, second = order().reshape(2, 8)
    for epoch in (first, second):
        assert len(set(epoch)) == 8
        assert set(epoch) <= set(ROWS)
    assert list(first) != list(second)


def test_every_row_comes_when_batches_fill_up() -> None:
    np.testing.assert_array_equal(np.sort(order(epochs=1, batch_size=11).ravel()), ROWS)


def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    np.testing.assert_array_equal(order(), order())
    np.testing.assert_array_equal(order(epochs=3)[:4], order(epochs=2))
    assert np.any(order(seed=2) != order(seed=1))


def test_ordered_batches_hold_every_row_once() -> None:
    parts = [b.numpy()[:, 0, 0, 0] for b in batches.ordered_batches(IMAGES, ROWS, batch_size=4)]
    assert [len(part) for part in parts] == [4, 4, 3]
    np.testing.assert_array_equal(np.concatenate(parts), ROWS)


def test_a_batch_larger_than_the_part_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"batch_size: found 12, expected at most the 11 faces"):
        order(batch_size=12)
