"""What compares an image with its reconstruction; the Gaussian one learns its spread."""

import math

import keras
import tensorflow as tf

from latentmaps.vae.training import losses

# Adam moves every weight by about the learning rate a step. log sigma has to go from -1.2 to about
# -3: with a learning rate of 0.0005 that would take 4,000 steps, with a weight a tenth of it 400.
_SCALE = 10.0
# near the standard deviation of the pixels of a face
_FIRST_SIGMA = 0.3


class Likelihood(keras.layers.Layer):
    """The reconstruction loss of each image: pixels and logits (n, h, w, c) -> (n,).

    Attributes:
        kind: bce, mse or gaussian; what they are stands in ``losses``.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(dtype="float32", name="likelihood")
        self.kind = kind
        if kind == "gaussian":
            first = keras.initializers.Constant(math.log(_FIRST_SIGMA) / _SCALE)
            self.scaled_log_sigma = self.add_weight(initializer=first, name="scaled_log_sigma")
        self.built = True

    def call(self, pixels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Gives the loss of each image: the sum over pixels, the mean over channels."""
        if self.kind == "bce":
            return losses.bce_from_logits(pixels, logits)
        if self.kind == "mse":
            return losses.squared_error(pixels, logits)
        return losses.gaussian_nll(pixels, logits, _SCALE * self.scaled_log_sigma)

    @property
    def sigma(self) -> float | None:
        """The learned standard deviation in units of pixels 0..1; None for bce and mse."""
        if self.kind != "gaussian":
            return None
        return float(math.exp(_SCALE * float(self.scaled_log_sigma.numpy())))
