"""The section ``train_vae``: the network of the VAE, its loss, and how it is trained."""

from typing import Literal, Self

from pydantic import model_validator

from latentmaps.params.types import Listed, NonNegativeFloat, Positive, PositiveFloat, section


@section
class TrainVae:
    """Attributes:
    fact: weight of the KL term, in the source's scale: reconstruction loss summed over pixels,
        averaged over colour channels and batch; KL summed over latent dimensions.
    kl_method: how the KL term enters the training.
    reconstruction_loss: what compares an image with its reconstruction.
    latent_dim: dimensions of the latent space.
    filters: feature maps of each convolution of the encoder; the decoder mirrors them.
    kernel_sizes: pixels, one per convolution.
    strides: one per convolution.
    activation: behind each convolution.
    batch_norm: batch normalisation between convolution and activation.
    learning_rate: of Adam.
    precision: of the convolutions; latent layers and losses are always float32.
    epochs: passes through the training part.
    batch_size: images a step.
    """

    fact: NonNegativeFloat
    kl_method: Literal["train_step"]
    reconstruction_loss: Literal["bce"]
    latent_dim: Positive
    filters: Listed[Positive]
    kernel_sizes: Listed[Positive]
    strides: Listed[Positive]
    activation: Literal["leaky_relu", "relu"]
    batch_norm: Literal["train", "none"]
    learning_rate: PositiveFloat
    precision: Literal["auto", "float32", "bfloat16", "float16"]
    epochs: Positive
    batch_size: Positive

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        lengths = len(self.filters), len(self.kernel_sizes), len(self.strides)
        if len(set(lengths)) > 1:
            raise ValueError(
                "filters, kernel_sizes and strides of one length (a value per convolution), "
                "found {}, {} and {} values".format(*lengths)
            )
        return self
