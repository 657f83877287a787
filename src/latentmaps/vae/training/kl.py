"""Four ways to bring the KL term into the training of a VAE.

For the same weights, batch, noise and ``kl_weight`` all four have the same loss,

    total_loss = reconstruction_loss + kl_weight * KL(q(z|x) || N(0, I)),

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
of their own: mu^2 / 2 and (exp(lv) - lv - 1) / 2, summed over dimensions, weight ``kl_weight``
each. All losses stand in ``compile``; every batch has to carry targets for them, which nobody
reads.

The three that leave the step to Keras sum their losses in it. Its own ``loss`` is kept out of the
numbers: with a ragged last batch it is not the sum of the weighted parts. Each part is averaged
over images by a mean of ours, where it is computed, and the total is the sum of the parts.

The noise comes with the batch: it is a function of seed and step, the same for every method, for
any number of devices and after a break. docs/kl-methods.md compares time, memory and code.
"""

from collections.abc import Callable, Mapping

import keras
import tensorflow as tf

from latentmaps.vae.network.reconstruction_losses import ReconstructionLoss
from latentmaps.vae.training import batches, kl_terms
from latentmaps.vae.training.trainable_vae import Inputs, TrainableVae, one_row_per_worker, sample_z


class TrainStepVae(TrainableVae):
    """Method ``train_step``: mean(reconstruction) + kl_weight * mean(KL), differentiated by us.

    Costs a step of one's own: training phase, share of a device and loss scale are our affair.
    """

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c)."""
        return self._forward(inputs, training=training)[0]

    def train_step(self, data: tuple[Inputs, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Learns from a batch and gives the means so far."""
        with tf.GradientTape() as tape:
            loss = self._total_loss(batches.as_pixels(data))
            # The optimizer adds up the gradients of all devices.
            loss /= tf.distribute.get_strategy().num_replicas_in_sync
            # changes the loss in float16 only
            loss = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return one_row_per_worker(self.get_metrics_result())

    def _total_loss(self, data: tuple[Inputs, tf.Tensor]) -> tf.Tensor:
        inputs, pixels = data
        # Without `training=True` batch normalisation would use its moving statistics and never
        # update them: a train_step of one's own gets no training phase from Keras.
        logits, z_mean, z_log_var = self._forward(inputs, training=True)
        reconstruction_loss = tf.reduce_mean(self._count_reconstruction(pixels, logits))
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


class KlLayerVae(TrainableVae):
    """Method ``kl_layer``: Keras adds kl_weight * mean(KL), a loss of a layer, to compile's loss.

    Costs a layer in the network, which any model that contains it brings along.
    """

    def __init__(
        self, *networks: keras.Model, reconstruction_loss: ReconstructionLoss, kl_weight: float
    ) -> None:
        super().__init__(*networks, reconstruction_loss=reconstruction_loss, kl_weight=kl_weight)
        self.kl_layer = KlLayer(self._weight_in_force, self._kl_nats)

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c)."""
        z_mean, z_log_var = self.encoder(inputs["pixels"], training=training)
        z_mean, z_log_var = self.kl_layer(z_mean, z_log_var)
        return self.decoder(sample_z(z_mean, z_log_var, inputs["epsilon"]), training=training)


class AddLossVae(TrainableVae):
    """Method ``add_loss``: Keras adds kl_weight * mean(KL), a loss of the model, to compile's loss.

    Costs a model that is a class; nothing else.
    """

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Gives the logits of the reconstruction, (n, h, w, c)."""
        logits, z_mean, z_log_var = self._forward(inputs, training=training)
        self.add_loss(self._weight_in_force() * self._kl_nats(z_mean, z_log_var))
        return logits


class OutputTransferVae(TrainableVae):
    """Method ``output_transfer``: compile has all losses and their weights.

    mean(reconstruction)
    + kl_weight * mean(sum(mu^2 / 2)) + kl_weight * mean(sum((exp(lv) - lv - 1) / 2)).
    Costs empty targets, which every batch carries, and losses that are told apart by output.
    """

    def __init__(
        self, *networks: keras.Model, reconstruction_loss: ReconstructionLoss, kl_weight: float
    ) -> None:
        super().__init__(*networks, reconstruction_loss=reconstruction_loss, kl_weight=kl_weight)
        self._kl_means = [keras.metrics.Mean(name=name) for name in ("z_mean", "z_log_var")]

    def make_ready(self, optimizer: keras.Optimizer, *, jit_compile: bool) -> None:
        """Compiles the model with a loss and a weight for each output."""
        of_means, of_variances = (
            self._loss_of_output(part, mean)
            for part, mean in zip(
                (kl_terms.kl_of_means, kl_terms.kl_of_variances), self._kl_means, strict=True
            )
        )
        self.compile(
            optimizer=optimizer,
            loss={
                "logits": self._count_reconstruction,
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
        parts = kl_terms.kl_of_means(z_mean), kl_terms.kl_of_variances(z_log_var)
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


METHODS: Mapping[str, type[TrainableVae]] = {
    "train_step": TrainStepVae,
    "kl_layer": KlLayerVae,
    "add_loss": AddLossVae,
    "output_transfer": OutputTransferVae,
}
