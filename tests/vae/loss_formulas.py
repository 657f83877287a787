"""NumPy formulas of the reconstruction losses, by name."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Formula = Callable[
    [npt.NDArray[np.float64], npt.NDArray[np.float64]], npt.NDArray[np.float64]
]  # pixel and reconstruction, 0..1 each -> loss
# "gaussian" with the initial standard deviation
FORMULAS: dict[str, Formula] = {
    "bce": lambda x, r: -x * np.log(r) - (1.0 - x) * np.log(1.0 - r),
    "mse": lambda x, r: (x - r) ** 2,
    "mae": lambda x, r: np.abs(x - r),
    "gaussian": lambda x, r: 0.5 * ((x - r) / 0.3) ** 2 + np.log(0.3 * np.sqrt(2.0 * np.pi)),
}
