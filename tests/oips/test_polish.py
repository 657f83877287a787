"""Polish for maps with known answers: each is the scalar product with a pattern."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from latentmaps.oips import polish
from latentmaps.oips.constraints import for_pixel_range, project_images, standardized
from latentmaps.oips.objectives import Objective
from latentmaps.oips.oip import Floats, PixelRange, Polished

WINDOW = (20, 24)


def wave(row_frequency: int, column_frequency: int, size: tuple[int, int] = WINDOW) -> Floats:
    """Return a standardized product of cosines with the given numbers of half periods."""
    down, across = (np.arange(number) + 0.5 for number in size)
    image = np.outer(
        np.cos(np.pi * row_frequency * down / size[0]),
        np.cos(np.pi * column_frequency * across / size[1]),
    )
    return ((image - image.mean()) / image.std()).astype(np.float32)


def noise(*shape: int) -> Floats:
    images = np.random.default_rng(0).normal(size=(*shape, 1)).astype(np.float32)
    return project_images(images, standardized)[..., 0]


class Scored:
    """An objective computed by a function."""

    floor = 0.0

    def __init__(self, score: Callable[[Any, Any], Any]) -> None:
        self._score = score

    def __call__(self, images: Any, units: Any) -> Any:
        return self._score(images, units)


def likeness(*patterns: npt.NDArray) -> Objective:
    """Return an objective with one unit per pattern: its product with the image, if positive."""
    stacked = tf.constant(np.stack(patterns)[..., np.newaxis], tf.float32)

    def score(images: Any, units: Any) -> Any:
        products = tf.reduce_mean(images * tf.gather(stacked, units), axis=(1, 2, 3))
        return tf.nn.relu(products)

    return Scored(score)


def run(
    activate: Objective,
    images: Floats,
    units: list[int],
    *,
    window: tuple[int, int] = WINDOW,
    pixel_range: PixelRange | None = None,
    least_share: float = 0.95,
) -> tuple[Polished, Floats]:
    """Polish images, and return the result and their activations before."""
    indices = np.array(units)
    before = measure(activate, images, indices)
    polished = polish.polish(
        activate,
        images,
        indices,
        before,
        window=window,
        constraint=for_pixel_range(pixel_range),
        least_share=least_share,
    )
    return polished, before


def measure(activate: Objective, images: Floats, units: npt.NDArray[np.int64]) -> Floats:
    with_channels = images.reshape(*images.shape[:3], -1)
    return np.asarray(activate(tf.constant(with_channels), tf.constant(units, tf.int32)))


@pytest.mark.parametrize(
    ("row_frequency", "column_frequency", "share"),
    [
        (9, 0, 0),  # 9 / 40 cycles per pixel
        (11, 0, 1),
        (0, 11, 0),  # 11 / 48
        (0, 13, 1),
        (9, 11, 1),  # each alone is low, both together are high
        (6, 8, 0),
    ],
)
def test_a_wave_has_a_low_or_a_high_frequency(
    row_frequency: int, column_frequency: int, share: int
) -> None:
    image = wave(row_frequency, column_frequency)
    found = polish.high_frequency_share(image[np.newaxis], WINDOW)
    np.testing.assert_allclose(found, [share], atol=1e-6)


def test_energies_of_waves_add_up_and_the_mean_does_not_count() -> None:
    image = 3 * wave(2, 3) + 4 * wave(15, 3) + 7
    found = polish.high_frequency_share(image[np.newaxis], WINDOW)
    np.testing.assert_allclose(found, [16 / 25], rtol=1e-5)


def test_four_fifths_of_noise_are_high_frequencies_and_none_of_a_flat_image() -> None:
    images = np.concatenate([noise(50, 28, 28), np.ones((1, 28, 28), np.float32)])
    shares = polish.high_frequency_share(images, (28, 28))
    assert shares.dtype == np.float32
    # all frequencies: a square of 0.5; low ones: a quarter of a circle of 0.25
    assert shares[:50].mean() == pytest.approx(1 - np.pi / 16, abs=0.02)
    assert shares[50] == 0


def test_the_share_counts_all_channels_within_the_window() -> None:
    images = np.repeat(noise(1, 26, 28)[..., np.newaxis], 3, axis=3)
    images[0, :20, :24] = np.stack([wave(1, 1), 2 * wave(2, 1), 2 * wave(1, 20)], axis=-1)
    found = polish.high_frequency_share(images, WINDOW)
    np.testing.assert_allclose(found, [4 / 9], rtol=1e-5)


def test_an_image_of_a_low_frequency_does_not_change() -> None:
    images = wave(2, 3)[np.newaxis]
    found, before = run(likeness(wave(2, 3) + wave(15, 3)), images, [0])
    np.testing.assert_array_equal(found.images, images)
    np.testing.assert_array_equal(found.activations, before)


@pytest.mark.slow
def test_noise_that_does_not_affect_the_map_is_removed() -> None:
    image, pattern = noise(1, *WINDOW), wave(3, 0)
    pattern[:, 12:] = 0
    image[0, :, :12] = wave(3, 0)[:, :12]
    image = project_images(image[..., np.newaxis], standardized)[..., 0]
    found, before = run(likeness(pattern), image, [0])
    assert found.high_frequency_shares[0] > 0.35
    assert found.high_frequency_shares_polished[0] < 0.25
    # the strokes get the contrast that the noise had
    assert found.activations[0] > before[0]
    assert found.images[0, :, 12:].std() < 0.8 * image[0, :, 12:].std()
    assert found.images[0, :, :12].std() > image[0, :, :12].std()
    assert found.images.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("pixel_range", [None, (-0.8, 2.5)])
def test_the_activation_stays_high_if_the_map_responds_to_high_frequencies(
    pixel_range: PixelRange | None,
) -> None:
    patterns = noise(6, *WINDOW)
    images = project_images(patterns[..., np.newaxis], for_pixel_range(pixel_range))[..., 0]
    activate = likeness(*patterns)
    found, before = run(activate, images, list(range(6)), pixel_range=pixel_range)
    measured = measure(activate, found.images, np.arange(6))
    np.testing.assert_allclose(measured, found.activations, rtol=1e-5)
    assert (measured >= 0.95 * before * (1 - 1e-6)).all()
    assert (measured < 0.97 * before).all()
    assert (found.high_frequency_shares_polished < found.high_frequency_shares - 0.1).all()
    np.testing.assert_array_equal(
        found.high_frequency_shares_polished, polish.high_frequency_share(found.images, WINDOW)
    )
    if pixel_range:
        assert found.images.min() >= pixel_range[0]
        assert found.images.max() <= pixel_range[1]


@pytest.mark.slow
def test_the_polish_of_a_linear_map_ends_at_the_best_possible_image() -> None:
    """For a pattern of a low and a high wave, the best image with 95% has less of the high one."""
    low, high = wave(2, 3), wave(15, 3)
    pattern = ((low + high) / np.sqrt(2)).astype(np.float32)
    found, _ = run(likeness(pattern), pattern[np.newaxis], [0])
    # cos(angle to the pattern) = 0.95; share = sin^2(45 degrees - angle)
    least = np.sin(np.pi / 4 - np.arccos(0.95)) ** 2
    assert least == pytest.approx(0.2034, abs=1e-4)
    # the polish of a clean image ends
    assert least <= found.high_frequency_shares_polished[0] <= 0.25


@pytest.mark.slow
def test_the_polish_of_an_image_does_not_depend_on_the_other_images() -> None:
    images = noise(100, *WINDOW)  # three chunks
    activate = likeness(*images[:4], wave(3, 0))
    units = [number if number < 4 else 4 for number in range(100)]
    together, before = run(activate, images, units)
    loud = np.flatnonzero(before > 0)
    assert len(loud) > 33
    for row in (0, 3, loud[-1]):
        alone, _ = run(activate, images[row : row + 1], [units[row]])
        for name, values in vars(alone).items():
            np.testing.assert_array_equal(values[0], getattr(together, name)[row], err_msg=name)


def test_silent_images_and_a_share_of_1_change_nothing() -> None:
    images = noise(2, *WINDOW)
    silent, before = run(likeness(-images[0], -images[1]), images, [0, 1])
    assert before.tolist() == [0, 0]
    unpolished, _ = run(likeness(*images), images, [0, 1], least_share=1)
    for found in (silent, unpolished):
        np.testing.assert_array_equal(found.images, images)
        np.testing.assert_array_equal(
            found.high_frequency_shares, found.high_frequency_shares_polished
        )


@pytest.mark.slow
def test_pixels_outside_the_window_are_not_polished() -> None:
    """They keep their pattern, but standardization changes their contrast."""
    images = noise(1, 24, 28)
    activate = likeness(np.pad(images[0, :20, :24], ((0, 4), (0, 4))))
    found, _ = run(activate, images, [0])
    before, after = images[0, 20:].ravel(), found.images[0, 20:].ravel()
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(1, abs=1e-5)
    assert found.high_frequency_shares_polished[0] < 0.7


@pytest.mark.slow
def test_colors_are_polished_too() -> None:
    images = np.random.default_rng(1).normal(size=(1, *WINDOW, 3)).astype(np.float32)
    images = ((images - images.mean()) / images.std()).astype(np.float32)

    def activate(pictures: Any, _: Any) -> Any:
        return tf.reduce_mean(pictures * images, axis=(1, 2, 3))

    found, before = run(Scored(activate), images, [0])
    assert found.images.shape == images.shape
    assert found.activations >= 0.95 * before
    assert found.high_frequency_shares_polished < found.high_frequency_shares - 0.1
