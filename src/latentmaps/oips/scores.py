"""What is said about each OIP: whether there is one, and how it compares with real digits."""

from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.data.digits import Digits
from latentmaps.oips import excitation as excitation_module
from latentmaps.oips.search import Oips

ALIVE = "alive"
RESCUED = "rescued"
DEAD = "dead"


def score(oips: Oips, excitation: keras.Model, digits: Digits) -> pd.DataFrame:
    """Gives a row for each feature map.

    Args:
        oips: of the layer.
        excitation: standardised images -> activations of the maps of the layer.
        digits: the test part is what an OIP is compared with.

    Returns:
        ``map_index``; ``status``: alive when a random start led to an OIP, rescued when only the
        real digit did, dead when nothing excites the map; ``activation`` of the OIP; ``ratio`` to
        that of the strongest test digit, empty when it is silent; ``winning_start``: number of the
        random start, or digit; ``silent_share`` of the random starts; ``converged``: the activation
        had stopped to grow; ``strongest_digit_label``: what the strongest test digit shows.
    """
    best_test = excitation_module.strongest(excitation, digits.test_images)
    activations, status = oips.activations.max(axis=1), statuses(oips)
    is_excited = best_test.activations > 0
    ratios = np.full(len(activations), np.nan)
    np.divide(activations, best_test.activations, out=ratios, where=is_excited)
    labels = pd.array(digits.test_labels[best_test.rows], dtype="Int64")
    return pd.DataFrame(
        {
            "map_index": np.arange(len(status)),
            "status": status,
            "activation": activations,
            "ratio": ratios,
            "winning_start": _winner_names(oips, status),
            "silent_share": oips.silent[:, :-1].mean(axis=1),
            "converged": oips.converged,
            "strongest_digit_label": pd.Series(labels).where(is_excited),
        }
    )


def statuses(oips: Oips) -> npt.NDArray[np.str_]:
    """Gives alive, rescued or dead for each map."""
    works = oips.activations > 0
    return np.select([works[:, :-1].any(axis=1), works[:, -1]], [ALIVE, RESCUED], DEAD)


def _winner_names(oips: Oips, status: npt.NDArray[np.str_]) -> list[str]:
    names = [*map(str, range(oips.activations.shape[1] - 1)), "digit"]
    return [
        "" if state == DEAD else names[winner]
        for winner, state in zip(oips.winners, status, strict=True)
    ]


def write(table: pd.DataFrame, path: Path) -> None:
    """Writes the table as CSV with 6 significant digits."""
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
