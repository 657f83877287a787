from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from latentmaps.errors import TrainingError
from latentmaps.vae.training import batches

IMAGES = np.arange(20, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
ROWS = np.arange(3, 14)  # 11 rows


def part(**changes: Any) -> batches.FacePart:
    simple: dict[str, Any] = {"images": IMAGES, "rows": ROWS, "latent_dim": 5, "seed": 1}
    return batches.FacePart(**simple | changes)


def steps_of(
    epochs: int = 2, batch_size: int = 4, first_epoch: int = 0, **changes: Any
) -> list[tuple[np.ndarray, ...]]:
    """Return inputs, noise and targets of each batch as the training step sees them."""
    dataset = batches.training_batches(
        part(**changes), batch_size=batch_size, epochs=epochs, first_epoch=first_epoch
    )
    steps = map(batches.as_pixels, dataset)
    return [(i["pixels"].numpy(), i["epsilon"].numpy(), t.numpy()) for i, t in steps]


def order(*args: Any, **kwargs: Any) -> np.ndarray:
    """Return the rows of each batch, (num_batches, batch_size)."""
    return np.stack([row_numbers(target) for _, _, target in steps_of(*args, **kwargs)])


def row_numbers(pixels: np.ndarray) -> np.ndarray:
    return np.rint(255.0 * pixels[:, 0, 0, 0]).astype(int)


@pytest.mark.slow
def test_batches_hold_the_images_of_the_rows_as_pixels() -> None:
    inputs, epsilon, target = steps_of()[0]
    assert inputs.dtype == epsilon.dtype == target.dtype == np.float32
    assert inputs.shape == target.shape == (4, 2, 2, 3)
    assert epsilon.shape == (4, 5)
    np.testing.assert_array_equal(inputs, target)
    np.testing.assert_allclose(target, IMAGES[row_numbers(target)] / 255.0, rtol=1e-6)


@pytest.mark.slow
def test_images_are_sent_to_the_device_as_bytes() -> None:
    (inputs, target) = next(iter(batches.training_batches(part(), batch_size=4, epochs=1)))
    assert inputs["pixels"].dtype == target.dtype == np.uint8
    corrupted = part(corruption="noise", corruption_level=0.3)
    (inputs, target) = next(iter(batches.training_batches(corrupted, batch_size=4, epochs=1)))
    assert (inputs["pixels"].dtype, target.dtype) == (np.float32, np.uint8)


@pytest.mark.slow
def test_bytes_become_the_same_pixels_in_a_step_as_outside() -> None:
    levels = np.arange(256, dtype=np.uint8)
    expected = levels.astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(tf.function(batches.as_pixels)(levels), expected)
    compiled = tf.function(batches.as_pixels, jit_compile=True)
    np.testing.assert_allclose(compiled(levels), expected, rtol=2e-7)


@pytest.mark.slow
def test_streams_of_a_seed_never_change() -> None:
    """No stage depends on the file that defines them. The numbers are from TensorFlow 2.21."""
    corrupted: dict[str, Any] = {"corruption": "noise", "corruption_level": 0.1}
    inputs, epsilon, target = steps_of(**corrupted)[0]
    assert row_numbers(target).tolist() == [10, 4, 5, 11]
    np.testing.assert_allclose(epsilon[0, :3], [0.2801795, -0.9164004, 0.42845714], rtol=1e-5)
    np.testing.assert_allclose(inputs[0, 0, 0], [0.13004132, 0.04196125, 0.01805125], rtol=1e-5)
    validation = batches.ordered_batches(part(**corrupted), batch_size=4)
    first, _, _ = next(iter(validation))
    epsilon = first["epsilon"].numpy()
    np.testing.assert_allclose(epsilon[0, :3], [-1.6274965, -0.42839643, 0.5694111], rtol=1e-5)
    np.testing.assert_allclose(first["pixels"].numpy()[0, 0, 0], [0, 0.08774339, 0], rtol=1e-5)


def test_no_row_appears_twice_in_an_epoch() -> None:
    first, second = order().reshape(2, 8)
    for epoch in (first, second):
        assert len(set(epoch)) == 8
        assert set(epoch) <= set(ROWS)
    assert list(first) != list(second)


def test_every_row_appears_if_the_batches_are_full() -> None:
    np.testing.assert_array_equal(np.sort(order(epochs=1, batch_size=11).ravel()), ROWS)


@pytest.mark.slow
def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    np.testing.assert_array_equal(order(), order())
    np.testing.assert_array_equal(order(epochs=3)[:4], order(epochs=2))
    assert np.any(order(seed=2) != order(seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("corruption", ["none", "noise", "mask"])
def test_skipped_epochs_do_not_change_the_others(corruption: str) -> None:
    changes: dict[str, Any] = {"corruption": corruption, "corruption_level": 0.5}
    whole, rest = steps_of(epochs=3, **changes), steps_of(epochs=3, first_epoch=1, **changes)
    assert len(rest) == 4
    for mine, other in zip(rest, whole[2:], strict=True):
        for first, second in zip(mine, other, strict=True):
            np.testing.assert_array_equal(first, second)


@pytest.mark.slow
def test_noise_is_standard_normal_and_new_in_each_batch() -> None:
    noise = np.stack([epsilon for _, epsilon, _ in steps_of(epochs=200, latent_dim=20)])
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert noise.std() == pytest.approx(1.0, abs=0.02)
    assert len(np.unique(noise[:, 0, 0])) == len(noise)


def test_corruption_changes_the_input_and_not_the_target() -> None:
    inputs, _, target = steps_of(corruption="noise", corruption_level=0.3)[0]
    assert np.any(inputs != target)
    np.testing.assert_allclose(target, IMAGES[row_numbers(target)] / 255.0, rtol=1e-6)


@pytest.mark.slow
def test_ordered_batches_hold_every_row_once_and_the_same_noise_each_time() -> None:
    dataset = batches.ordered_batches(part(), batch_size=4)
    first, second = (
        [
            (row_numbers(t.numpy()), i["epsilon"].numpy())
            for i, t, _ in map(batches.as_pixels, dataset)
        ]
        for _ in range(2)
    )
    assert [len(rows) for rows, _ in first] == [4, 4, 3]
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in first]), ROWS)
    for (_, mine), (_, other) in zip(first, second, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert np.any(first[0][1] != steps_of()[0][1])


@pytest.mark.slow
def test_padding_has_weight_zero() -> None:
    *_, (inputs, target, weights) = batches.ordered_batches(part(), batch_size=4, filled=True)
    assert inputs["pixels"].shape == target.shape == (4, 2, 2, 3)
    assert list(weights.numpy()) == [1.0, 1.0, 1.0, 0.0]
    whole = batches.ordered_batches(part(), batch_size=4)
    assert [len(weights) for _, _, weights in whole] == [4, 4, 3]
    assert all(np.all(weights.numpy() == 1.0) for _, _, weights in whole)


def test_a_batch_larger_than_the_part_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"batch_size: found 12, expected at most the 11 faces"):
        order(batch_size=12)
