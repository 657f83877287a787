"""The race: all starts of a map climb some steps, and the best of them climb on.

Where an ascent ends shows early, and better than in what its start excites.
"""

import numpy as np
import numpy.typing as npt

from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips


def is_needed(params: DrawOips, num_own_starts: int) -> bool:
    """Return whether so many starts of a unit, besides its head start, are more than climb on."""
    return num_own_starts > params.num_finalists and params.race_steps < params.num_steps


def choose_finalists(
    objectives: Floats, number: int, num_head_starts: int
) -> npt.NDArray[np.int64]:
    """Return which starts of each unit climb on, in their order, (num_units, num_finalists).

    Args:
        objectives: (num_units, num_starts), the best of each start so far.
        number: of those that climb on.
        num_head_starts: so many of the last starts climb on besides, whatever they are.
    """
    num_units, num_starts = objectives.shape
    own = objectives[:, : num_starts - num_head_starts]
    best = np.sort(np.argsort(-own, axis=1, kind="stable")[:, :number], axis=1)
    heads = np.arange(own.shape[1], num_starts)
    return np.concatenate([best, np.tile(heads, (num_units, 1))], axis=1)
