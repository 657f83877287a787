"""Classify images with the CNN, and measure its confidence.

The idea comes from the Inception Score (Salimans et al. 2016, "Improved Techniques for Training
GANs", section 4). A random digit that the CNN classifies with confidence looks like a digit, and
if all ten classes occur, the random digits cover the data. A network can be confidently wrong, so
the results for real digits are given for comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.digits.dataset.digits import NUM_CLASSES
from latentmaps.images import pixels
from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.samplers import Sampler
from latentmaps.vae.network.inference import TrainedVae

Images = npt.NDArray[np.uint8]

REAL = "real"


@dataclass(frozen=True)
class Reading:
    """The CNN's classification of some images.

    Attributes:
        images: (n, 28, 28, 1), uint8, 0..255.
        digits: (n,), the digit with the highest probability, 0..9.
        confidences: (n,), float32, the probability of that digit, 0..1.
    """

    images: Images
    digits: npt.NDArray[np.int64]
    confidences: npt.NDArray[np.float32]

    def rows(self, digit: int) -> npt.NDArray[np.int64]:
        """Return the rows of the images that are classified as `digit`, (num_rows,), int64."""
        return np.flatnonzero(self.digits == digit)

    def numbers(self, min_confidence: float) -> dict[str, Any]:
        """Return the shares of images by class and confidence.

        Args:
            min_confidence: smallest probability that counts as confident.

        Returns:
            ``num_images``; ``sure``, the share of images that are classified with confidence; and
            ``digits``, with two shares per digit: ``read``, the share of all images that are
            classified as this digit, and ``sure``, the confident share among those, or None if
            there are none.
        """
        is_sure = self.confidences >= min_confidence
        masks = [self.digits == digit for digit in range(NUM_CLASSES)]
        return {
            "num_images": len(self.digits),
            "sure": is_sure.mean(),
            "digits": {
                str(digit): {
                    "read": is_read.mean(),
                    "sure": is_sure[is_read].mean() if is_read.any() else None,
                }
                for digit, is_read in enumerate(masks)
            },
        }


def read(cnn: TrainedCnn, images: Images) -> Reading:
    """Classify images (n, 28, 28, 1), uint8, with the CNN."""
    probabilities = cnn.predict(images[..., 0])
    return Reading(images, probabilities.argmax(axis=1), probabilities.max(axis=1))


def read_all(
    cnn: TrainedCnn,
    vae: TrainedVae,
    fitted: Mapping[str, Sampler],
    real: Images,
    *,
    num_samples: int,
    seed: int,
) -> dict[str, Reading]:
    """Classify real digits and the random digits of each sampler.

    Args:
        cnn: the CNN that classifies.
        vae: the VAE whose decoder generates the random digits.
        fitted: samplers by name.
        real: (m, 28, 28, 1), uint8, digits that neither network was trained on.
        num_samples: number of random digits per sampler.
        seed: seed of the random points; if it is ``base.seed``, draw_samples and evaluate_vae use
            the same points.

    Returns:
        The classifications by name: ``real`` for the real digits, and the names of the samplers.
    """
    readings = {REAL: read(cnn, real)}
    for name, sampler in fitted.items():
        z = samplers.sample(sampler, num_samples, vae.architecture.latent_dim, seed=seed)
        readings[name] = read(cnn, pixels.to_uint8(vae.decode(z)))
    return readings


def numbers(
    readings: Mapping[str, Reading], *, labels: npt.NDArray[np.int64], min_confidence: float
) -> dict[str, Any]:
    """Return the numbers of all classifications.

    Args:
        readings: classifications as returned by ``read_all``.
        labels: (m,), 0..9, labels of the real digits.
        min_confidence: smallest probability that counts as confident.

    Returns:
        ``is_judged``, which is True; ``min_confidence``; ``accuracy``, the share of real digits
        that are classified correctly; and ``readings``, the results of ``Reading.numbers`` by name.
    """
    return {
        "is_judged": True,
        "min_confidence": min_confidence,
        "accuracy": (readings[REAL].digits == labels).mean(),
        "readings": {name: reading.numbers(min_confidence) for name, reading in readings.items()},
    }
