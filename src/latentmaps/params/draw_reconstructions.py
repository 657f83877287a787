"""The section ``draw_reconstructions``: which faces are shown above their reconstructions."""

from latentmaps.params.types import Listed, Seed, Tiles, TileScale, section


@section
class DrawReconstructions:
    """Which faces the sheets of reconstructions show.

    Attributes:
        num_columns: faces per row.
        row_seeds: one row of faces for each of these seeds, in the training and in the test part.
        seed: seed of the z sampled from posteriors; None: ``base.seed``.
        tile_scale: each pixel of a tile becomes a square with this edge length.
    """

    num_columns: Tiles
    row_seeds: Listed[Seed]
    seed: Seed | None
    tile_scale: TileScale
