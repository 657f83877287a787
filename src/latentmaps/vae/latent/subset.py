"""Random subsets of rows, representative of all rows."""

import numpy as np
import numpy.typing as npt

from latentmaps import seeds

Rows = npt.NDArray[np.int64]


def sample(rows: Rows, at_most: int | None, *, seed: int) -> Rows:
    """Sample some of the rows and return them in their original order.

    The first rows would not be representative, because pictures in a folder are sorted by
    subfolder. For the same rows and seed, every larger subset contains all smaller ones.

    Args:
        rows: (n,), ascending.
        at_most: maximum size of the subset; None returns all rows.
        seed: seed for choosing the rows.

    Returns:
        (min(n, at_most),), ascending.
    """
    if at_most is None or len(rows) <= at_most:
        return rows
    order = seeds.subset(seed).permutation(len(rows))
    return rows[np.sort(order[:at_most])]
