"""The convolutions of an encoder, and the part of an image that each position of their maps sees.

The maps are taken after normalization and before the activation function, where the encoder passes
them to its layers ``activation_1``, ``activation_2``, ... In captions, they are named after their
convolutions.
"""

from dataclasses import dataclass

import keras

from latentmaps.oips import receptive_fields
from latentmaps.oips.receptive_fields import FieldLayout


@dataclass(frozen=True)
class Convolution:
    """One convolution of an encoder; images, kernels and maps are square.

    Attributes:
        number: 1 for the first convolution.
        layer_name: name of the layer that applies the activation function to its maps.
        field_layout: the patches that the positions of a map see.
        inside_positions: row (or column) numbers of a map whose patches are entirely inside the
            image.
        positions: `inside_positions`, or all row (or column) numbers if there are none.
        image_size: height and width of an image, in pixels.
    """

    number: int
    layer_name: str
    field_layout: FieldLayout
    inside_positions: range
    positions: range
    image_size: int

    @property
    def name(self) -> str:
        """Name of the files of the convolution and of its section on the page."""
        return f"convolution_{self.number}"

    @property
    def words(self) -> str:
        """Name of the convolution in captions."""
        return f"Convolution {self.number}"

    @property
    def patch_size(self) -> int:
        """Height and width of a patch, in pixels."""
        return self.field_layout.size


def find_convolutions(encoder: keras.Model) -> list[Convolution]:
    """Return the convolutions of the encoder of a VAE, in order.

    Args:
        encoder: encoder built by ``vae.build_encoder``.
    """
    activations = [layer for layer in encoder.layers if layer.name.startswith("activation_")]
    # a dense layer may also have an activation layer
    with_maps = [layer.name for layer in activations if len(layer.output.shape) == 4]
    return [_describe(encoder, index + 1, name) for index, name in enumerate(with_maps)]


def _describe(encoder: keras.Model, number: int, layer_name: str) -> Convolution:
    layers = receptive_fields.chain(encoder, layer_name)
    if layers is None:
        raise ValueError(f"{layer_name}: found unknown layers before it, expected those of the VAE")
    _, image_size, _, _ = encoder.input_shape
    _, num_positions, _, _ = encoder.get_layer(layer_name).output.shape
    layout = receptive_fields.field_layout(layers)
    inside = layout.inside(num_positions, image_size)
    return Convolution(
        number=number,
        layer_name=layer_name,
        field_layout=layout,
        inside_positions=inside,
        positions=inside or range(num_positions),
        image_size=image_size,
    )
