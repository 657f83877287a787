"""The VAE as a trainable Keras model: everything that the methods in ``kl`` share.

Each class in ``kl`` adds the KL term, weighted by ``kl_weight``, to the loss in a different place.
This module contains the rest: the forward pass, the running means of the losses, and validation.
"""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from latentmaps.vae.network.reconstruction_losses import ReconstructionLoss
from latentmaps.vae.training import batches, kl_terms

Inputs = Mapping[str, tf.Tensor]


class TrainableVae(keras.Model):
    """Base class of a VAE in training: encoder, sampling, decoder and running losses.

    The forward pass is

        z_mean, z_log_var = encoder(pixels)
        z = z_mean + exp(z_log_var / 2) * epsilon
        logits = decoder(z)

    Inputs are ``{"pixels": (n, h, w, c), "epsilon": (n, latent_dim)}``; targets are the clean
    pixels, (n, h, w, c), 0..1. The noise epsilon is an input, so it does not depend on the method
    or the number of devices. ``train_step`` and ``test_step`` also accept uint8 images; see
    ``batches``.

    A subclass implements ``call`` and adds

        current_kl_weight() * mean(KL)

    to the loss. The table at the top of ``kl`` shows where each subclass does this.
    ``get_metrics_result`` reports the same sum for every subclass.

    Attributes:
        encoder: pixels -> [z_mean, z_log_var].
        decoder: z -> logits.
        reconstruction_loss: pixels, logits -> loss of each image, (n,).
        kl_weight: weight of the KL term, ``train_vae.fact``.
        warm_up: (), 0..1, factor by which `kl_weight` is multiplied; 1 outside a warm-up.
        averages: moving averages of the trained weights; empty unless ``keep_averages`` was called.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        reconstruction_loss: ReconstructionLoss,
        kl_weight: float,
    ) -> None:
        super().__init__(name="vae")
        self.encoder = encoder
        self.decoder = decoder
        self.reconstruction_loss = reconstruction_loss
        self.kl_weight = kl_weight
        # a variable rather than a number, so that a compiled step uses its current value
        self.warm_up = self.add_weight(
            shape=(), initializer="ones", trainable=False, dtype="float32", name="warm_up"
        )
        self.averages: list[keras.Variable] = []
        self._reconstruction_mean = keras.metrics.Mean(name="reconstruction_loss")
        self._kl_means = [keras.metrics.Mean(name="kl_nats")]

    @property
    def num_parameters(self) -> int:
        """Number of weights in the encoder and the decoder."""
        return int(self.encoder.count_params() + self.decoder.count_params())

    def current_kl_weight(self) -> tf.Tensor:
        """Return the KL weight with the warm-up applied, ()."""
        return self.kl_weight * tf.convert_to_tensor(self.warm_up)

    def keep_averages(self) -> None:
        """Add a variable for each trained weight, for ``WeightAverage`` to fill."""
        self.averages = [
            self.add_weight(
                shape=weight.shape,
                initializer="zeros",
                trainable=False,
                dtype=weight.dtype,
                name=f"average_{index}",
            )
            for index, weight in enumerate(self.trainable_variables)
        ]

    def make_ready(self, optimizer: keras.Optimizer, *, jit_compile: bool) -> None:
        """Compile the model with the losses that the method leaves to Keras."""
        self.compile(
            optimizer=optimizer, loss=self._reconstruction_per_image, jit_compile=jit_compile
        )

    def targets(self, pixels: tf.Tensor) -> Any:
        """Return the targets for a batch, given its clean pixels, (n, h, w, c)."""
        return pixels

    def _clean_pixels(self, targets: Any) -> tf.Tensor:
        """Return the clean pixels from the result of ``targets``."""
        return targets

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Running means over images, which Keras resets at the start of an epoch."""
        return [self._reconstruction_mean, *self._kl_means]

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Run Keras's training step and return the running means of the losses, () each."""
        return one_row_per_worker(super().train_step(batches.as_pixels(data)))

    def test_step(self, data: tuple[Inputs, Any, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Evaluate a batch and return the running means, in the same way for all methods.

        Args:
            data: inputs, targets, and a weight for each image, (n,): 0 for padding, otherwise 1.
        """
        inputs, targets, weights = batches.as_pixels(data)
        logits, z_mean, z_log_var = self._forward(inputs, training=False)
        per_image = self.reconstruction_loss(self._clean_pixels(targets), logits)  # (n,)
        self._reconstruction_mean.update_state(per_image, sample_weight=weights)
        self._kl_per_image(z_mean, z_log_var, weights)
        return one_row_per_worker(self.get_metrics_result())

    def get_metrics_result(self) -> dict[str, tf.Tensor]:
        """Return the running means of the losses.

        Returns:
            ``total_loss``, its parts ``reconstruction_loss`` and ``kl_loss`` (with the KL weight),
            and ``kl_nats`` (without it), () each.
        """
        reconstruction_loss = self._reconstruction_mean.result()
        kl_nats = tf.add_n([mean.result() for mean in self._kl_means])
        kl_loss = self.current_kl_weight() * kl_nats
        return {
            "total_loss": reconstruction_loss + kl_loss,
            "reconstruction_loss": reconstruction_loss,
            "kl_loss": kl_loss,
            "kl_nats": kl_nats,
        }

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, tf.Tensor]:
        """Return the running means, () each; Keras calls this at the end of its own steps.

        Args:
            x: ignored, like all other arguments.
            y: ignored.
            y_pred: ignored.
            sample_weight: ignored.
        """
        return self.get_metrics_result()

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Build what ``compile`` left unbuilt; Keras's trainer calls this hook.

        Keras averages a batch over all devices to infer its shapes. With several machines, this
        fails if batches are dictionaries (Keras 3.15, issue 20585), so this override uses the batch
        of one device instead.
        """
        strategy = self.distribute_strategy
        if iterator is None or not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            super()._maybe_symbolic_build(iterator, data_batch)
            return
        epoch_batches = next(iterator_of_epoch for _, _, iterator_of_epoch in iterator)
        local_batch = tf.nest.map_structure(
            lambda value: strategy.experimental_local_results(value)[0], next(epoch_batches)
        )
        with strategy.scope():
            self._symbolic_build(data_batch=local_batch)

    def _forward(self, inputs: Inputs, *, training: bool) -> tuple[tf.Tensor, ...]:
        """Return the logits, z_mean and z_log_var."""
        z_mean, z_log_var = self.encoder(inputs["pixels"], training=training)  # (n, latent_dim)
        z = sample_z(z_mean, z_log_var, inputs["epsilon"])  # (n, latent_dim)
        return self.decoder(z, training=training), z_mean, z_log_var

    def _reconstruction_per_image(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return the reconstruction loss of each image, (n,), and update its running mean."""
        per_image = self.reconstruction_loss(pixels, logits)
        self._reconstruction_mean.update_state(per_image)
        return per_image

    def _mean_kl(self, z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
        """Return the mean KL divergence of the batch, (), nats, and update its running mean."""
        return tf.reduce_mean(self._kl_per_image(z_mean, z_log_var))

    def _kl_per_image(
        self, z_mean: tf.Tensor, z_log_var: tf.Tensor, weights: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Return the KL divergence of each image, (n,), nats, and update its running mean."""
        per_image = tf.reduce_sum(kl_terms.kl_divergence(z_mean, z_log_var), axis=1)  # (n,)
        self._kl_means[0].update_state(per_image, sample_weight=weights)
        return per_image


def one_row_per_worker(numbers: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Return scalars with shape (1,) on several machines, and unchanged otherwise.

    On several machines, Keras's trainer averages the results of the workers over the first axis.
    """
    if not isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return dict(numbers)
    return {name: tf.reshape(number, (1,)) for name, number in numbers.items()}


def sample_z(z_mean: tf.Tensor, z_log_var: tf.Tensor, epsilon: tf.Tensor) -> tf.Tensor:
    """Return z ~ N(z_mean, exp(z_log_var)), computed from epsilon ~ N(0, I).

    This is the reparameterization trick, z = z_mean + exp(z_log_var / 2) * epsilon. With
    epsilon = 0, the result is the posterior mean.

    Source: Kingma & Welling 2014, section 2.4.

    Args:
        z_mean: (n, latent_dim).
        z_log_var: (n, latent_dim).
        epsilon: (n, latent_dim).

    Returns:
        (n, latent_dim).
    """
    return z_mean + tf.exp(0.5 * z_log_var) * epsilon
