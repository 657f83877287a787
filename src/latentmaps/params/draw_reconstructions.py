"""The section ``draw_reconstructions``: which faces are shown above their reconstructions."""

from latentmaps.params.types import Listed, Seed, Tiles, TileScale, section


@section
class DrawReconstructions:
    """Attributes:
    num_columns: faces a row.
    row_seeds: a row of faces for each of these seeds, for the training and for the test part.
    seed: of the z that are drawn from posteriors; null: ``base.seed``.
    tile_scale: every pixel of a tile becomes a square of this edge.
    """

    num_columns: Tiles
    row_seeds: Listed[Seed]
    seed: Seed | None
    tile_scale: TileScale
