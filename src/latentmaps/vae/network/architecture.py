"""The architecture of a VAE: its layers, with checks that they fit together."""

import dataclasses
import itertools
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from latentmaps.errors import TrainingError
from latentmaps.storage.sizes import Size, Sizes


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The layers of a VAE.

    ``vae_files.load`` checks the types of all attributes.

    Attributes:
        image_size: height and width of an image, pixels.
        num_channels: number of color channels, 1 or 3.
        latent_dim: number of latent dimensions.
        filters: number of feature maps of each convolution of the encoder.
        kernel_sizes: kernel size of each convolution, pixels.
        strides: stride of each convolution, pixels.
        paddings: padding of each convolution, ``"same"`` or ``"valid"``.
        activation: name of the activation, ``"leaky_relu"``, ``"relu"`` or ``"selu"``.
        batch_norm: kind of batch normalization, ``"train"``, ``"frozen"`` or ``"none"``.
        dropout_rate: share of the values that are dropped after each activation in training, 0..1.
        dense_units: units of the dense layer before the latent layers; None for no such layer.
        upsampling: how the decoder undoes a stride, ``"transpose"`` or ``"resize"``.
        decoder_filters: number of feature maps that each transposed convolution of the decoder
            reads, from the latent space to the image. The first reads the output of a dense layer,
            and the last outputs the channels of the image. None means `filters` in reverse; a list
            with the same values is stored as None.
        decoder_kernel_sizes: kernel size of each transposed convolution, pixels, in the same order.
            None means `kernel_sizes` in reverse; a list with the same values is stored as None.
    """

    image_size: Size
    num_channels: Literal[1, 3]
    latent_dim: Size
    filters: Sizes
    kernel_sizes: Sizes
    strides: Sizes
    paddings: tuple[Literal["same", "valid"], ...]
    activation: Literal["leaky_relu", "relu", "selu"]
    batch_norm: Literal["train", "frozen", "none"]
    dropout_rate: Annotated[float, Field(ge=0, lt=1)]
    dense_units: Size | None
    upsampling: Literal["transpose", "resize"]
    decoder_filters: Sizes | None = None
    decoder_kernel_sizes: Sizes | None = None

    @classmethod
    def for_images(cls, shape: Sequence[int], section: Any) -> Self:
        """Return the architecture for images of a given shape.

        Args:
            shape: (num_images, height, width, channels).
            section: an object with every other attribute under the same name, such as the section
                ``train_vae``.

        Raises:
            TrainingError: the images are not square, or the layers do not fit together.
        """
        _, height, width, num_channels = shape
        if height != width:
            raise TrainingError(
                f"images: found {height}x{width} pixels, expected square images; "
                "run crop_faces again"
            )
        names = [field.name for field in dataclasses.fields(cls)][2:]
        values = {name: getattr(section, name) for name in names}
        return cls(image_size=height, num_channels=num_channels, **values)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        lengths = {len(self.filters), len(self.kernel_sizes), len(self.strides), len(self.paddings)}
        if len(lengths) > 1:
            raise ValueError("filters, kernel_sizes, strides and paddings of equal length")
        for name in ("filters", "kernel_sizes"):
            own = getattr(self, f"decoder_{name}")
            if own is not None and len(own) not in lengths:
                raise ValueError(f"decoder_{name} with as many values as {name}")
            if own == getattr(self, name)[::-1]:
                # identical networks must have identical descriptions
                object.__setattr__(self, f"decoder_{name}", None)
        self._require_valid_decoder_kernels()

    @property
    def map_sizes(self) -> tuple[int, ...]:
        """Height (and width) of the image and of the maps after each convolution.

        Raises:
            TrainingError: the size of the maps is not a multiple of the stride (``"same"`` padding)
                or is smaller than the kernel (``"valid"`` padding).
        """
        sizes = [self.image_size]
        layers = zip(self.kernel_sizes, self.strides, self.paddings, strict=True)
        for index, (kernel_size, stride, padding) in enumerate(layers):
            if padding == "same" and sizes[-1] % stride:
                raise TrainingError(self._misfit(index, sizes[-1]))
            sizes.append(_next_size(index, sizes[-1], kernel_size, stride, padding))
        return tuple(sizes)

    @property
    def decoder_maps(self) -> tuple[int, ...]:
        """Number of maps that the decoder reads to undo each convolution, in encoder order."""
        return self.filters if self.decoder_filters is None else self.decoder_filters[::-1]

    @property
    def decoder_kernels(self) -> tuple[int, ...]:
        """Kernel size with which the decoder undoes each convolution, in encoder order."""
        own = self.decoder_kernel_sizes
        return self.kernel_sizes if own is None else own[::-1]

    def _require_valid_decoder_kernels(self) -> None:
        """Reject a decoder kernel that cannot restore the size of the larger maps.

        Only ``"valid"`` padding restricts the kernel: the number of positions where the kernel fits
        into the larger maps must equal the size of the smaller ones.
        """
        layers = zip(self.decoder_kernels, self.strides, self.paddings, strict=True)
        sizes = itertools.pairwise(self.map_sizes)
        for index, ((size, smaller), (kernel_size, stride, padding)) in enumerate(
            zip(sizes, layers, strict=True)
        ):
            most = size - (smaller - 1) * stride
            least = max(1, most - stride + 1)
            if padding == "valid" and not least <= kernel_size <= most:
                raise TrainingError(
                    f"train_vae.decoder_kernel_sizes: value {len(self.strides) - index} is "
                    f"{kernel_size}, expected {least} to {most}, because valid padding and a "
                    f"stride of {stride} must enlarge {smaller}x{smaller} maps to {size}x{size}; "
                    "change it, or set train_vae.paddings to same there"
                )

    def _misfit(self, index: int, size: int) -> str:
        """Return the error message for maps whose size is not a multiple of the stride."""
        product = math.prod(self.strides)
        below = self.image_size // product * product
        sizes = " or ".join(f"{fitting}" for fitting in (below, below + product) if fitting)
        advice = "" if "valid" in self.paddings else f" to {sizes}"
        return (
            f"crop_faces.image_size: found {self.image_size}, which produces {size}x{size} maps "
            f"before convolution {index + 1}, expected a multiple of its stride "
            f"{self.strides[index]}, because the decoder multiplies by it; change it{advice}, or "
            "change train_vae.strides"
        )


def _next_size(index: int, size: int, kernel_size: int, stride: int, padding: str) -> int:
    if padding == "valid":
        if size < kernel_size:
            raise TrainingError(
                f"train_vae.kernel_sizes: value {index + 1} is {kernel_size}, expected at most "
                f"{size}, the size of the maps it reads; lower it, or set train_vae.paddings to "
                "same there"
            )
        return (size - kernel_size) // stride + 1
    return size // stride
