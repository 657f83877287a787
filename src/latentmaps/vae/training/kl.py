"""Four ways to add the KL term to the loss of a Keras VAE.

All four minimize the same loss,

    total_loss = mean(reconstruction_loss) + kl_weight * mean(KL(q(z|x) || N(0, I))),

where each mean is over the images of a batch. For the same weights, batch, noise and ``kl_weight``,
they produce the same loss and the same gradients. They differ in where ``kl_weight`` is applied,
and in what runs the training step:

=================== ============================================ =====================
method              where the KL weight is applied               what runs the step
=================== ============================================ =====================
``train_step``      ``TrainStepVae._total_loss``                 our ``train_step``
``kl_layer``        ``KlLayer.call``, by ``add_loss``            Keras
``add_loss``        ``AddLossVae.call``, by ``add_loss``         Keras
``output_transfer`` ``OutputTransferVae.make_ready``, by         Keras
                    ``compile(loss_weights=...)``
=================== ============================================ =====================

``kl_weight`` is ``train_vae.fact`` in params.yaml. During a warm-up, it is multiplied by a factor
that rises to 1; ``TrainableVae.current_kl_weight`` returns the product. If you read only one class,
read ``TrainStepVae``: its ``_total_loss`` is the formula above. The KL divergence itself is in
``kl_terms``; the shared forward pass is in ``trainable_vae``.

``train_step``: a ``GradientTape`` records the encoder, the noise and the decoder, and the whole
loss is one expression. This method has the fewest hidden steps. The price: our step must do what
Keras's own step would otherwise do, such as setting the training phase and dividing the loss by the
number of devices.

``kl_layer``: a layer after the encoder passes z_mean and z_log_var through and registers the KL
term with ``add_loss``. The term is part of the network, so any model that contains the layer
inherits it. The price: ``compile`` does not show this part of the loss.

``add_loss``: like ``kl_layer``, but the model itself calls ``add_loss`` in its ``call``, so no
extra layer is needed. The price: the model must be a subclass of ``keras.Model``, since functional
models in Keras 3 have no ``add_loss``.

``output_transfer``: z_mean and z_log_var become outputs of the model, each with a loss and a loss
weight: sum(mu^2 / 2) and sum((exp(lv) - lv - 1) / 2), both weighted by ``kl_weight``. All losses
are listed in ``compile``. The price: every batch must carry targets for these outputs, although
their losses ignore the targets.

Reported numbers do not use Keras's own ``loss`` metric, because it is not the sum of its weighted
parts if the last batch is smaller. ``TrainableVae`` averages each part over images and adds the
averages.

The noise comes with the batch. It is a function of the seed and the step, so it is the same for
every method, for any number of devices, and after an interruption.

docs/kl-methods.md compares speed, memory and code size.
"""

from collections.abc import Callable, Mapping

import keras
import tensorflow as tf

from latentmaps.vae.network.reconstruction_losses import ReconstructionLoss
from latentmaps.vae.training import batches, kl_terms
from latentmaps.vae.training.trainable_vae import (
    Inputs,
    TrainableVae,
    one_row_per_worker,
    sample_z,
)


class TrainStepVae(TrainableVae):
    """Method ``train_step``: write out the loss and differentiate it in our own step.

    The KL weight is applied in ``_total_loss``.

    Trade-off: a custom step must set the training phase, divide the loss by the number of devices
    and scale it for float16 itself.
    """

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Return the logits of the reconstruction, (n, h, w, c)."""
        return self._forward(inputs, training=training)[0]

    def train_step(self, data: tuple[Inputs, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Update the weights on one batch and return the running means of the losses, () each."""
        with tf.GradientTape() as tape:
            loss = self._total_loss(batches.as_pixels(data))
            # Each device sees its share of the batch; the optimizer sums the gradients.
            loss /= tf.distribute.get_strategy().num_replicas_in_sync
            # In float16, small gradients would underflow to 0. A no-op for every other dtype.
            loss = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return one_row_per_worker(self.get_metrics_result())

    def _total_loss(self, data: tuple[Inputs, tf.Tensor]) -> tf.Tensor:
        inputs, pixels = data
        # Keras does not set the training phase in a custom step. Without `training=True`, batch
        # normalization would use its moving statistics and never update them.
        logits, z_mean, z_log_var = self._forward(inputs, training=True)
        reconstruction_loss = tf.reduce_mean(self._reconstruction_per_image(pixels, logits))
        kl_loss = self.current_kl_weight() * self._mean_kl(z_mean, z_log_var)
        return reconstruction_loss + kl_loss


