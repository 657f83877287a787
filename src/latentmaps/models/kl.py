"""How the KL term enters the training of the VAE.

``train_step``: one GradientTape records the encoder, the sampling and the decoder, and the total
loss is written out where it is differentiated. Keras's ``fit`` calls the method for each batch, and
``test_step`` for each batch of the validation part.
"""

from typing import Any

import keras
import tensorflow as tf

from latentmaps.models import losses
from latentmaps.models.layers import Sampling


class TrainStepVae(keras.Model):
    """A VAE whose ``train_step`` holds the whole loss.

    total_loss = reconstruction_loss + kl_loss, kl_loss = kl_weight * kl_nats, and kl_nats is
    KL(q(z|x) || N(0, I)). The metrics are means over images, whatever the sizes of the batches,
    so they add up.
    """

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, *, kl_weight: float, seed: int
    ) -> None:
        super().__init__(name="vae")
        self.encoder = encoder
        self.decoder = decoder
        self.kl_weight = kl_weight
        self.sampling = Sampling(seed=seed, name="z")
        self._trackers = {
            name: keras.metrics.Mean(name=name)
            for name in ("total_loss", "reconstruction_loss", "kl_loss", "kl_nats")
        }

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The means that ``fit`` reports and resets after each epoch."""
        return list(self._trackers.values())

    def call(self, pixels: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c), from a sampled z."""
        return self._forward(pixels, training=training)[0]

    def train_step(self, images: tf.Tensor) -> dict[str, Any]:
        """Learns from a batch of images, (n, h, w, c), uint8, and gives the means so far."""
        pixels = to_pixels(images)
        with tf.GradientTape() as tape:
            # Without `training=True` batch normalisation would use its moving statistics and never
            # update them: a train_step of one's own gets no training phase from Keras.
            parts = self._loss_parts(pixels, training=True)
            # changes the loss in float16 only
            scaled_loss = self.optimizer.scale_loss(parts["total_loss"])
        gradients = tape.gradient(scaled_loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self._report(parts, num_images=tf.shape(images)[0])

    def test_step(self, images: tf.Tensor) -> dict[str, Any]:
        """Gives the means so far for images that are not learnt from; z is sampled here too."""
        parts = self._loss_parts(to_pixels(images), training=False)
        return self._report(parts, num_images=tf.shape(images)[0])

    def _forward(self, pixels: tf.Tensor, *, training: bool) -> tuple[tf.Tensor, ...]:
        z_mean, z_log_var = self.encoder(pixels, training=training)
        logits = self.decoder(self.sampling(z_mean, z_log_var), training=training)
        return logits, z_mean, z_log_var

    def _loss_parts(self, pixels: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        logits, z_mean, z_log_var = self._forward(pixels, training=training)
        reconstruction_loss = tf.reduce_mean(losses.bce_from_logits(pixels, logits))
        kl_per_image = tf.reduce_sum(losses.kl_divergence(z_mean, z_log_var), axis=1)  # (n,)
        kl_nats = tf.reduce_mean(kl_per_image)
        kl_loss = self.kl_weight * kl_nats
        return {
            "total_loss": reconstruction_loss + kl_loss,
            "reconstruction_loss": reconstruction_loss,
            "kl_loss": kl_loss,
            "kl_nats": kl_nats,
        }

    def _report(self, parts: dict[str, tf.Tensor], *, num_images: tf.Tensor) -> dict[str, Any]:
        for name, value in parts.items():
            self._trackers[name].update_state(value, sample_weight=tf.cast(num_images, tf.float32))
        return {name: tracker.result() for name, tracker in self._trackers.items()}


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Gives uint8 images 0..255 as float32 pixels 0..1."""
    return tf.cast(images, tf.float32) / 255.0
