"""The ``train_vae`` section: the network of the VAE, its loss, and how it is trained."""

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
    """The network, the loss and the training of the VAE.

    Attributes:
        fact: weight of the KL term; ``kl_weight`` in code. It refers to a reconstruction loss that
            is summed over pixels and averaged over color channels and batch, and a KL divergence
            that is summed over latent dimensions and averaged over the batch.
        fact_warmup_epochs: number of epochs over which the weight rises linearly to `fact`.
        kl_method: how the KL term enters the training; see ``vae.training.kl``.
        reconstruction_loss: how an image is compared with its reconstruction.
        latent_dim: number of latent dimensions.
        filters: number of feature maps of each convolution of the encoder.
        kernel_sizes: kernel sizes in pixels, one per convolution.
        strides: strides in pixels, one per convolution.
        paddings: ``same`` or ``valid``, one per convolution.
        activation: activation after each convolution.
        batch_norm: whether to use batch normalization between convolution and activation.
        dropout_rate: share of the values after each activation that a training step drops.
        dense_units: number of units of a dense layer before the latent layers, or null for no such
            layer.
        upsampling: how the decoder undoes a stride.
        decoder_filters: number of feature maps that each transposed convolution of the decoder
            reads, starting at the latent space, or null for `filters` in reverse.
        decoder_kernel_sizes: kernel sizes in pixels, one per transposed convolution, in the same
            order, or null for `kernel_sizes` in reverse.
        initial_weights: absolute path of a model folder whose weights the training starts from, or
            null for random weights.
        learning_rate: Adam's learning rate at the first step.
        learning_rate_schedule: how the learning rate falls.
        decay_epochs: epochs after which (``step``) or over which (``cosine``) it falls.
        decay_rate: factor of each decrease (``step``), or share left at the end (``cosine``).
        weight_average: momentum per step of a moving average of the weights, which the network uses
            after each epoch; 0 keeps the weights of the last step.
        early_stopping_patience: number of epochs without a lower ``val_total_loss`` after which
            training ends, or null for no early stopping.
        corruption: how the inputs are corrupted; the targets are clean.
        corruption_level: standard deviation of the noise, or side of the mask as a share of the
            image side.
        precision: compute dtype of convolutions and matrix products; latent outputs and losses are
            always float32.
        seed: seed of the initial weights, the order of the faces, noise and corruption, or null for
            ``base.seed``.
        epochs: passes through the training part; for ``auto``, see
            ``training_length.choose_length``.
        batch_size: images per step; for ``auto``, see ``training_length.choose_length``.
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
                "filters, kernel_sizes, strides and paddings of equal length (one value per "
                "convolution), found {}, {}, {} and {} values".format(*lengths)
            )
        for name in ("decoder_filters", "decoder_kernel_sizes"):
            own = getattr(self, name)
            if own is not None and len(own) != len(self.strides):
                raise ValueError(
                    f"{name} of {len(self.strides)} values, one per transposed convolution (as "
                    f"many as strides has), or null, found {len(own)}"
                )
        return self

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.activation == "selu" and self.batch_norm != "none":
            raise ValueError(
                "batch_norm: none with activation: selu, which normalizes its own maps, found "
                f"batch_norm: {self.batch_norm}"
            )
        if self.upsampling == "resize" and "valid" in self.paddings:
            raise ValueError(
                "paddings that are all same with upsampling: resize, which cannot restore the rows "
                "that a valid convolution drops; set upsampling: transpose"
            )
        return self
