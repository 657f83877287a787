from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.evaluation import pixel_features

RANDOM = np.random.default_rng(3)


def random_images(num_images: int, size: int = 12, channels: int = 3) -> np.ndarray:
    return RANDOM.integers(0, 256, (num_images, size, size, channels), dtype=np.uint8)


def pixels_of(images: np.ndarray) -> np.ndarray:
    return (images / np.float32(255)).astype(np.float32)


def features(net: pixel_features.PixelsPca, images: np.ndarray) -> np.ndarray:
    return net.features(pixels_of(images))


def test_features_of_the_training_images_are_uncorrelated_with_a_mean_variance_of_1() -> None:
    images = random_images(400, size=8)
    net = pixel_features.fit(images, np.arange(400))
    found = features(net, images)
    assert found.shape == (400, 64)
    assert found.dtype == np.float32
    assert found.mean(axis=0) == pytest.approx(np.zeros(64), abs=1e-5)
    covariance = np.cov(found, rowvar=False, bias=True)
    assert covariance == pytest.approx(np.diag(covariance.diagonal()), abs=1e-4)
    assert np.trace(covariance) == pytest.approx(64.0, rel=1e-4)
    assert (np.diff(covariance.diagonal()) < 1e-6).all()


def test_images_along_two_directions_have_two_features_in_closed_form() -> None:
    # the upper half varies by 60 gray levels, the lower one by 20, independently
    images = np.full((4, 4, 4, 1), 100, np.uint8)
    images[:2, :2] += 60
    images[::2, 2:] += 20
    net = pixel_features.fit(images, np.arange(4))
    # standard deviations of 30 and 10 levels: a mean variance of 500
    large, small = np.sqrt(900 / 500), np.sqrt(100 / 500)
    expected = np.array([[large, small], [large, -small], [-large, small], [-large, -small]])
    assert features(net, images) == pytest.approx(expected, abs=1e-5)
    # one standard deviation further up
    further = np.full((1, 4, 4, 1), 110, np.uint8)
    further[:, :2] = 160 + 30
    assert features(net, further) == pytest.approx(np.array([[2.0 * large, 0.0]]), abs=1e-5)


def test_memory_maps_and_chunks_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = random_images(50, size=6)
    rows = np.array([7, 3, 40, *range(10, 35)])
    expected = features(pixel_features.fit(images, rows), images)
    np.save(tmp_path / "images.npy", images)
    monkeypatch.setattr(pixel_features, "_ROWS_PER_CHUNK", 4)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    found = pixel_features.fit(mapped, rows)
    assert features(found, mapped) == pytest.approx(expected, abs=1e-4)
    alone = np.concatenate([features(found, mapped[i : i + 1]) for i in range(50)])
    assert alone == pytest.approx(expected, abs=1e-4)


def test_only_the_training_rows_count() -> None:
    images = random_images(30, size=6)
    first = pixel_features.fit(images, np.arange(20))
    images[20:] = 0
    second = pixel_features.fit(images, np.arange(20))
    np.testing.assert_array_equal(first.directions, second.directions)


@pytest.mark.parametrize("num_images", [25, 26])  # no more than the 25 dimensions, and more
def test_few_and_many_images_follow_one_definition(num_images: int) -> None:
    images = random_images(num_images, size=5, channels=1)
    small = pixels_of(images).reshape(num_images, 25).astype(np.float64)
    centered = small - small.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centered, full_matrices=False)
    unit = np.sqrt(np.square(sizes[:8]).mean() / num_images)
    expected = centered @ directions[:8].T / unit
    found = features(pixel_features.fit(images, np.arange(num_images), num_components=8), images)
    signs = np.sign(np.sum(expected * found, axis=0))
    assert found == pytest.approx(expected * signs, abs=1e-4)


def test_fewer_images_than_components_give_fewer_features() -> None:
    images = random_images(10)
    net = pixel_features.fit(images, np.arange(10))
    assert features(net, images).shape == (10, 9)
    assert np.square(features(net, images)).mean() == pytest.approx(1.0, rel=1e-4)
    assert features(pixel_features.fit(images, np.arange(10), num_components=3), images).shape == (
        10,
        3,
    )


@pytest.mark.parametrize("num_images", [1, 5])
def test_images_that_are_all_equal_are_refused(num_images: int) -> None:
    images = np.repeat(random_images(1, size=40), num_images, axis=0)
    with pytest.raises(DataError, match=rf"num_train: {num_images} training .* all identical"):
        pixel_features.fit(images, np.arange(num_images))


def test_pixels_that_never_change_do_not_inflate_a_feature() -> None:
    images = random_images(300, size=8)
    images[:, 3:] = 77
    net = pixel_features.fit(images, np.arange(300), num_components=500)
    assert features(net, images).shape == (300, 3 * 8 * 3)
    assert np.all(np.isfinite(net.directions))


def test_gray_and_large_images_are_averaged_down() -> None:
    images = random_images(12, size=96, channels=1)
    net = pixel_features.fit(images, np.arange(12))
    assert net.directions.shape == (32 * 32, 11)
    means = pixels_of(images).reshape(12, 32, 3, 32, 3).mean(axis=(2, 4)).reshape(12, -1)
    assert net.mean == pytest.approx(means.mean(axis=0), abs=1e-6)


def test_an_area_average_counts_pixels_in_part() -> None:
    row = np.array([1.0, 2.0, 3.0, 4.0, 5.0], np.float32)
    pixels = np.broadcast_to(row[None, None, :, None], (1, 2, 5, 1))
    found = pixel_features.area_averages(pixels, 3)
    # each cell is 5/3 wide: 1 and two thirds of 2; a third of 2, 3, and a third of 4; ...
    assert found[0, 0, :, 0] == pytest.approx([(1 + 4 / 3) / (5 / 3), 3.0, (8 / 3 + 5) / (5 / 3)])
    assert found.shape == (1, 2, 3, 1)


def test_area_averages_keep_the_mean_and_small_pictures_as_they_are() -> None:
    pixels = pixels_of(random_images(2, size=45))
    found = pixel_features.area_averages(pixels, 32)
    assert found.shape == (2, 32, 32, 3)
    assert found.mean(axis=(1, 2)) == pytest.approx(pixels.mean(axis=(1, 2)), abs=1e-6)
    np.testing.assert_array_equal(pixel_features.area_averages(pixels, 45), pixels)
    np.testing.assert_array_equal(pixel_features.area_averages(pixels, 100), pixels)


def test_the_sign_of_a_feature_is_fixed() -> None:
    images = random_images(40, size=5)
    net = pixel_features.fit(images, np.arange(40))
    largest = np.abs(net.directions).argmax(axis=0)
    assert np.all(net.directions[largest, np.arange(net.directions.shape[1])] > 0.0)
    again = pixel_features.fit(images, np.arange(40))
    np.testing.assert_array_equal(net.directions, again.directions)
