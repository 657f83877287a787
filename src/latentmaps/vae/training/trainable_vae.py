"""A VAE while it is trained: what all methods of ``kl`` share.

How the KL term gets into the loss is left to them.
"""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from latentmaps.vae.network.reconstruction_losses import ReconstructionLoss
from latentmaps.vae.training import batches, kl_terms

Inputs = Mapping[str, tf.Tensor]


class TrainableVae(keras.Model):
    """Encoder, decoder and reconstruction loss, with their noise, numbers and validation.

    It reads ``{"pixels": (n, h, w, c), "epsilon": (n, latent_dim)}``; the target is clean pixels.
    Its steps take both as bytes, too, see ``batches``.

    Attributes:
        encoder: pixels -> [z_mean, z_log_var].
        decoder: z -> logits.
        reconstruction_loss: of each image.
        kl_weight: weight of the KL term.
        warm_up: (), 0..1, by which ``kl_weight`` is multiplied.
        averages: of the trained weights, see ``keep_averages``.
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
        self.warm_up = self.add_weight(
            shape=(), initializer="ones", trainable=False, dtype="float32", name="warm_up"
        )
        self.averages: list[keras.Variable] = []
        self._reconstruction_mean = keras.metrics.Mean(name="reconstruction_loss")
        self._kl_means = [keras.metrics.Mean(name="kl_nats")]

    @property
    def num_parameters(self) -> int:
        """The number of weights of encoder and decoder."""
        return int(self.encoder.count_params() + self.decoder.count_params())

    def keep_averages(self) -> None:
        """Make a variable for each trained weight, which ``WeightAverage`` sets."""
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
        """Compiles the model with the losses that the method leaves to Keras."""
        self.compile(optimizer=optimizer, loss=self._count_reconstruction, jit_compile=jit_compile)

    def targets(self, pixels: tf.Tensor) -> Any:
        """Gives what a batch has to carry for clean pixels (n, h, w, c)."""
        return pixels

    def _clean_pixels(self, targets: Any) -> tf.Tensor:
        """Gives the pixels in what ``targets`` gave."""
        return targets

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The means over images that are reset after each epoch."""
        return [self._reconstruction_mean, *self._kl_means]

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Learns from a batch, in Keras's way, and gives the means so far."""
        return one_row_per_worker(super().train_step(batches.as_pixels(data)))

    def test_step(self, data: tuple[Inputs, Any, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Gives the means so far for images that are not learnt from, whatever the method.

        Args:
            data: inputs, targets, and a weight for each image: 0 for those that fill a batch up.
        """
        inputs, targets, weights = batches.as_pixels(data)
        logits, z_mean, z_log_var = self._forward(inputs, training=False)
        per_image = self.reconstruction_loss(self._clean_pixels(targets), logits)
        self._reconstruction_mean.update_state(per_image, sample_weight=weights)
        self._count_kl(z_mean, z_log_var, weights)
        return one_row_per_worker(self.get_metrics_result())

    def get_metrics_result(self) -> dict[str, tf.Tensor]:
        """Gives the losses so far; they add up."""
        reconstruction_loss = self._reconstruction_mean.result()
        kl_nats = tf.add_n([mean.result() for mean in self._kl_means])
        kl_loss = self._weight_in_force() * kl_nats
        return {
            "total_loss": reconstruction_loss + kl_loss,
            "reconstruction_loss": reconstruction_loss,
            "kl_loss": kl_loss,
            "kl_nats": kl_nats,
        }

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, tf.Tensor]:
        """Gives the losses so far; Keras calls it at the end of its own steps."""
        return self.get_metrics_result()

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Builds what compile left unbuilt; a hook of Keras's trainer.

        Keras's own averages a batch over all devices to learn its shapes, which fails for batches
        of several machines that are dictionaries (Keras 3.15, its issue 20585).
        """
        strategy = self.distribute_strategy
        if iterator is None or not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            super()._maybe_symbolic_build(iterator, data_batch)
            return
        batches = next(each for _, _, each in iterator)
        mine = tf.nest.map_structure(
            lambda value: strategy.experimental_local_results(value)[0], next(batches)
        )
        with strategy.scope():
            self._symbolic_build(data_batch=mine)

    def _forward(self, inputs: Inputs, *, training: bool) -> tuple[tf.Tensor, ...]:
        """Gives logits, z_mean and z_log_var."""
        z_mean, z_log_var = self.encoder(inputs["pixels"], training=training)
        z = sample_z(z_mean, z_log_var, inputs["epsilon"])
        return self.decoder(z, training=training), z_mean, z_log_var

    def _weight_in_force(self) -> tf.Tensor:
        return self.kl_weight * tf.convert_to_tensor(self.warm_up)

    def _count_reconstruction(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Return the reconstruction loss of each image, (n,), and count it."""
        per_image = self.reconstruction_loss(pixels, logits)
        self._reconstruction_mean.update_state(per_image)
        return per_image

    def _kl_nats(self, z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
        """Gives the mean KL divergence of the batch, (), and counts that of each image."""
        return tf.reduce_mean(self._count_kl(z_mean, z_log_var))

    def _count_kl(
        self, z_mean: tf.Tensor, z_log_var: tf.Tensor, weights: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Gives the KL divergence of each image, (n,), and counts it."""
        per_image = tf.reduce_sum(kl_terms.kl_divergence(z_mean, z_log_var), axis=1)
        self._kl_means[0].update_state(per_image, sample_weight=weights)
        return per_image


def one_row_per_worker(numbers: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Gives (1,) for several machines: there Keras's trainer averages over the first axis."""
    if not isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return dict(numbers)
    return {name: tf.reshape(number, (1,)) for name, number in numbers.items()}


def sample_z(z_mean: tf.Tensor, z_log_var: tf.Tensor, epsilon: tf.Tensor) -> tf.Tensor:
    """Gives z ~ N(z_mean, exp(z_log_var)), all (n, latent_dim), from epsilon ~ N(0, I).

    z = z_mean + exp(z_log_var / 2) * epsilon, the reparametrisation trick; Kingma & Welling 2014,
    section 2.4. With epsilon = 0 it is the posterior mean.
    """
    return z_mean + tf.exp(0.5 * z_log_var) * epsilon
