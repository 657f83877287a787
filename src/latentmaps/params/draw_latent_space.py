"""The section ``draw_latent_space``: walks through the latent space."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import Listed, Reach, Seed, Text, Tiles, TileScale, section

# pixels, edge of a tile of the map before it is enlarged; larger images are reduced, since a map of
# such tiles is no map to look at
LARGEST_TILE_OF_A_MAP = 128


@section
class DrawLatentSpace:
    """Attributes:
    num_dimensions: rows of the traversals, the dimensions with the most KL first.
    num_steps: columns of traversals and interpolations.
    num_pairs: rows of the interpolations, each between two test faces.
    traversal_limit: a traversal runs from minus to plus this, standard deviations of the prior.
    attributes: those that color the projection and that are added to faces.
    attribute_limit: from minus to plus so many times the direction of an attribute is added.
    plane_steps: rows and columns of the map of a plane, each from minus to plus `traversal_limit`.
    seed: decides which faces walk, and of one z of each posterior in a chart; null: ``base.seed``.
    tile_scale: every pixel of a tile becomes a square of this edge.
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