class KlLayer(keras.layers.Layer):
    """Pass z_mean and z_log_var through and add their weighted KL term to the model's losses."""

    def __init__(
        self,
        kl_weight: Callable[[], tf.Tensor],
        mean_kl: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    ) -> None:
        """Create the layer.

        Args:
            kl_weight: callable that returns the current KL weight, ().
            mean_kl: callable, (z_mean, z_log_var) -> mean KL divergence of the batch, (), nats.
        """
        super().__init__(dtype="float32", name="kl_layer")
        self._kl_weight, self._mean_kl = kl_weight, mean_kl

    def call(self, z_mean: tf.Tensor, z_log_var: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the inputs unchanged, (n, latent_dim) each."""
        self.add_loss(self._kl_weight() * self._mean_kl(z_mean, z_log_var))
        return z_mean, z_log_var


class KlLayerVae(TrainableVae):
    """Method ``kl_layer``: a layer after the encoder adds the KL term to the loss of ``compile``.

    The KL weight is applied in ``KlLayer.call``.

    Trade-off: the model has one more layer, and ``compile`` does not show the KL term.
    """

    def __init__(
        self, *networks: keras.Model, reconstruction_loss: ReconstructionLoss, kl_weight: float
    ) -> None:
        super().__init__(*networks, reconstruction_loss=reconstruction_loss, kl_weight=kl_weight)
        self.kl_layer = KlLayer(self.current_kl_weight, self._mean_kl)

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Return the logits of the reconstruction, (n, h, w, c)."""
        z_mean, z_log_var = self.encoder(inputs["pixels"], training=training)
        z_mean, z_log_var = self.kl_layer(z_mean, z_log_var)
        z = sample_z(z_mean, z_log_var, inputs["epsilon"])  # (n, latent_dim)
        return self.decoder(z, training=training)


class AddLossVae(TrainableVae):
    """Method ``add_loss``: the model's ``call`` adds the KL term to the loss of ``compile``.

    The KL weight is applied in ``call``.

    Trade-off: this works only in a model subclass, not in a functional model.
    """

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Return the logits of the reconstruction, (n, h, w, c)."""
        logits, z_mean, z_log_var = self._forward(inputs, training=training)
        self.add_loss(self.current_kl_weight() * self._mean_kl(z_mean, z_log_var))
        return logits


class OutputTransferVae(TrainableVae):
    """Method ``output_transfer``: ``compile`` lists every loss and its weight.

    Keras minimizes

        mean(reconstruction_loss)
        + kl_weight * mean(sum(mu^2 / 2)) + kl_weight * mean(sum((exp(lv) - lv - 1) / 2)).

    The KL weight is applied by ``loss_weights`` in ``make_ready``; the warm-up is applied in
    ``_loss_of_output``.

    Trade-off: every batch carries dummy targets, and the KL term is split into two losses.
    """

    def __init__(
        self, *networks: keras.Model, reconstruction_loss: ReconstructionLoss, kl_weight: float
    ) -> None:
        super().__init__(*networks, reconstruction_loss=reconstruction_loss, kl_weight=kl_weight)
        self._kl_means = [keras.metrics.Mean(name=name) for name in ("z_mean", "z_log_var")]

    def make_ready(self, optimizer: keras.Optimizer, *, jit_compile: bool) -> None:
        """Compile the model with a loss and a loss weight for each output."""
        loss_of_means, loss_of_variances = (
            self._loss_of_output(part, mean)
            for part, mean in zip(
                (kl_terms.kl_of_means, kl_terms.kl_of_variances), self._kl_means, strict=True
            )
        )
        self.compile(
            optimizer=optimizer,
            loss={
                "logits": self._reconstruction_per_image,
                "z_mean": loss_of_means,
                "z_log_var": loss_of_variances,
            },
            loss_weights={"logits": 1.0, "z_mean": self.kl_weight, "z_log_var": self.kl_weight},
            jit_compile=jit_compile,
        )

    def targets(self, pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return a target for each output; those of the latent outputs are dummies.

        Args:
            pixels: (n, h, w, c), the clean pixels.
        """
        dummy = tf.zeros((tf.shape(pixels)[0], 1))  # (n, 1)
        return {"logits": pixels, "z_mean": dummy, "z_log_var": dummy}

    def _clean_pixels(self, targets: dict[str, tf.Tensor]) -> tf.Tensor:
        return targets["logits"]

    def _kl_per_image(
        self, z_mean: tf.Tensor, z_log_var: tf.Tensor, weights: tf.Tensor | None = None
    ) -> tf.Tensor:
        parts = kl_terms.kl_of_means(z_mean), kl_terms.kl_of_variances(z_log_var)
        sums = [tf.reduce_sum(part, axis=1) for part in parts]  # (n,) each
        for mean, per_image in zip(self._kl_means, sums, strict=True):
            mean.update_state(per_image, sample_weight=weights)
        return tf.add_n(sums)

    def call(self, inputs: Inputs, training: bool = False) -> dict[str, tf.Tensor]:
        """Return the logits, (n, h, w, c), and z_mean and z_log_var, (n, latent_dim) each."""
        logits, z_mean, z_log_var = self._forward(inputs, training=training)
        return {"logits": logits, "z_mean": z_mean, "z_log_var": z_log_var}

    def _loss_of_output(
        self, part: Callable[[tf.Tensor], tf.Tensor], mean: keras.metrics.Mean
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
        """Return the loss of a latent output: one part of the KL divergence, without the weight."""

        def loss(_target: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
            per_image = tf.reduce_sum(part(output), axis=1)  # (n,)
            mean.update_state(per_image)
            # `loss_weights` is fixed once the model is compiled, so the warm-up is applied here
            return tf.convert_to_tensor(self.warm_up) * per_image

        return loss


METHODS: Mapping[str, type[TrainableVae]] = {
    "train_step": TrainStepVae,
    "kl_layer": KlLayerVae,
    "add_loss": AddLossVae,
    "output_transfer": OutputTransferVae,
}
