"""The section ``train_vae``: the network of the VAE, its loss, and how it is trained."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from latentmaps.params.types import (
    AbsolutePath,
    BatchSize,
    Epochs,
    LearningRate,
    Level,
    Listed,
    Seed,
    Share,
    Units,
    section,
)

_Maps = Annotated[int, Field(ge=1, le=16_384)]
_KernelSize = Annotated[int, Field(ge=1, le=32)]


@section
class TrainVae:
    """Attributes:
    fact: weight of the KL term, in the source's scale: reconstruction loss summed over pixels,
        averaged over color channels and batch; KL summed over latent dimensions.
    fact_warmup_epochs: epochs in which the weight rises linearly to `fact`.
    kl_method: how the KL term enters the training.
    reconstruction_loss: what compares an image with its reconstruction.
    latent_dim: dimensions of the latent space.
    filters: feature maps of each convolution of the encoder.
    kernel_sizes: pixels, one per convolution.
    strides: one per convolution.
    paddings: one per convolution.
    activation: behind each convolution.
    batch_norm: batch normalisation between convolution and activation.
    dropout_rate: share of values behind each activation that a step leaves out.
    dense_units: of a dense layer before the latent layers, or null.
    upsampling: what undoes a stride in the decoder.
    decoder_filters: feature maps that each transposed convolution of the decoder reads, from the
        latent space on, or null: `filters` in reverse.
    decoder_kernel_sizes: pixels, one per transposed convolution, in the same order, or null:
        `kernel_sizes` in reverse.
    initial_weights: absolute path of a model folder, from whose weights the training starts, or
        null: it starts from random ones.
    learning_rate: of Adam at the first step.
    learning_rate_schedule: how it falls.
    decay_epochs: epochs after which (step) or over which (cosine) it falls.
    decay_rate: factor of a step; share that is left at the end of the cosine.
    weight_average: momentum of a moving average of the weights, in a step; the network has the
        average after each epoch; 0: it has the weights of the last step.
    early_stopping_patience: epochs without a better val_total_loss before the training stops, or
        null: it never does.
    corruption: how the images that are read are spoilt; the targets are clean.
    corruption_level: standard deviation of noise; edge of a mask as a share of the image's.
    precision: of convolutions and matrices; latent outputs and losses are always float32.
    seed: of initial weights, order of the faces, noise and corruption; null: ``base.seed``.
    epochs: passes through the training part; auto: see ``training_length.choose_length``.
    batch_size: images a step; auto: likewise.
    """

    fact: Annotated[float, Field(ge=0, le=1e6)]
    fact_warmup_epochs: Annotated[int, Field(ge=0, le=100_000)]
    kl_method: Literal["train_step", "kl_layer", "add_loss", "output_transfer"]
    reconstruction_loss: Literal["bce", "mse", "gaussian", "mae"]
    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    filters: Listed[_Maps]
    kernel_sizes: Listed[_KernelSize]
    strides: Listed[Annotated[int, Field(ge=1, le=64)]]
    paddings: Listed[Literal["same", "valid"]]
    activation: Literal["leaky_relu", "relu", "selu"]
    batch_norm: Literal["train", "frozen", "none"]
    dropout_rate: Share
    dense_units: Units | None
    upsampling: Literal["transpose", "resize"]
    decoder_filters: Listed[_Maps] | None
    decoder_kernel_sizes: Listed[_KernelSize] | None
    initial_weights: AbsolutePath | None
    learning_rate: LearningRate
    learning_rate_schedule: Literal["constant", "step", "cosine"]
    decay_epochs: Epochs
    decay_rate: Level
    weight_average: Share
    early_stopping_patience: Epochs | None
    corruption: Literal["none", "noise", "gray", "mask"]
    corruption_level: Level
    precision: Literal["auto", "float32", "bfloat16", "float16"]
    seed: Seed | None
    epochs: Epochs | Literal["auto"]
    batch_size: BatchSize | Literal["auto"]

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        lists = (self.filters, self.kernel_sizes, self.strides, self.paddings)
        lengths = tuple(map(len, lists))
        if len(set(lengths)) > 1:
            raise ValueError(
                "filters, kernel_sizes, strides and paddings of one length (a value per "
                "convolution), found {}, {}, {} and {} values".format(*lengths)
            )
        for name in ("decoder_filters", "decoder_kernel_sizes"):
            own = getattr(self, name)
            if own is not None and len(own) != len(self.strides):
                raise ValueError(
                    f"{name} of {len(self.strides)} values, one per transposed convolution, which "
                    f"are as many as strides has, or null, found {len(own)}"
                )
        return self

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.activation == "selu" and self.batch_norm != "none":
            raise ValueError(
                "batch_norm: none with activation: selu, which normalises its maps itself, found "
                f"batch_norm: {self.batch_norm}"
            )
        if self.upsampling == "resize" and "valid" in self.paddings:
            raise ValueError(
                "paddings that are all same with upsampling: resize, which cannot give the rows "
                "back that a valid convolution leaves out; take upsampling: transpose"
            )
        return self
