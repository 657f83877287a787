"""How close reconstructions are to their originals, image by image.

All functions take pixels (n, h, w, c), float32, 0..1.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.images import likeness, pixels
from latentmaps.images.likeness import PerImage, Pixels
from latentmaps.vae.evaluation.diversity import Diversity
from latentmaps.vae.network import inference


def evaluate(
    trained: inference.TrainedVae,
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    *,
    seed: int,
) -> dict[str, Any]:
    """Measure reconstructions and return the mean of each measure over the images.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8; may be memory-mapped. One batch is read at a time.
        rows: (n,), rows of the images to reconstruct.
        seed: seed for sampling z from each posterior.

    Returns:
        - the measures with z at the posterior mean;
        - ``diversity``, how much these reconstructions differ from one another;
        - ``sharpness_originals`` and ``diversity_originals``;
        - ``sampled``, the measures with z sampled from the posterior, as in training.
    """
    from_mean, from_sample = _Means(), _Means()
    of_originals, of_reconstructions = Diversity(), Diversity()
    for chunk in inference.chunks(rows):
        originals = pixels.to_pixels(images[chunk])
        posteriors = trained.encode(images, chunk)
        sampled_z = posteriors.sample_z(seed=seed, first=from_mean.num_images)
        reconstructions = trained.decode(posteriors.z_mean)
        of_originals.add(originals)
        of_reconstructions.add(reconstructions)
        from_mean.add(
            measure(originals, reconstructions)
            | {"sharpness_originals": likeness.sharpness(originals)}
        )
        from_sample.add(measure(originals, trained.decode(sampled_z)))
    return {
        **from_mean.values(),
        "diversity": of_reconstructions.value(),
        "diversity_originals": of_originals.value(),
        "sampled": from_sample.values(),
    }


class _Means:
    """Means over images that arrive in batches."""

    def __init__(self) -> None:
        self.num_images = 0
        self._totals: dict[str, float] = {}

    def add(self, numbers: Mapping[str, PerImage]) -> None:
        """Add the values of a batch of images, by name."""
        self.num_images += len(next(iter(numbers.values())))
        for name, values in numbers.items():
            self._totals[name] = self._totals.get(name, 0.0) + float(values.sum())

    def values(self) -> dict[str, float]:
        """Return the mean of each measure, by name."""
        return {name: total / self.num_images for name, total in self._totals.items()}


def measure(originals: Pixels, reconstructions: Pixels) -> dict[str, PerImage]:
    """Return each measure of the reconstructions.

    Args:
        originals: (num_images, h, w, c), float32, 0..1.
        reconstructions: the same shape and range.

    Returns:
        Name of the measure -> (num_images,).
    """
    mse = likeness.mean_squared_error(originals, reconstructions)
    bce = likeness.bce_per_dim(originals, reconstructions)
    return {
        "mse": mse,
        "psnr_db": likeness.psnr_db(mse),
        "ssim": likeness.ssim(originals, reconstructions),
        "ms_ssim": likeness.ms_ssim(originals, reconstructions),
        "bce_per_dim": bce,
        "bce_above_entropy": bce - likeness.entropy_per_dim(originals),
        "sharpness": likeness.sharpness(reconstructions),
    }
