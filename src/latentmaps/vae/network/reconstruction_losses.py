"""Reconstruction losses, which compare an image with its reconstruction.

Each loss is one class, registered under its name in ``RECONSTRUCTION_LOSSES``. As in the blog posts
that describe the method (R. Moenchmeyer; see docs/training.md), a loss is summed over the pixels of
an image and averaged over its color channels. The training step then averages over the batch.

The losses are in this package rather than in the training package, because the title of every
picture names the loss that the VAE was trained with.
"""

import math
from collections.abc import Callable, Mapping
from typing import ClassVar

import keras
import tensorflow as tf


class ReconstructionLoss(keras.layers.Layer):
    """A per-image loss: pixels and logits, (n, h, w, c) each -> (n,), float32.

    Pixels are the targets, 0..1. The reconstruction is the logistic function of the logits. The
    attributes have no defaults, so a new loss cannot inherit a wrong value by mistake.

    Attributes:
        kind: name in params.yaml, in result files and on pages.
        caption: name in the titles of pictures; empty if they do not mention the loss.
        nats_name: prefix of the metrics in nats, ``bce`` or ``nll``.
        nats_per_unit: nats of negative log-likelihood per unit of the loss.
        constant_per_dim: constant term of the negative log-likelihood that the loss omits, nats per
            pixel and channel.
        floor: smallest possible value of ``nats_per_dim``; None means the entropy of the targets.
        least_per_pixel: loss of a perfect copy, per pixel; None means the entropy of the targets.
    """

    kind: ClassVar[str]
    caption: ClassVar[str]
    nats_name: ClassVar[str]
    nats_per_unit: ClassVar[float]
    constant_per_dim: ClassVar[float]
    floor: ClassVar[float | None]
    least_per_pixel: ClassVar[float | None]

    def __init__(self) -> None:
        super().__init__(dtype="float32", name="reconstruction_loss")
        self.built = True

    @property
    def sigma(self) -> float | None:
        """The learned standard deviation of the pixels, 0..1, or None if it is not learned."""
        return None

    def start_at(self, sigma: float | None) -> None:
        """Start from the standard deviation of an earlier run, if this loss learns one.

        Args:
            sigma: standard deviation of the pixels, 0..1; None if the earlier run learned none.
        """

    @classmethod
    def beta_equivalent(cls, kl_weight: float, *, num_channels: int) -> float:
        """Return beta, the equivalent KL weight for a loss in nats summed over the whole image.

        This loss is averaged over channels. If it is in nats, multiplying the total loss by the
        number of channels gives the negative ELBO of Higgins et al. 2017 with
        beta = num_channels * kl_weight. Otherwise, ``nats_per_unit`` converts the units.

        Args:
            kl_weight: weight of the KL term used with this loss.
            num_channels: number of color channels of the images.
        """
        return num_channels * kl_weight * cls.nats_per_unit

    @classmethod
    def nats_per_dim(cls, reconstruction_loss: float, *, num_pixels: int) -> float:
        """Convert a value of this loss to a negative log-likelihood, nats per pixel and channel.

        Args:
            reconstruction_loss: value of the loss, summed over pixels and averaged over channels.
            num_pixels: height times width.
        """
        return cls.nats_per_unit * (reconstruction_loss / num_pixels) + cls.constant_per_dim

    @classmethod
    def floor_per_dim(cls, entropy_per_dim: float) -> float:
        """Return the smallest value of ``nats_per_dim`` that any network can reach.

        Args:
            entropy_per_dim: mean of -x log x - (1 - x) log(1 - x) over the pixels x of the targets,
                nats.
        """
        return entropy_per_dim if cls.floor is None else cls.floor

    @classmethod
    def least(cls, entropy_per_dim: float, *, num_pixels: int) -> float:
        """Return the loss of a perfect copy, the lowest loss that any network can reach.

        Args:
            entropy_per_dim: see ``floor_per_dim``.
            num_pixels: height times width.
        """
        per_pixel = entropy_per_dim if cls.least_per_pixel is None else cls.least_per_pixel
        return num_pixels * per_pixel


