"""The shape of a VAE: what its layers are, and whether they fit together."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from latentmaps.errors import TrainingError
from latentmaps.storage.sizes import Size, Sizes


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The shape of a VAE. The types are checked where one is read from a file.

    Attributes:
        image_size: height and width of an image, pixels.
        num_channels: 1 or 3.
        latent_dim: dimensions of the latent space.
        filters: feature maps of each convolution of the encoder; the decoder mirrors them.
        kernel_sizes: pixels, one per convolution.
        strides: one per convolution.
        paddings: same or valid, one per convolution.
        activation: leaky_relu, relu or selu.
        batch_norm: train, frozen or none.
        dropout_rate: share of the values behind each activation that a training step leaves out.
        dense_units: of a dense layer before the latent layers; None: there is none.
        upsampling: transpose or resize, what undoes a stride in the decoder.
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

    @classmethod
    def for_images(cls, shape: Sequence[int], section: Any) -> Self:
        """Gives the architecture for images of a shape.

        Args:
            shape: (num_images, height, width, channels).
            section: has every other attribute under the same name, as ``train_vae`` has.

        Raises:
            TrainingError: the images are not square, or layers do not fit.
        """
        _, height, width, num_channels = shape
        if height != width:
            raise TrainingError(
                f"images: found {height}x{width} pixels, expected as many rows as columns; "
                "run crop_faces again"
            )
        names = [field.name for field in dataclasses.fields(cls)][2:]
        values = {name: getattr(section, name) for name in names}
        return cls(image_size=height, num_channels=num_channels, **values)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        lengths = {len(self.filters), len(self.kernel_sizes), len(self.strides), len(self.paddings)}
        if len(lengths) > 1:
            raise ValueError("filters, kernel_sizes, strides and paddings of one length")
        _ = self.map_sizes

    @property
    def map_sizes(self) -> tuple[int, ...]:
        """Heights, and so widths, of the image and of the maps behind each convolution.

        Raises:
            TrainingError: a stride does not divide its map, or a kernel is larger than it.
        """
        sizes = [self.image_size]
        layers = zip(self.kernel_sizes, self.strides, self.paddings, strict=True)
        for index, (kernel_size, stride, padding) in enumerate(layers):
            if padding == "same" and sizes[-1] % stride:
                raise TrainingError(self._misfit(index, sizes[-1]))
            sizes.append(_next_size(index, sizes[-1], kernel_size, stride, padding))
        return tuple(sizes)

    def _misfit(self, index: int, size: int) -> str:
        """Return what to do when the stride of a convolution does not divide the maps it reads."""
        product = math.prod(self.strides)
        below = self.image_size // product * product
        sizes = " or ".join(f"{fitting}" for fitting in (below, below + product) if fitting)
        advice = "" if "valid" in self.paddings else f" to {sizes}"
        return (
            f"crop_faces.image_size: found {self.image_size}, which becomes maps of {size}x{size} "
            f"before convolution {index + 1}, expected a multiple of its stride "
            f"{self.strides[index]}, since the decoder multiplies by it; set it{advice}, or change "
            "train_vae.strides"
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
