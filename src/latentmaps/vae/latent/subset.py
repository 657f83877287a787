"""A part of some rows that is as mixed as all of them."""

import numpy as np
import numpy.typing as npt

from latentmaps import seeds

Rows = npt.NDArray[np.int64]


def sample(rows: Rows, at_most: int | None, *, seed: int) -> Rows:
    """Return some of the rows, in their order.

    The first ones would not do: pictures of a folder lie sub-folder by sub-folder. A smaller subset
    of the same rows and seed is contained in every larger one.

    Args:
        rows: (n,), rising.
        at_most: how many; None: all.
        seed: decides which.

    Returns:
        (min(n, at_most),), rising.
    """
    if at_most is None or len(rows) <= at_most:
        return rows
    order = seeds.subset(seed).permutation(len(rows))
    return rows[np.sort(order[:at_most])]
