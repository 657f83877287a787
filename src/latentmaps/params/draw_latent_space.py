"""The ``draw_latent_space`` section: paths through the latent space and a map of it."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, Reach, Seed, Text, Tiles, TileScale, section

# maximum side of a tile of the map before it is enlarged, in pixels; larger images are reduced,
# since the map would otherwise be too large to look at
LARGEST_TILE_OF_A_MAP = 128


@section
class DrawLatentSpace:
    """Which paths through the latent space are drawn, and in how many steps.

    Attributes:
        num_dimensions: number of rows of the traversals; the dimensions with the most KL come
            first.
        num_steps: number of columns of the traversals and the interpolations.
        num_pairs: number of rows of the interpolations, each of which is between two test faces.
        traversal_limit: limit of the traversals, which run from minus to plus this value, in
            standard deviations of the prior.
        attributes: attributes that color the projection and are added to faces.
        attribute_limit: limit of the factor on an attribute direction; the factor runs from minus
            to plus this value.
        plane_steps: number of rows and of columns of the map of a plane, each from minus to plus
            `traversal_limit`.
        seed: seed for choosing faces and for sampling z for a chart; None: ``base.seed``.
        tile_scale: side length of the square that each pixel of a tile becomes.
    """

    num_dimensions: Tiles
    num_steps: Annotated[int, Field(ge=2, le=200)]
    num_pairs: Tiles
    traversal_limit: Reach
    attributes: Listed[Text]
    attribute_limit: Reach
    plane_steps: Annotated[int, Field(ge=2, le=30)]
    seed: Seed | None
    tile_scale: TileScale
