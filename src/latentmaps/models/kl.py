"""Four ways to bring the KL term into the training of a VAE.

For the same weights, batch, noise and ``fact`` all four have the same loss,

    total_loss = reconstruction_loss + fact * KL(q(z|x) || N(0, I)),

and so the same gradients; they differ in where Keras meets the KL term:

``train_step``: one GradientTape records encoder, noise and decoder, and the whole loss is written
out where it is differentiated. The least that happens behind one's back; what Keras's own step
brings along (sample weights, the share of a device in a batch) has to be done by hand.

``kl_layer``: a layer behind the encoder lets z_mean and z_log_var pass and hands the KL term to
Keras by ``add_loss``. Keras trains with its own step. The term belongs to a place in the network
and goes with it; the price is a loss that ``compile`` does not show.

``add_loss``: the same, but the model itself calls ``add_loss`` in its ``call``. One class less; the
model has to be a class, since Keras 3 has no ``add_loss`` on functional models.

``output_transfer``: z_mean and z_log_var become outputs of the model with losses and loss weights
of their own: mu^2 / 2 and (exp(lv) - lv - 1) / 2, summed over dimensions, weight ``fact`` each. All
losses stand in ``compile``; every batch has to carry targets for them, which nobody reads.

The three that leave the step to Keras sum their losses in it. Its own ``loss`` is kept out of the
numbers: with a ragged last batch it is not the sum of the weighted parts. Each part is averaged
over images by a mean of ours, where it is computed, and the total is the sum of the parts.

The noise comes with the batch: it is a function of seed and step, the same for every method, for
any number of devices and after a break. docs/kl-methods.md compares time, memory and code.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from latentmaps.models import losses
from latentmaps.models.likelihood import Likelihood

Inputs = Mapping[str, tf.Tensor]


class Vae(keras.Model):
    """What the four methods share: the networks, the numbers, validation.

    It reads ``{"pixels": (n, h, w, c), "epsilon": (n, latent_dim)}``; the target is clean pixels.

    Attributes:
        encoder: pixels -> [z_mean, z_log_var].
        decoder: z -> logits.
        likelihood: the reconstruction loss of each image.
        kl_weight: ``fact``.
        warm_up: (), 0..1, by which ``kl_weight`` is multiplied.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        likelihood: Likelihood,
        kl_weight: float,
    ) -> None:
        super().__init__(name="vae")
        self.encoder = encoder
        self.decoder = decoder
        self.likelihood = likelihood
        self.kl_weight = kl_weight
        self.warm_up = self.add_weight(
            shape=(), initializer="ones", trainable=False, dtype="float32", name="warm_up"
        )
        self._reconstruction_mean = keras.metrics.Mean(name="reconstruction_loss")
        self._kl_means = [keras.metrics.Mean(name="kl_nats")]

    def make_ready(self, optimizer: keras.Optimizer, *, jit_compile: bool) -> None:
        """Compiles the model with the losses that the method leaves to Keras."""
        self.compile(optimizer=optimizer, loss=self._reconstruction_loss, jit_compile=jit_compile)

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
        return _one_row_each(super().train_step(data))

    def test_step(self, data: tuple[Inputs, Any, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Gives the means so far for images that are not learnt from, whatever the method.

        Args:
            data: inputs, targets, and a weight for each image: 0 for those that fill a batch up.
        """
        inputs, targets, weights = data
        logits, z_mean, z_log_var = self._forward(inputs, training=False)
        per_image = self.likelihood(self._clean_pixels(targets), logits)
        self._reconstruction_mean.update_state(per_image, sample_weight=weights)
        self._count_kl(z_mean, z_log_var, weights)
        return _one_row_each(self.get_metrics_result())

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
        z = draw_z(z_mean, z_log_var, inputs["epsilon"])
        return self.decoder(z, training=training), z_mean, z_log_var

    def _weight_in_force(self) -> tf.Tensor:
        return self.kl_weight * tf.convert_to_tensor(self.warm_up)

    def _reconstruction_loss(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Gives the loss of each image, (n,), and counts it."""
        per_image = self.likelihood(pixels, logits)
        self._reconstruction_mean.update_state(per_image)
        return per_image

    def _kl_nats(self, z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tf.Tensor:
        """Gives the mean KL divergence of the batch, (), and counts that of each image."""
        return tf.reduce_mean(self._count_kl(z_mean, z_log_var))

    def _count_kl(
        self, z_mean: tf.Tensor, z_log_var: tf.Tensor, weights: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Gives the KL divergence of each image, (n,), and counts it."""
        per_image = tf.reduce_sum(losses.kl_divergence(z_mean, z_log_var), axis=1)
        self._kl_means[0].update_state(per_image, sample_weight=weights)
        return per_image


class TrainStepVae(Vae):
    """Method ``train_step``."""

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c)."""
        return self._forward(inputs, training=training)[0]

    def train_step(self, data: tuple[Inputs, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Learns from a batch and gives the means so far."""
        with tf.GradientTape() as tape:
            loss = self._total_loss(data)
            # The optimizer adds up the gradients of all devices.
            loss /= tf.distribute.get_strategy().num_replicas_in_sync
            # changes the loss in float16 only
            loss = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return _one_row_each(self.get_metrics_result())

    def _total_loss(self, data: tuple[Inputs, tf.Tensor]) -> tf.Tensor:
        inputs, pixels = data
        # Without `training=True` batch normalisation would use its moving statistics and never
        # update them: a train_step of one's own gets no training phase from Keras.
        logits, z_mean, z_log_var = self._forward(inputs, training=True)
        reconstruction_loss = tf.reduce_mean(self._reconstruction_loss(pixels, logits))
        return reconstruction_loss + self._weight_in_force() * self._kl_nats(z_mean, z_log_var)


class KlLayer(keras.layers.Layer):
    """Lets z_mean and z_log_var pass and adds their KL term to the losses of the model."""

    def __init__(
        self, weight: Callable[[], tf.Tensor], kl_nats: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    ) -> None:
        """Takes what gives the weight in force, and what gives the mean KL of a batch."""
        super().__init__(dtype="float32", name="kl_layer")
        self._weight, self._kl_nats = weight, kl_nats

    def call(self, z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Gives its inputs, (n, latent_dim) each."""
        self.add_loss(self._weight() * self._kl_nats(z_mean, z_log_var))
        return z_mean, z_log_var


class KlLayerVae(Vae):
    """Method ``kl_layer``."""

    def __init__(self, *networks: keras.Model, likelihood: Likelihood, kl_weight: float) -> None:
        super().__init__(*networks, likelihood=likelihood, kl_weight=kl_weight)
        self.kl_layer = KlLayer(self._weight_in_force, self._kl_nats)

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c)."""
        z_mean, z_log_var = self.encoder(inputs["pixels"], training=training)
        z_mean, z_log_var = self.kl_layer(z_mean, z_log_var)
        return self.decoder(draw_z(z_mean, z_log_var, inputs["epsilon"]), training=training)


class AddLossVae(Vae):
    """Method ``add_loss``."""

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c)."""
        logits, z_mean, z_log_var = self._forward(inputs, training=training)
        self.add_loss(self._weight_in_force() * self._kl_nats(z_mean, z_log_var))
        return logits


class OutputTransferVae(Vae):
    """Method ``output_transfer``."""

    def __init__(self, *networks: keras.Model, likelihood: Likelihood, kl_weight: float) -> None:
        super().__init__(*networks, likelihood=likelihood, kl_weight=kl_weight)
        self._kl_means = [keras.metrics.Mean(name=name) for name in ("z_mean", "z_log_var")]

    def make_ready(self, optimizer: keras.Optimizer, *, jit_compile: bool) -> None:
        """Compiles the model with a loss and a weight for each output."""
        of_means, of_variances = (
            self._loss_of_output(part, mean)
            for part, mean in zip(
                (losses.kl_of_means, losses.kl_of_variances), self._kl_means, strict=True
            )
        )
        self.compile(
            optimizer=optimizer,
            loss={
                "logits": self._reconstruction_loss,
                "z_mean": of_means,
                "z_log_var": of_variances,
            },
            loss_weights={"logits": 1.0, "z_mean": self.kl_weight, "z_log_var": self.kl_weight},
            jit_compile=jit_compile,
        )

    def targets(self, pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        """Gives the target of each output; nobody reads those of the latent ones."""
        nothing = tf.zeros((tf.shape(pixels)[0], 1))
        return {"logits": pixels, "z_mean": nothing, "z_log_var": nothing}

    def _clean_pixels(self, targets: dict[str, tf.Tensor]) -> tf.Tensor:
        return targets["logits"]

    def _count_kl(
        self, z_mean: tf.Tensor, z_log_var: tf.Tensor, weights: tf.Tensor | None = None
    ) -> tf.Tensor:
        parts = losses.kl_of_means(z_mean), losses.kl_of_variances(z_log_var)
        sums = [tf.reduce_sum(part, axis=1) for part in parts]
        for mean, per_image in zip(self._kl_means, sums, strict=True):
            mean.update_state(per_image, sample_weight=weights)
        return tf.add_n(sums)

    def call(self, inputs: Inputs, training: bool = False) -> dict[str, tf.Tensor]:
        """Gives the logits of the reconstruction, z_mean and z_log_var."""
        logits, z_mean, z_log_var = self._forward(inputs, training=training)
        return {"logits": logits, "z_mean": z_mean, "z_log_var": z_log_var}

    def _loss_of_output(
        self, part: Callable[[tf.Tensor], tf.Tensor], mean: keras.metrics.Mean
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
        def loss(_: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
            per_image = tf.reduce_sum(part(output), axis=1)  # (n,)
            mean.update_state(per_image)
            return tf.convert_to_tensor(self.warm_up) * per_image

        return loss


METHODS: Mapping[str, type[Vae]] = {
    "train_step": TrainStepVae,
    "kl_layer": KlLayerVae,
    "add_loss": AddLossVae,
    "output_transfer": OutputTransferVae,
}


def _one_row_each(numbers: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Gives (1,) for several machines: there Keras's trainer averages over the first axis."""
    if not isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return dict(numbers)
    return {name: tf.reshape(number, (1,)) for name, number in numbers.items()}


def draw_z(z_mean: tf.Tensor, z_log_var: tf.Tensor, epsilon: tf.Tensor) -> tf.Tensor:
    """Gives z ~ N(z_mean, exp(z_log_var)), all (n, latent_dim), from epsilon ~ N(0, I).

    z = z_mean + exp(z_log_var / 2) * epsilon, the reparametrisation trick; Kingma & Welling 2014,
    section 2.4. With epsilon = 0 it is the posterior mean.
    """
    return z_mean + tf.exp(0.5 * z_log_var) * epsilon


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Gives uint8 images 0..255 as float32 pixels 0..1."""
    return tf.cast(images, tf.float32) / 255.0
