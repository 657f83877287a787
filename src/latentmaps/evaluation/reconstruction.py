"""How near reconstructions come to their originals, image by image.

All functions take pixels (n, h, w, c), float32, 0..1, and give one number an image.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.data import batches
from latentmaps.evaluation.diversity import Diversity
from latentmaps.models import inference

Pixels = npt.NDArray[np.float32]
PerImage = npt.NDArray[np.float64]

# the luminance weights of ITU-R BT.601, those of Pillow's convert("L")
_LUMINANCE = np.array([0.299, 0.587, 0.114])

_SSIM_WINDOW = 11
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

# Keras's own guard in its cross-entropy: keeps log(0) away where a pixel saturates
_EPSILON = 1e-7


def mean_squared_error(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Gives the MSE of each image."""
    return np.mean(np.square(originals - reconstructions), axis=(1, 2, 3), dtype=np.float64)


def psnr_db(mse: PerImage) -> PerImage:
    """Gives the peak signal-to-noise ratio in dB for a peak of 1; 100 dB at the most."""
    return -10.0 * np.log10(np.maximum(mse, 1e-10))


def ssim(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Gives the structural similarity; Wang et al. 2004, window 11, sigma 1.5."""
    return np.asarray(tf.image.ssim(originals, reconstructions, max_val=1.0), dtype=np.float64)


def ms_ssim(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Gives the multi-scale structural similarity; Wang, Simoncelli & Bovik 2003.

    Of the five scales those are taken for which the window of 11 pixels fits into the image, four
    at 96 pixels, and their weights are made to sum to 1.
    """
    num_scales = sum(originals.shape[1] >> scale >= _SSIM_WINDOW for scale in range(5))
    weights = np.array(_SCALE_WEIGHTS[: max(num_scales, 1)])
    return np.asarray(
        tf.image.ssim_multiscale(
            originals, reconstructions, max_val=1.0, power_factors=weights / weights.sum()
        ),
        dtype=np.float64,
    )


def bce_per_dim(originals: Pixels, reconstructions: Pixels) -> PerImage:
    """Gives the binary cross-entropy in nats per pixel and channel."""
    clipped = np.clip(reconstructions.astype(np.float64), _EPSILON, 1.0 - _EPSILON)
    nats = -originals * np.log(clipped) - (1.0 - originals) * np.log1p(-clipped)
    return nats.mean(axis=(1, 2, 3))


def entropy_per_dim(originals: Pixels) -> PerImage:
    """Gives the floor of ``bce_per_dim``: its value for a perfect reconstruction."""
    return bce_per_dim(originals, originals)


def sharpness(pixels: Pixels) -> PerImage:
    """Gives the variance of the Laplacian of the luminance, times 1000.

    The 4-neighbour Laplacian on the inner pixels; Pech-Pacheco et al. 2000.
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


def evaluate(
    trained: inference.TrainedVae,
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    *,
    seed: int,
) -> dict[str, Any]:
    """Gives the means over images of every number here.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8; may be memory-mapped, only one batch is in memory.
        rows: (n,), the images to reconstruct.
        seed: for one z of each posterior.

    Returns:
        The numbers when z is the posterior mean; ``diversity``, how much these reconstructions
        differ from one another; ``sharpness_originals`` and ``diversity_originals``; and, under
        ``sampled``, the numbers when z is drawn from the posterior, as in training.
    """
    from_mean, from_draw = _Means(), _Means()
    of_originals, of_reconstructions = Diversity(), Diversity()
    for chunk in inference.chunks(rows):
        originals = batches.to_pixels(images[chunk]).numpy()
        posteriors = trained.encode(images, chunk)
        drawn = posteriors.draw_z(seed=seed, first=from_mean.num_images)
        reconstructions = trained.decode(posteriors.z_mean)
        of_originals.add(originals)
        of_reconstructions.add(reconstructions)
        from_mean.add(
            _numbers(originals, reconstructions) | {"sharpness_originals": sharpness(originals)}
        )
        from_draw.add(_numbers(originals, trained.decode(drawn)))
    return {
        **from_mean.values(),
        "diversity": of_reconstructions.value(),
        "diversity_originals": of_originals.value(),
        "sampled": from_draw.values(),
    }


class _Means:
    """Means over images that come batch by batch."""

    def __init__(self) -> None:
        self.num_images = 0
        self._totals: dict[str, float] = {}

    def add(self, numbers: Mapping[str, PerImage]) -> None:
        """Adds a batch, one value an image under each name."""
        self.num_images += len(next(iter(numbers.values())))
        for name, values in numbers.items():
            self._totals[name] = self._totals.get(name, 0.0) + float(values.sum())

    def values(self) -> dict[str, float]:
        """Gives the mean under each name."""
        return {name: total / self.num_images for name, total in self._totals.items()}


def _numbers(originals: Pixels, reconstructions: Pixels) -> dict[str, PerImage]:
    mse = mean_squared_error(originals, reconstructions)
    bce = bce_per_dim(originals, reconstructions)
    return {
        "mse": mse,
        "psnr_db": psnr_db(mse),
        "ssim": ssim(originals, reconstructions),
        "ms_ssim": ms_ssim(originals, reconstructions),
        "bce_per_dim": bce,
        "bce_above_entropy": bce - entropy_per_dim(originals),
        "sharpness": sharpness(reconstructions),
    }
