import numpy as np
import pytest

from latentmaps.evaluation import reconstruction

RANDOM = np.random.default_rng(6)


def pixels(num_images: int = 3, channels: int = 3) -> np.ndarray:
    return RANDOM.random((num_images, 16, 16, channels)).astype(np.float32)


def test_an_equal_image_has_no_error_and_full_similarity() -> None:
    faces = pixels()
    np.testing.assert_array_equal(reconstruction.mean_squared_error(faces, faces), 0.0)
    np.testing.assert_allclose(reconstruction.ssim(faces, faces), 1.0, rtol=1e-5)
    np.testing.assert_allclose(reconstruction.psnr_db(np.zeros(3)), 100.0)


def test_psnr_of_an_error_of_a_tenth_is_20_db() -> None:
    black = np.zeros((1, 16, 16, 3), np.float32)
    mse = reconstruction.mean_squared_error(black, black + 0.1)
    np.testing.assert_allclose(reconstruction.psnr_db(mse), [20.0], rtol=1e-5)


def test_similarity_falls_with_noise() -> None:
    faces = pixels()
    noisy = [np.clip(faces + RANDOM.normal(0.0, s, faces.shape), 0, 1) for s in (0.05, 0.3)]
    little, much = (reconstruction.ssim(faces, n.astype(np.float32)).mean() for n in noisy)
    assert 1.0 > little > much


@pytest.mark.parametrize("size", [16, 40, 96, 200])
def test_similarity_over_scales_is_one_for_equal_images_at_any_size(size: int) -> None:
    faces = RANDOM.random((2, size, size, 3)).astype(np.float32)
    np.testing.assert_allclose(reconstruction.ms_ssim(faces, faces), 1.0, rtol=1e-5)
    noisy = np.clip(faces + RANDOM.normal(0.0, 0.3, faces.shape), 0.0, 1.0).astype(np.float32)
    assert reconstruction.ms_ssim(faces, noisy).max() < 0.95


def test_on_one_scale_it_is_the_plain_similarity() -> None:
    faces = pixels()
    near = (0.8 * faces + 0.2 * pixels()).astype(np.float32)
    expected = reconstruction.ssim(faces, near)
    np.testing.assert_allclose(reconstruction.ms_ssim(faces, near), expected, rtol=1e-5)


def test_cross_entropy_of_an_uninformed_reconstruction_is_ln_2() -> None:
    bce = reconstruction.bce_per_dim(pixels(), np.full((3, 16, 16, 3), 0.5, np.float32))
    np.testing.assert_allclose(bce, np.log(2.0), rtol=1e-6)


def test_cross_entropy_is_never_below_its_entropy_floor() -> None:
    originals, others = pixels(), pixels()
    floor = reconstruction.entropy_per_dim(originals)
    assert np.all(reconstruction.bce_per_dim(originals, others) > floor)
    black_and_white = (originals > 0.5).astype(np.float32)
    np.testing.assert_allclose(reconstruction.entropy_per_dim(black_and_white), 0.0, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_flat_image_has_no_sharpness_and_noise_has_its_variance(channels: int) -> None:
    flat = np.full((1, 16, 16, channels), 0.3, np.float32)
    np.testing.assert_allclose(reconstruction.sharpness(flat), 0.0, atol=1e-9)
    grey = RANDOM.normal(0.5, 0.1, (1, 400, 400, 1)).astype(np.float32)
    noise = np.repeat(grey, channels, axis=3)
    # the kernel's squares sum to 4 + 16
    np.testing.assert_allclose(reconstruction.sharpness(noise), 1000 * 20 * 0.01, rtol=0.05)


class Mirror:
    """Stands in for a VAE: reconstructs every image a little too dark."""

    def encode(self, images: np.ndarray, rows: np.ndarray) -> "Mirror":
        self.z_mean = images[rows] / 255.0 * 0.9
        return self

    def draw_z(self, *, seed: int, first: int) -> np.ndarray:
        return self.z_mean / 0.9 * 0.8

    def decode(self, z: np.ndarray) -> np.ndarray:
        return np.asarray(z, np.float32)


def test_numbers_are_means_over_all_rows_whatever_the_batches() -> None:
    images = RANDOM.integers(0, 256, (300, 16, 16, 3), dtype=np.uint8)
    rows = np.arange(10, 290)
    numbers = reconstruction.evaluate(Mirror(), images, rows, seed=1)  # type: ignore[arg-type]
    originals = images[rows] / 255.0
    assert numbers["mse"] == pytest.approx(np.square(0.1 * originals).mean(), rel=1e-4)
    assert numbers["sampled"]["mse"] == pytest.approx(np.square(0.2 * originals).mean(), rel=1e-4)
    assert numbers["bce_above_entropy"] > 0.0
    names = {
        "mse", "psnr_db", "ssim", "ms_ssim", "bce_per_dim", "bce_above_entropy", "sharpness",
    }  # fmt: skip
    assert set(numbers["sampled"]) == names
    assert set(numbers) == names | {"sharpness_originals", "sampled"}
