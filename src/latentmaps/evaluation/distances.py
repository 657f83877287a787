"""How far two sets of points are apart, as distributions.

All functions take points (n, d) and (m, d), and look at a block of rows at a time: memory does not
grow with the square of their number.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.floating]
Kernel = Callable[[Points], Points]

_ROWS_A_BLOCK = 1000
# multiples of the base width; Tolstikhin et al. 2018 sum over these
_WIDTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def mmd_to_prior(z: Points, prior_z: Points) -> float:
    """Gives the squared maximum mean discrepancy between z-points and points of the prior N(0, I).

    The unbiased estimate (Gretton et al. 2012, equation 3) with a sum of inverse multiquadratics
    C / (C + |x - y|^2), C = w * 2 d for the widths w: 2 d is the mean squared distance of two
    points of the prior in d dimensions (Tolstikhin et al. 2018, appendix).

    Args:
        z: (n, d), n at least 2.
        prior_z: (m, d), m at least 2.

    Returns:
        0 for equal distributions, give or take what the numbers of points allow; may be negative.
    """
    base = 2.0 * z.shape[1]

    def kernel(squared_distances: Points) -> Points:
        terms = [base * w / (base * w + squared_distances) for w in _WIDTHS]
        return np.sum(terms, axis=0)

    return _mmd(z.astype(np.float64), prior_z.astype(np.float64), kernel)


def _mmd(x: Points, y: Points, kernel: Kernel) -> float:
    within_x = (_sum_of_kernel(x, x, kernel) - len(x) * _at_zero(kernel)) / (len(x) * (len(x) - 1))
    within_y = (_sum_of_kernel(y, y, kernel) - len(y) * _at_zero(kernel)) / (len(y) * (len(y) - 1))
    between = _sum_of_kernel(x, y, kernel) / (len(x) * len(y))
    return float(within_x + within_y - 2.0 * between)


def _at_zero(kernel: Kernel) -> float:
    return float(kernel(np.zeros(1))[0])


def _sum_of_kernel(x: Points, y: Points, kernel: Kernel) -> float:
    total = 0.0
    norms = np.square(y).sum(axis=1)
    for first in range(0, len(x), _ROWS_A_BLOCK):
        block = x[first : first + _ROWS_A_BLOCK]
        squared = np.square(block).sum(axis=1)[:, None] + norms - 2.0 * block @ y.T
        total += float(kernel(np.maximum(squared, 0.0)).sum())
    return total