class BinaryCrossEntropy(ReconstructionLoss):
    """``bce``: -x log r - (1 - x) log(1 - r) for a pixel x and its reconstruction r, in nats.

    The pixel is interpreted as a probability.

    Source: Kingma & Welling 2014, appendix C.1.
    """

    kind = "bce"
    caption = ""
    nats_name = "bce"
    nats_per_unit = 1.0
    constant_per_dim = 0.0
    floor = None  # a perfect copy costs the entropy of the targets
    least_per_pixel = None

    def call(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return the cross-entropy of each image, (n,), nats."""
        return _bce_from_logits(pixels, logits)


class _Density(ReconstructionLoss):
    """A loss that is the negative log of a probability density of the pixels, up to constants.

    The density of a value with 256 levels, each 1/256 wide, is at most 256, so the floor is
    -log 256. The difference from the floor is the code length of a value.
    """

    nats_name = "nll"
    floor = -math.log(256.0)
    least_per_pixel = 0.0


class SquaredError(_Density):
    """``mse``: (x - r)^2 for a pixel x and its reconstruction r.

    It corresponds to a Gaussian with unit variance, whose negative log-likelihood is
    ((x - r)^2 + log(2 pi)) / 2.
    """

    kind = "mse"
    caption = "mse"
    nats_per_unit = 0.5
    constant_per_dim = 0.5 * math.log(2.0 * math.pi)

    def call(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return the squared error of each image, (n,)."""
        return _squared_error(pixels, logits)


class AbsoluteError(_Density):
    """``mae``: |x - r| for a pixel x and its reconstruction r.

    It corresponds to a Laplace distribution with unit scale, whose negative log-likelihood is
    |x - r| + log 2.
    """

    kind = "mae"
    caption = "mae"
    nats_per_unit = 1.0
    constant_per_dim = math.log(2.0)

    def call(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return the absolute error of each image, (n,)."""
        return _sum_over_pixels(tf.abs(pixels - tf.sigmoid(logits)))


class GaussianNll(_Density):
    """``gaussian``: the negative log-likelihood of a Gaussian with one learned sigma.

    For a pixel x and its reconstruction r, it is
    (x - r)^2 / (2 sigma^2) + log sigma + log(2 pi) / 2, in nats. It can be negative, because the
    density can exceed 1.

    Source: Rybkin, Daniilidis & Levine 2021, equation 4.
    """

    kind = "gaussian"
    caption = "gaussian"
    nats_per_unit = 1.0
    constant_per_dim = 0.0
    # for a perfect copy, sigma would shrink to the width of a level
    least_per_pixel = _Density.floor

    # Adam moves every weight by about the learning rate per step, and log sigma must go from -1.2
    # to about -3. With a learning rate of 0.0005, that takes 4,000 steps. The trained weight is a
    # tenth of log sigma, so it takes 400 steps.
    SCALE = 10.0
    # close to the standard deviation of the pixels of a face
    FIRST_SIGMA = 0.3

    def __init__(self) -> None:
        super().__init__()
        first = keras.initializers.Constant(math.log(self.FIRST_SIGMA) / self.SCALE)
        self.scaled_log_sigma = self.add_weight(initializer=first, name="scaled_log_sigma")

    def call(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return the negative log-likelihood of each image, (n,), nats."""
        log_sigma = self.SCALE * self.scaled_log_sigma
        size = tf.shape(pixels)
        num_pixels = tf.cast(size[1] * size[2], tf.float32)
        constant = num_pixels * (log_sigma + 0.5 * math.log(2.0 * math.pi))
        return 0.5 * tf.exp(-2.0 * log_sigma) * _squared_error(pixels, logits) + constant

    @property
    def sigma(self) -> float | None:
        """The learned standard deviation of the pixels, 0..1."""
        return float(math.exp(self.SCALE * float(self.scaled_log_sigma.numpy())))

    def start_at(self, sigma: float | None) -> None:
        """Start from the given standard deviation of the pixels, 0..1, unless it is None."""
        if sigma is not None:
            self.scaled_log_sigma.assign(math.log(sigma) / self.SCALE)


RECONSTRUCTION_LOSSES: Mapping[str, type[ReconstructionLoss]] = {
    loss.kind: loss for loss in (BinaryCrossEntropy, SquaredError, GaussianNll, AbsoluteError)
}


@tf.custom_gradient
def _bce_from_logits(
    pixels: tf.Tensor, logits: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]]:
    """Return the binary cross-entropy of each image, (n,), and its gradient.

    For a logit l, a pixel x and the logistic function s,

        max(l, 0) - l x - log(max(s(l), 1 - s(l)))

    is the numerically stable form of -x log s(l) - (1 - x) log(1 - s(l)). The gradient, s(l) - x,
    is written out because s(l) has already been computed. TensorFlow's own cross-entropy takes
    twice as long.
    """
    share = tf.sigmoid(logits)
    distance_from_half = tf.math.log(tf.maximum(share, 1.0 - share))
    nats = tf.nn.relu(logits) - logits * pixels - distance_from_half
    num_channels = tf.cast(tf.shape(logits)[-1], tf.float32)

    def gradient(of_losses: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        factor = tf.reshape(of_losses / num_channels, (-1, 1, 1, 1))  # (n, 1, 1, 1)
        return -logits * factor, (share - pixels) * factor

    return _sum_over_pixels(nats), gradient


def _squared_error(pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return _sum_over_pixels(tf.math.squared_difference(pixels, tf.sigmoid(logits)))


def _sum_over_pixels(values: tf.Tensor) -> tf.Tensor:
    # one reduction and one division per image: faster than a mean over channels for each pixel
    num_channels = tf.cast(tf.shape(values)[-1], tf.float32)
    return tf.reduce_sum(values, axis=(1, 2, 3)) / num_channels
