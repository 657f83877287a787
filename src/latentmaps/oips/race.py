"""The race: all starts of a map climb some steps, and the best of them climb on.

Where an ascent ends shows early, and better than in what its start excites.
"""

import numpy as np
import numpy.typing as npt

from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips


def is_held(params: DrawOips, num_starts: int) -> bool:
    """Return whether so many starts of a map, with its head start, are more than climb on."""
    return num_starts - 1 > params.num_finalists and params.race_steps < params.num_steps


def finalists(objectives: Floats, number: int) -> npt.NDArray[np.int64]:
    """Return which starts of each map climb on, in their order, (num_maps, number + 1).

    Args:
        objectives: (num_maps, num_starts), the best of each start so far. The last start of a map,
            its head start, always climbs on.
        number: of the others that do.
    """
    own = objectives[:, :-1]
    best = np.sort(np.argsort(-own, axis=1, kind="stable")[:, :number], axis=1)
    head = np.full((len(own), 1), own.shape[1])
    return np.concatenate([best, head], axis=1)
