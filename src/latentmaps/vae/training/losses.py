"""The terms of the VAE's loss, as pure functions of tensors, and what their weights mean.

Reductions follow the source of the method: a reconstruction loss is summed over the pixels of an
image and averaged over its colour channels, the KL divergence is summed over the latent dimensions,
and the training step averages both over the batch.
"""

import math
from collections.abc import Callable

import tensorflow as tf

# a level of 8 bits is 1/256 wide
_NATS_OF_A_LEVEL = math.log(256.0)


@tf.custom_gradient
def bce_from_logits(
    pixels: tf.Tensor, logits: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]]:
    """Gives the binary cross-entropy of each image.

    max(l, 0) - l x - log(max(s(l), 1 - s(l))) for logit l and pixel x, s the logistic function: the
    stable form of -x log s(l) - (1 - x) log(1 - s(l)). The gradient s(l) - x is written out, since
    s(l) is there already; TensorFlow's own cross-entropy takes twice as long.

    Args:
        pixels: (n, h, w, c), float32, 0..1, the target.
        logits: (n, h, w, c), float32, unbounded; the reconstruction is their logistic function.

    Returns:
        (n,), nats: the sum over pixels, the mean over channels.
    """
    share = tf.sigmoid(logits)
    distance_from_half = tf.math.log(tf.maximum(share, 1.0 - share))
    nats = tf.nn.relu(logits) - logits * pixels - distance_from_half
    num_channels = tf.cast(tf.shape(logits)[-1], tf.float32)

    def gradient(of_losses: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        factor = tf.reshape(of_losses / num_channels, (-1, 1, 1, 1))  # (n, 1, 1, 1)
        return -logits * factor, (share - pixels) * factor

    return _sum_over_pixels(nats), gradient


def squared_error(pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Gives the squared error of each image.

    Args:
        pixels: (n, h, w, c), float32, 0..1, the target.
        logits: (n, h, w, c), float32, unbounded; the reconstruction is their logistic function.

    Returns:
        (n,): the sum over pixels, the mean over channels.
    """
    return _sum_over_pixels(tf.math.squared_difference(pixels, tf.sigmoid(logits)))


def gaussian_nll(pixels: tf.Tensor, logits: tf.Tensor, log_sigma: tf.Tensor) -> tf.Tensor:
    """Gives the negative log-likelihood of each image under one Gaussian for all pixels.

    (x - r)^2 / (2 sigma^2) + log sigma + log(2 pi) / 2 for pixel x and reconstruction r; Rybkin,
    Daniilidis & Levine 2021, equation 4.

    Args:
        pixels: (n, h, w, c), float32, 0..1, the target.
        logits: (n, h, w, c), float32, unbounded; the reconstruction is their logistic function.
        log_sigma: (), logarithm of the standard deviation, in units of pixels 0..1.

    Returns:
        (n,), nats of a density: the sum over pixels, the mean over channels; may be negative.
    """
    size = tf.shape(pixels)
    num_pixels = tf.cast(size[1] * size[2], tf.float32)
    constant = num_pixels * (log_sigma + 0.5 * math.log(2.0 * math.pi))
    return 0.5 * tf.exp(-2.0 * log_sigma) * squared_error(pixels, logits) + constant


def _sum_over_pixels(values: tf.Tensor) -> tf.Tensor:
    # one reduction, then one division for each image: cheaper than a mean for each pixel
    num_channels = tf.cast(tf.shape(values)[-1], tf.float32)
    return tf.reduce_sum(values, axis=(1, 2, 3)) / num_channels


def kl_divergence(z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
    """Gives the KL divergence of each posterior from the prior N(0, I), per dimension.

    (mu^2 + exp(lv) - lv - 1) / 2; Kingma & Welling 2014, appendix B.

    Args:
        z_mean: (n, latent_dim), float32.
        z_log_var: (n, latent_dim), float32.

    Returns:
        (n, latent_dim), nats, never negative; the KL of an image is the sum over its dimensions.
    """
    return kl_of_means(z_mean) + kl_of_variances(z_log_var)


def kl_of_means(z_mean: tf.Tensor) -> tf.Tensor:
    """Gives the part of ``kl_divergence`` that the means cause: mu^2 / 2."""
    return 0.5 * tf.square(z_mean)


def kl_of_variances(z_log_var: tf.Tensor) -> tf.Tensor:
    """Gives the part of ``kl_divergence`` that the variances cause: (exp(lv) - lv - 1) / 2."""
    return 0.5 * (tf.exp(z_log_var) - z_log_var - 1.0)


def beta_equivalent(kind: str, kl_weight: float, *, num_channels: int) -> float:
    """Gives the weight of the KL term when everything is in nats of the whole image.

    The reconstruction loss is a mean over channels, so multiplying the total by their number gives
    the negative ELBO of Higgins et al. 2017 with beta = num_channels * kl_weight. A squared error
    is twice the negative log-likelihood of a Gaussian of unit variance, which halves beta.

    Args:
        kind: bce, mse or gaussian.
        kl_weight: ``fact``.
        num_channels: of the images.
    """
    return num_channels * kl_weight * (0.5 if kind == "mse" else 1.0)


def nats_per_dim(kind: str, reconstruction_loss: float, *, num_pixels: int) -> float:
    """Gives a reconstruction loss in nats per pixel and channel.

    Args:
        kind: bce; gaussian; or mse, read as a Gaussian of unit variance.
        reconstruction_loss: sum over pixels, mean over channels.
        num_pixels: height times width.
    """
    per_dim = reconstruction_loss / num_pixels
    return 0.5 * (per_dim + math.log(2.0 * math.pi)) if kind == "mse" else per_dim


def floor_per_dim(kind: str, entropy_per_dim: float) -> float:
    """Gives the least that ``nats_per_dim`` can be, whatever the network.

    For bce it is the entropy of the targets. A density of values with 256 levels is at most 256, so
    for mse and gaussian it is -log 256; what is above it is the length of the code of a value.

    Args:
        kind: bce, mse or gaussian.
        entropy_per_dim: -x log x - (1 - x) log(1 - x), mean over the pixels x of the targets, nats.
    """
    return entropy_per_dim if kind == "bce" else -_NATS_OF_A_LEVEL
