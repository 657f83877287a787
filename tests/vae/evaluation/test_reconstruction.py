import numpy as np
import pytest

from latentmaps.images import likeness
from latentmaps.vae.evaluation import reconstruction

RANDOM = np.random.default_rng(6)


def pixels(num_images: int = 3, channels: int = 3) -> np.ndarray:
    return RANDOM.random((num_images, 16, 16, channels)).astype(np.float32)


def test_an_equal_image_has_no_error_and_full_similarity() -> None:
    faces = pixels()
    np.testing.assert_array_equal(likeness.mean_squared_error(faces, faces), 0.0)
    np.testing.assert_allclose(likeness.ssim(faces, faces), 1.0, rtol=1e-12)
    np.testing.assert_allclose(likeness.psnr_db(np.zeros(3)), 100.0)


def test_psnr_of_an_error_of_a_tenth_is_20_db() -> None:
    black = np.zeros((1, 16, 16, 3), np.float32)
    mse = likeness.mean_squared_error(black, black + 0.1)
    np.testing.assert_allclose(likeness.psnr_db(mse), [20.0], rtol=1e-5)


def test_similarity_falls_with_noise() -> None:
    faces = pixels()
    noisy = [np.clip(faces + RANDOM.normal(0.0, s, faces.shape), 0, 1) for s in (0.05, 0.3)]
    little, much = (likeness.ssim(faces, n.astype(np.float32)).mean() for n in noisy)
    assert 1.0 > little > much


@pytest.mark.slow
@pytest.mark.parametrize("size", [16, 40, 96, 200])
def test_similarity_over_scales_is_one_for_equal_images_at_any_size(size: int) -> None:
    faces = RANDOM.random((2, size, size, 3)).astype(np.float32)
    np.testing.assert_allclose(likeness.ms_ssim(faces, faces), 1.0, rtol=1e-12)
    noisy = np.clip(faces + RANDOM.normal(0.0, 0.3, faces.shape), 0.0, 1.0).astype(np.float32)
    assert likeness.ms_ssim(faces, noisy).max() < 0.95


def test_on_one_scale_it_is_the_plain_similarity() -> None:
    faces = pixels()
    near = (0.8 * faces + 0.2 * pixels()).astype(np.float32)
    expected = likeness.ssim(faces, near)
    np.testing.assert_allclose(likeness.ms_ssim(faces, near), expected, rtol=1e-12)


def flat(value: float, size: int = 96) -> np.ndarray:
    return np.full((1, size, size, 3), value, np.float32)


@pytest.mark.parametrize(("a", "b"), [(0.2, 0.5), (0.0, 0.1), (0.9, 0.3)])
def test_similarity_of_flat_images_is_that_of_their_luminance(a: float, b: float) -> None:
    # nothing varies, so contrast and structure agree at every scale
    c1 = 0.01**2
    luminance = (2.0 * a * b + c1) / (a**2 + b**2 + c1)
    np.testing.assert_allclose(likeness.ssim(flat(a), flat(b)), luminance, rtol=1e-6)
    # the luminance counts only at the last of four scales
    weights = 0.0448, 0.2856, 0.3001, 0.2363
    expected = luminance ** (weights[-1] / sum(weights))
    np.testing.assert_allclose(likeness.ms_ssim(flat(a), flat(b)), expected, rtol=1e-6)


def gaussian_window() -> np.ndarray:
    places = np.arange(11) - 5.0
    weights = np.exp(-np.square(places) / (2.0 * 1.5**2))
    return np.outer(weights, weights) / weights.sum() ** 2


