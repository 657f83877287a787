"""The KL term of the VAE's loss, as pure functions of tensors.

It is summed over the latent dimensions of an image, and the training step averages it over the
batch. How it enters the training is in ``kl``.
"""

import tensorflow as tf


def kl_divergence(z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
    """Return the KL divergence of each posterior from the prior N(0, I), per dimension.

    (mu^2 + exp(lv) - lv - 1) / 2; Kingma & Welling 2014, appendix B.

    Args:
        z_mean: (n, latent_dim), float32.
        z_log_var: (n, latent_dim), float32.

    Returns:
        (n, latent_dim), nats, never negative; the KL of an image is the sum over its dimensions.
    """
    return kl_of_means(z_mean) + kl_of_variances(z_log_var)


def kl_of_means(z_mean: tf.Tensor) -> tf.Tensor:
    """Return the part of ``kl_divergence`` that the means cause: mu^2 / 2."""
    return 0.5 * tf.square(z_mean)


def kl_of_variances(z_log_var: tf.Tensor) -> tf.Tensor:
    """Return the part of ``kl_divergence`` that the variances cause: (exp(lv) - lv - 1) / 2."""
    return 0.5 * (tf.exp(z_log_var) - z_log_var - 1.0)
