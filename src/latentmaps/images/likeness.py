"""Measures of similarity between images, and of their sharpness.

Public functions return one number per image, (n,). All except ``psnr_db`` take pixels (n, h, w, c),
float32, 0..1.
"""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
PerImage = npt.NDArray[np.float64]
Array = npt.NDArray[np.floating]

# luminance weights of ITU-R BT.601, as in Pillow's convert("L")
_LUMINANCE = np.array([0.299, 0.587, 0.114])

_SSIM_WINDOW = 11
_GAUSSIAN = np.exp(-0.5 * np.square((np.arange(_SSIM_WINDOW) - _SSIM_WINDOW // 2) / 1.5))
_WINDOW = _GAUSSIAN / _GAUSSIAN.sum()
_C1, _C2 = 0.01**2, 0.03**2  # from the paper, for pixels 0..1
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

# the epsilon of Keras's cross-entropy, which avoids log(0) for saturated pixels
_EPSILON = 1e-7


def mean_squared_error(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Return the mean squared error of each image.

    Args:
        originals: (n, h, w, c), float32, 0..1.
        reconstructions: (n, h, w, c), float32, 0..1.

    Returns:
        (n,), float64.
    """
    return np.mean(np.square(originals - reconstructions), axis=(1, 2, 3), dtype=np.float64)


def psnr_db(mse: PerImage) -> PerImage:
    """Return the peak signal-to-noise ratio in dB for a peak of 1, at most 100 dB.

    Args:
        mse: (n,), float64, mean squared error of each image.

    Returns:
        (n,), float64, dB.
    """
    return -10.0 * np.log10(np.maximum(mse, 1e-10))


def ssim(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Return the structural similarity of each image.

    Source: Wang et al. 2004, with their window of 11 pixels and sigma of 1.5.

    Args:
        originals: (n, h, w, c), float32, 0..1.
        reconstructions: (n, h, w, c), float32, 0..1.

    Returns:
        (n,), float64, at most 1.
    """
    pairs = zip(originals, reconstructions, strict=True)
    return np.array([_similarity(*pair)[0].mean() for pair in pairs])


def ms_ssim(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Return the multi-scale structural similarity of each image.

    Source: Wang, Simoncelli and Bovik 2003. Of their five scales, only those that are large enough
    for the window of 11 pixels are used (four at 96 pixels). Their weights are scaled to sum to 1.

    Args:
        originals: (n, h, w, c), float32, 0..1.
        reconstructions: (n, h, w, c), float32, 0..1.

    Returns:
        (n,), float64, 0..1.
    """
    num_scales = sum(originals.shape[1] >> scale >= _SSIM_WINDOW for scale in range(5))
    weights = np.array(_SCALE_WEIGHTS[: max(num_scales, 1)])
    pairs = zip(originals, reconstructions, strict=True)
    return np.array([_over_scales(*pair, weights / weights.sum()) for pair in pairs])


def _over_scales(original: Array, reconstruction: Array, weights: Array) -> float:
    """Return the product over the scales for one image; luminance enters at the last scale only."""
    product = np.ones(original.shape[-1])
    for scale, weight in enumerate(weights):
        if scale:
            original, reconstruction = _halve(original), _halve(reconstruction)
        similarity, contrast_structure = _similarity(original, reconstruction)
        part = similarity if scale == len(weights) - 1 else contrast_structure
        product *= np.maximum(part, 0.0) ** weight  # a negative base has no real power
    return float(product.mean())


def _similarity(original: Array, reconstruction: Array) -> tuple[Array, Array]:
    """Return the SSIM of one image, and its contrast-structure part, each (channels,).

    All values are float64, because variances computed as differences of means lose three digits,
    which is too many for float32.
    """
    x, y = original.astype(np.float64), reconstruction.astype(np.float64)  # (h, w, channels)
    mean_x, mean_y = _local_means(x), _local_means(y)
    product, squares = mean_x * mean_y, mean_x**2 + mean_y**2
    luminance = (2.0 * product + _C1) / (squares + _C1)
    contrast_structure = (2.0 * (_local_means(x * y) - product) + _C2) / (
        _local_means(x**2 + y**2) - squares + _C2
    )
    return (luminance * contrast_structure).mean(axis=(0, 1)), contrast_structure.mean(axis=(0, 1))


def _local_means(maps: Array) -> Array:
    """Return the means weighted by the Gaussian window, (h - 10, w - 10, channels)."""
    for axis in (0, 1):
        maps = np.lib.stride_tricks.sliding_window_view(maps, _SSIM_WINDOW, axis=axis) @ _WINDOW
    return maps


def _halve(maps: Array) -> Array:
    """Return the means of blocks of 2x2 pixels; the last row or column is repeated if needed."""
    height, width, channels = maps.shape
    even = np.pad(maps, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    blocks = even.astype(np.float64).reshape((height + 1) // 2, 2, (width + 1) // 2, 2, channels)
    return blocks.mean(axis=(1, 3))


def bce_per_dim(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Return the binary cross-entropy of each image, in nats per pixel and channel.

    Args:
        originals: (n, h, w, c), float32, 0..1.
        reconstructions: (n, h, w, c), float32, 0..1.

    Returns:
        (n,), float64.
    """
    clipped = np.clip(reconstructions.astype(np.float64), _EPSILON, 1.0 - _EPSILON)
    nats = -originals * np.log(clipped) - (1.0 - originals) * np.log1p(-clipped)
    return nats.mean(axis=(1, 2, 3))


def entropy_per_dim(originals: Pixels) -> PerImage:
    """Return the lower bound of ``bce_per_dim``, its value for a perfect reconstruction.

    Args:
        originals: (n, h, w, c), float32, 0..1.

    Returns:
        (n,), float64, nats per pixel and channel.
    """
    return bce_per_dim(originals, originals)


def sharpness(pixels: Pixels) -> PerImage:
    """Return the variance of the Laplacian of the luminance, times 1000.

    Source: Pech-Pacheco et al. 2000, with the 4-neighbor Laplacian of the inner pixels.

    Args:
        pixels: (n, h, w, c), float32, 0..1.

    Returns:
        (n,), float64.
    """
    luminance = pixels @ _LUMINANCE if pixels.shape[-1] == 3 else pixels[..., 0]
    laplacian = (
        luminance[:, :-2, 1:-1]
        + luminance[:, 2:, 1:-1]
        + luminance[:, 1:-1, :-2]
        + luminance[:, 1:-1, 2:]
        - 4.0 * luminance[:, 1:-1, 1:-1]
    )
    return 1000.0 * laplacian.var(axis=(1, 2))
