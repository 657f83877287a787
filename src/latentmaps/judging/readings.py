"""What the CNN reads in images, and how sure it is of it.

A network that reads digits is an inception score in small: a random digit that it reads without
hesitation looks like a digit, and random digits of all ten kinds cover what there is (Salimans et
al. 2016, "Improved Techniques for Training GANs", section 4). A network can be sure and wrong, so
real digits stand beside.
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
    """What the CNN reads in images.

    Attributes:
        images: (n, 28, 28, 1), uint8.
        digits: (n,), the digit with the highest probability, 0..9.
        confidences: (n,), that probability, 0..1.
    """

    images: Images
    digits: npt.NDArray[np.int64]
    confidences: npt.NDArray[np.float32]

    def rows(self, digit: int) -> npt.NDArray[np.int64]:
        """Return the rows of the images that are read as `digit`."""
        return np.flatnonzero(self.digits == digit)

    def numbers(self, min_confidence: float) -> dict[str, Any]:
        """Return the shares of images by what is read in them.

        Args:
            min_confidence: the probability from which on a reading is sure.

        Returns:
            ``num_images``; ``sure``, the share of all images that are read with so much
            confidence; and for each digit by its name ``read``, the share of all images that are
            read as that digit, and ``sure``, the share of those that are read so with so much
            confidence, null where there is none.
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
    """Return what the CNN reads in images (n, 28, 28, 1), uint8."""
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
    """Return what the CNN reads in real digits and in random ones of each sampler, by name.

    Args:
        cnn: the judge.
        vae: its decoder makes the random digits.
        fitted: the samplers by name.
        real: (m, 28, 28, 1), uint8, digits that neither network was trained on.
        num_samples: random digits of each sampler.
        seed: of the random points, as draw_samples and evaluate_vae have them.
    """
    readings = {REAL: read(cnn, real)}
    for name, sampler in fitted.items():
        z = samplers.sample(sampler, num_samples, vae.architecture.latent_dim, seed=seed)
        readings[name] = read(cnn, pixels.to_uint8(vae.decode(z)))
    return readings


def numbers(
    readings: Mapping[str, Reading], *, labels: npt.NDArray[np.int64], min_confidence: float
) -> dict[str, Any]:
    """Return the numbers of all readings.

    Args:
        readings: as ``read_all`` returns them.
        labels: (m,), 0..9, what the real digits show.
        min_confidence: the probability from which on a reading is sure.

    Returns:
        ``is_judged``, true; ``min_confidence``; ``accuracy``, the share of real digits that are
        read rightly; and ``readings``, by name what ``Reading.numbers`` returns.
    """
    return {
        "is_judged": True,
        "min_confidence": min_confidence,
        "accuracy": (readings[REAL].digits == labels).mean(),
        "readings": {name: one.numbers(min_confidence) for name, one in readings.items()},
    }
