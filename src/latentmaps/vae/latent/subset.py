"""A part of some rows that is as mixed as all of them."""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]

# Behind the seed: a stream of its own, far from those of points and pairs.
_SUBSETS = 2**31 + 4


def draw(rows: Rows, at_most: int | None, *, seed: int) -> Rows:
    """Gives some of the rows, in their order.

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
    order = np.random.default_rng([seed, _SUBSETS]).permutation(len(rows))
    return rows[np.sort(order[:at_most])]
