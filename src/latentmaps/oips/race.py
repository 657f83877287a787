"""The race: after some steps of ascent, only the best start images of each unit continue.

The objective after a few steps predicts the final objective better than the objective of the start
image does.
"""

import numpy as np
import numpy.typing as npt

from latentmaps.oips.oip import Floats
from latentmaps.params.draw_oips import DrawOips


def is_needed(params: DrawOips, num_own_starts: int) -> bool:
    """Report whether a race would eliminate any start.

    Args:
        params: parameters of the search, including the number of finalists and the race's steps.
        num_own_starts: number of starts per unit, excluding head starts.
    """
    return num_own_starts > params.num_finalists and params.race_steps < params.num_steps


def choose_finalists(
    objectives: Floats, number: int, num_head_starts: int
) -> npt.NDArray[np.int64]:
    """Return the indices of the starts that continue, ascending, (num_units, num_finalists), int.

    Args:
        objectives: (num_units, num_starts), float32, highest objective of each start so far.
        number: number of finalists per unit, excluding head starts.
        num_head_starts: number of head starts at the end of each row; they always continue.
    """
    num_units, num_starts = objectives.shape
    own = objectives[:, : num_starts - num_head_starts]
    best = np.sort(np.argsort(-own, axis=1, kind="stable")[:, :number], axis=1)
    heads = np.arange(own.shape[1], num_starts)
    return np.concatenate([best, np.tile(heads, (num_units, 1))], axis=1)
