"""The ``draw_reconstructions`` section: which faces are shown above their reconstructions."""

from latentmaps.params.types import Listed, Seed, Tiles, TileScale, section


@section
class DrawReconstructions:
    """Which faces the sheets of reconstructions show.

    Attributes:
        num_columns: number of faces per row.
        row_seeds: seeds, each of which selects one row of training faces and one row of test faces.
        seed: seed for sampling z from posteriors; None: ``base.seed``.
        tile_scale: side length of the square that each pixel of a tile becomes.
    """

    num_columns: Tiles
    row_seeds: Listed[Seed]
    seed: Seed | None
    tile_scale: TileScale
