"""The convolutions of an encoder, and which part of an image a position of their maps sees.

The maps are those behind the normalization and before the activation, which the encoder hands to
its layers ``activation_1``, ``activation_2`` ... To people each is called by its convolution.
"""

from dataclasses import dataclass

import keras

from latentmaps.oips import receptive_fields
from latentmaps.oips.receptive_fields import FieldLayout


@dataclass(frozen=True)
class Convolution:
    """One convolution of an encoder; images, kernels and maps are square.

    Attributes:
        number: 1 for the first.
        layer_name: the layer that activates its maps, as the encoder names it.
        places: where the patches lie that the positions of a map see.
        whole: rows, and so columns, of a map whose patch lies in the image as a whole.
        positions: `whole`, or all of a map where there are none.
        image_size: height and width of an image.
    """

    number: int
    layer_name: str
    places: FieldLayout
    whole: range
    positions: range
    image_size: int

    @property
    def name(self) -> str:
        """The name of its files, and of its part of the page."""
        return f"convolution_{self.number}"

    @property
    def words(self) -> str:
        """Its name for people."""
        return f"Convolution {self.number}"

    @property
    def patch_size(self) -> int:
        """Rows, and so columns, of a patch, pixels."""
        return self.places.size


def of_encoder(encoder: keras.Model) -> list[Convolution]:
    """Return the convolutions of the encoder of a VAE, the first one first.

    Args:
        encoder: of ``vae.build_encoder``.
    """
    activated = [layer for layer in encoder.layers if layer.name.startswith("activation_")]
    # the values of a dense layer are activated, too
    with_maps = [layer.name for layer in activated if len(layer.output.shape) == 4]
    return [_look_up(encoder, index + 1, name) for index, name in enumerate(with_maps)]


def _look_up(encoder: keras.Model, number: int, layer_name: str) -> Convolution:
    layers = receptive_fields.chain(encoder, layer_name)
    if layers is None:
        raise ValueError(f"{layer_name}: found other layers before it than the VAE has")
    _, image_size, _, _ = encoder.input_shape
    _, num_positions, _, _ = encoder.get_layer(layer_name).output.shape
    places = receptive_fields.field_layout(layers)
    whole = places.inside(num_positions, image_size)
    return Convolution(
        number=number,
        layer_name=layer_name,
        places=places,
        whole=whole,
        positions=whole or range(num_positions),
        image_size=image_size,
    )