def similarity(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return SSIM, and contrast and structure only, of two gray images, window by window."""
    window, c1, c2 = gaussian_window(), 0.01**2, 0.03**2
    found = []
    for row, column in np.ndindex(x.shape[0] - 10, x.shape[1] - 10):
        a, b = (image[row : row + 11, column : column + 11] for image in (x, y))
        mean_a, mean_b = (window * a).sum(), (window * b).sum()
        var_a, var_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
        covariance = (window * (a - mean_a) * (b - mean_b)).sum()
        luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
        structure = (2 * covariance + c2) / (var_a + var_b + c2)
        found.append((luminance * structure, structure))
    ssim, contrast_structure = np.mean(found, axis=0)
    return float(ssim), float(contrast_structure)


def channels_of(*images: np.ndarray) -> zip:
    return zip(*(np.moveaxis(image.astype(np.float64), -1, 0) for image in images), strict=True)


def smooth_faces(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image whose variances are small compared with its means, and one close to it."""
    rows, columns = np.mgrid[:size, :size] / size
    waves = [np.sin(4.0 * rows + phase) * np.cos(3.0 * columns) for phase in (1.0, 2.0, 3.0)]
    face = 0.6 + 0.3 * np.stack(waves, axis=-1)
    near = face + RANDOM.normal(0.0, 0.02, face.shape)
    return face[None].astype(np.float32), near[None].astype(np.float32)


def test_similarity_is_that_of_the_paper_to_nine_digits() -> None:
    face, near = smooth_faces(24)
    expected = np.mean([similarity(x, y)[0] for x, y in channels_of(face[0], near[0])])
    np.testing.assert_allclose(likeness.ssim(face, near), [expected], rtol=1e-9)


def test_similarity_over_scales_is_that_of_the_paper_to_nine_digits() -> None:
    face, near = smooth_faces(45)  # 23 and 12 pixels at the next scales: two odd sizes
    weights = np.array([0.0448, 0.2856, 0.3001])
    products = []
    for x, y in channels_of(face[0], near[0]):
        parts = []
        for scale in range(3):
            parts.append(similarity(x, y)[0 if scale == 2 else 1])
            x, y = (halved(image) for image in (x, y))
        products.append(np.prod(np.array(parts) ** (weights / weights.sum())))
    found = likeness.ms_ssim(face, near)
    np.testing.assert_allclose(found, [np.mean(products)], rtol=1e-9)


def halved(image: np.ndarray) -> np.ndarray:
    rows = np.minimum(np.arange(-(-len(image) // 2) * 2), len(image) - 1)
    blocks = image[np.ix_(rows, rows)]
    return (blocks[::2, ::2] + blocks[1::2, ::2] + blocks[::2, 1::2] + blocks[1::2, 1::2]) / 4.0


def test_opposite_structure_has_a_similarity_over_scales_of_zero() -> None:
    face = pixels(2)
    np.testing.assert_array_equal(likeness.ms_ssim(face, np.float32(1.0) - face), 0.0)


def test_the_error_of_a_ramp_shifted_by_a_pixel_is_the_square_of_its_step() -> None:
    ramp = np.broadcast_to(np.linspace(0.0, 1.0, 17)[:, None], (1, 17, 17, 1)).astype(np.float32)
    mse = likeness.mean_squared_error(ramp[:, :, 1:], ramp[:, :, :-1])
    np.testing.assert_allclose(mse, 1.0 / 16**2, rtol=1e-6)
    np.testing.assert_allclose(likeness.psnr_db(mse), 20.0 * np.log10(16.0), rtol=1e-6)


def test_cross_entropy_of_an_uninformed_reconstruction_is_ln_2() -> None:
    bce = likeness.bce_per_dim(pixels(), np.full((3, 16, 16, 3), 0.5, np.float32))
    np.testing.assert_allclose(bce, np.log(2.0), rtol=1e-6)


def test_cross_entropy_is_never_below_its_entropy_floor() -> None:
    originals, others = pixels(), pixels()
    floor = likeness.entropy_per_dim(originals)
    assert np.all(likeness.bce_per_dim(originals, others) > floor)
    black_and_white = (originals > 0.5).astype(np.float32)
    np.testing.assert_allclose(likeness.entropy_per_dim(black_and_white), 0.0, atol=1e-5)


def test_cross_entropy_above_its_floor_is_the_divergence_of_each_pixel() -> None:
    # -0.25 ln 0.5 - 0.75 ln 0.5, and of a perfect copy -0.25 ln 0.25 - 0.75 ln 0.75
    original, reconstructed = flat(0.25, size=16), flat(0.5, size=16)
    numbers = reconstruction.measure(original, reconstructed)
    np.testing.assert_allclose(numbers["bce_per_dim"], 0.693147, rtol=1e-5)
    np.testing.assert_allclose(numbers["bce_above_entropy"], 0.693147 - 0.562335, rtol=1e-4)


def test_each_channel_counts_as_the_eye_sees_it() -> None:
    # one bright pixel: the Laplacian is -4 there, 1 at four places, 0 at the other 4 of 9
    dot = np.zeros((3, 5, 5, 3), np.float32)
    for channel in range(3):
        dot[channel, 2, 2, channel] = 1.0
    variance = (4.0**2 + 4 * 1.0**2) / 9.0
    expected = 1000.0 * variance * np.square([0.299, 0.587, 0.114])
    np.testing.assert_allclose(likeness.sharpness(dot), expected, rtol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_flat_image_has_no_sharpness_and_noise_has_its_variance(channels: int) -> None:
    flat = np.full((1, 16, 16, channels), 0.3, np.float32)
    np.testing.assert_allclose(likeness.sharpness(flat), 0.0, atol=1e-9)
    gray = RANDOM.normal(0.5, 0.1, (1, 400, 400, 1)).astype(np.float32)
    noise = np.repeat(gray, channels, axis=3)
    # the kernel's squares sum to 4 + 16
    np.testing.assert_allclose(likeness.sharpness(noise), 1000 * 20 * 0.01, rtol=0.05)


class Mirror:
    """A fake VAE that reconstructs every image a little too dark."""

    def encode(self, images: np.ndarray, rows: np.ndarray) -> "Mirror":
        self.z_mean = images[rows] / 255.0 * 0.9
        return self

    def sample_z(self, *, seed: int, first: int) -> np.ndarray:
        return self.z_mean / 0.9 * 0.8

    def decode(self, z: np.ndarray) -> np.ndarray:
        return np.asarray(z, np.float32)


def mean_of_single_images(originals: np.ndarray, darker: float) -> dict[str, float]:
    """Return the mean over images of each measure, computed image by image."""
    faces = originals.astype(np.float32)
    measures = [
        reconstruction.measure(face[None], (darker * face[None]).astype(np.float32))
        for face in faces
    ]
    return {
        name: float(np.mean([numbers[name][0] for numbers in measures])) for name in measures[0]
    }


@pytest.mark.slow
def test_numbers_are_means_over_all_rows_whatever_the_batches() -> None:
    images = RANDOM.integers(0, 256, (160, 16, 16, 3), dtype=np.uint8)
    rows = np.arange(10, 150)  # two batches, of 128 and 12
    numbers = reconstruction.evaluate(Mirror(), images, rows, seed=1)  # type: ignore[arg-type]
    originals = images[rows] / 255.0
    assert numbers["mse"] == pytest.approx(np.square(0.1 * originals).mean(), rel=1e-4)
    assert numbers["sampled"]["mse"] == pytest.approx(np.square(0.2 * originals).mean(), rel=1e-4)
    for darker, found in ((0.9, numbers), (0.8, numbers["sampled"])):
        expected = mean_of_single_images(originals, darker)
        assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert numbers["sharpness_originals"] == pytest.approx(
        likeness.sharpness(originals.astype(np.float32)).mean(), rel=1e-4
    )
    names = {
        "mse", "psnr_db", "ssim", "ms_ssim", "bce_per_dim", "bce_above_entropy", "sharpness",
    }  # fmt: skip
    assert set(numbers["sampled"]) == names
    of_sets = {"sharpness_originals", "diversity", "diversity_originals"}
    assert set(numbers) == names | of_sets | {"sampled"}
    # all reconstructions are darker by the same factor, and so are their differences
    assert numbers["diversity"] == pytest.approx(0.9 * numbers["diversity_originals"], rel=1e-4)
