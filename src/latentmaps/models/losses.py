"""The terms of the VAE's loss, as pure functions of tensors, and what their weights mean.

Reductions follow the source of the method: the reconstruction loss is summed over the pixels of an
image and averaged over its colour channels, the KL divergence is summed over the latent dimensions,
and the training step averages both over the batch.
"""

import tensorflow as tf


def bce_from_logits(pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Gives the binary cross-entropy of each image.

    max(l, 0) - l x + log(1 + exp(-|l|)) for logit l and pixel x: the stable form of
    -x log s(l) - (1 - x) log(1 - s(l)), s the logistic function.

    Args:
        pixels: (n, h, w, c), float32, 0..1, the target.
        logits: (n, h, w, c), float32, unbounded; the reconstruction is their logistic function.

    Returns:
        (n,), nats: the sum over pixels, the mean over channels.
    """
    nats = tf.nn.sigmoid_cross_entropy_with_logits(labels=pixels, logits=logits)  # (n, h, w, c)
    num_channels = tf.cast(tf.shape(pixels)[-1], tf.float32)
    # one reduction, then one division for each image: cheaper than a mean for each pixel
    return tf.reduce_sum(nats, axis=(1, 2, 3)) / num_channels


def kl_divergence(z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
    """Gives the KL divergence of each posterior from the prior N(0, I), per dimension.

    (mu^2 + exp(lv) - lv - 1) / 2; Kingma & Welling 2014, appendix B.

    Args:
        z_mean: (n, latent_dim), float32.
        z_log_var: (n, latent_dim), float32.

    Returns:
        (n, latent_dim), nats, never negative; the KL of an image is the sum over its dimensions.
    """
    return 0.5 * (tf.square(z_mean) + tf.exp(z_log_var) - z_log_var - 1.0)


def beta_equivalent(kl_weight: float, *, num_channels: int) -> float:
    """Gives the weight of the KL term when everything is in nats of the whole image.

    The reconstruction loss is a mean over channels, so multiplying the total by their number gives
    the negative ELBO of Higgins et al. 2017 with beta = num_channels * kl_weight.
    """
    return num_channels * kl_weight
