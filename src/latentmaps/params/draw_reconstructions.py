"""The section ``draw_reconstructions``: which faces are shown above their reconstructions."""

from latentmaps.params.types import Listed, Seed, Tiles, section


@section
class DrawReconstructions:
    """Attributes:
    num_columns: faces a row.
    row_seeds: a row of faces for each of these seeds, for the training and for the test part.
    """

    num_columns: Tiles
    row_seeds: Listed[Seed]
