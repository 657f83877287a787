"""The section ``draw_latent_space``: walks through the latent space."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import PositiveFloat, Tiles, section


@section
class DrawLatentSpace:
    """Attributes:
    num_dimensions: rows of the traversals, the dimensions with the most KL first.
    num_steps: columns of traversals and interpolations.
    num_pairs: rows of the interpolations, each between two test faces.
    traversal_limit: a traversal runs from minus to plus this, standard deviations of the prior.
    """

    num_dimensions: Tiles
    num_steps: Annotated[int, Field(ge=2, le=1000)]
    num_pairs: Tiles
    traversal_limit: PositiveFloat
