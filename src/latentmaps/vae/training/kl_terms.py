"""The KL term of the VAE loss as pure functions of tensors.

An image's KL divergence is the sum over its latent dimensions; the training step averages it over
the batch. The module ``kl`` shows how the term enters the loss.
"""

import tensorflow as tf


def kl_divergence(z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
    """Return the KL divergence of each posterior from the prior N(0, I), per latent dimension.

    KL(N(mu, exp(lv)) || N(0, 1)) = (mu^2 + exp(lv) - lv - 1) / 2, with mu = `z_mean` and
    lv = `z_log_var`.

    Source: Kingma & Welling 2014, appendix B.

    Args:
        z_mean: (n, latent_dim), float32.
        z_log_var: (n, latent_dim), float32.

    Returns:
        (n, latent_dim), nats, never negative. The KL divergence of an image is the sum over axis 1.
    """
    return kl_of_means(z_mean) + kl_of_variances(z_log_var)


def kl_of_means(z_mean: tf.Tensor) -> tf.Tensor:
    """Return the part of ``kl_divergence`` that depends on the means, mu^2 / 2.

    Args:
        z_mean: (n, latent_dim), float32.

    Returns:
        (n, latent_dim), nats, never negative.
    """
    return 0.5 * tf.square(z_mean)


def kl_of_variances(z_log_var: tf.Tensor) -> tf.Tensor:
    """Return the part of ``kl_divergence`` that depends on the variances, (exp(lv) - lv - 1) / 2.

    Args:
        z_log_var: (n, latent_dim), float32.

    Returns:
        (n, latent_dim), nats, never negative.
    """
    return 0.5 * (tf.exp(z_log_var) - z_log_var - 1.0)
