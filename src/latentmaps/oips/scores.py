"""What is said about each OIP: whether there is one, how it was found, how it compares."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.oips import oip
from latentmaps.oips.evidence import Paths, Strongest
from latentmaps.oips.oip import Ends, Floats, Oips

ALIVE = "alive"
RESCUED = "rescued"
DEAD = "dead"

# an image still improves when its best step is among the last tenth
_LATE = 0.9


def score(oips: Oips, strongest: Strongest, paths: Paths, *, reachable_size: int) -> pd.DataFrame:
    """Gives a row for each feature map; docs/oips.md says what its columns mean.

    Args:
        oips: of the layer.
        strongest: the test digits that excite its maps most.
        paths: how alike OIPs and strongest digits are to the layer below.
        reachable_size: rows and columns that influence the layer; the others do not count.
    """
    free, in_range = oips.free, oips.in_range
    best_digit = strongest.activations[:, 0]
    statuses = _statuses(free)
    columns = {
        "map_index": oips.map_indices,
        "status": statuses,
        "rescued_by": np.where(statuses == RESCUED, free.rescues, ""),
        "activation": free.best,
        "ratio": _ratios(free.best, best_digit),
        "activation_in_range": in_range.best,
        "ratio_in_range": _ratios(in_range.best, best_digit),
        "winning_start": np.where(free.best > 0, free.kinds, ""),
        "silent_share": oips.silent_share,
        **_course(free, ""),
        **_course(in_range, "_in_range"),
        "seed_gap": _seed_gaps(free.activations),
        **_agreement(oips, paths, best_digit > 0),
        "out_of_range_share": _out_of_range(oips, reachable_size),
        "strongest_digit_activation": best_digit,
        **_strongest_digit(strongest, best_digit > 0),
    }
    return pd.DataFrame(columns)


def _agreement(
    oips: Oips, paths: Paths, is_excited: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray]:
    """Gives the columns of the rank correlations; what has no OIP or no digit stays empty."""
    has_free, has_in_range = oips.free.best > 0, oips.in_range.best > 0
    return {
        "path_correlation": np.where(is_excited & has_free, paths.free, np.nan),
        "path_correlation_in_range": np.where(is_excited & has_in_range, paths.in_range, np.nan),
        "path_second_digit": np.where(is_excited, paths.second, np.nan),
        "path_random_digit": np.where(is_excited, paths.random, np.nan),
    }


def _strongest_digit(
    strongest: Strongest, is_excited: npt.NDArray[np.bool_]
) -> dict[str, pd.Series]:
    labels = pd.Series(pd.array(strongest.labels[:, 0], dtype="Int64"))
    rows = pd.Series(pd.array(strongest.rows[:, 0], dtype="Int64"))
    return {
        "strongest_digit_label": labels.where(is_excited),
        "strongest_digit_row": rows.where(is_excited),
    }


def _statuses(ends: Ends) -> npt.NDArray[np.str_]:
    is_dead, needed_none = ends.best <= 0, ends.rescues == oip.NOT_NEEDED
    return np.select([is_dead, needed_none], [DEAD, ALIVE], RESCUED)


def _ratios(activations: Floats, of_digits: Floats) -> Floats:
    ratios = np.full_like(activations, np.nan)
    return np.divide(activations, of_digits, out=ratios, where=of_digits > 0)


def _course(ends: Ends, suffix: str) -> dict[str, npt.NDArray]:
    lengths = np.sum(~np.isnan(ends.curves), axis=1)
    peaks = np.nanargmax(ends.curves, axis=1)
    is_late = peaks >= _LATE * (lengths - 1)
    return {
        f"converged{suffix}": ends.converged,
        f"improving{suffix}": ~ends.converged & (ends.best > 0) & is_late,
        f"num_steps{suffix}": ends.num_steps,
    }


def _seed_gaps(activations: Floats) -> Floats:
    """Gives worst over best end of the starts that were not silent, 0..1; NaN with one such."""
    loud = np.where(activations > 0, activations, np.nan)
    gaps = np.full(len(loud), np.nan, np.float32)
    several = np.sum(activations > 0, axis=1) > 1
    gaps[several] = np.nanmin(loud[several], axis=1) / np.nanmax(loud[several], axis=1)
    return gaps


def _out_of_range(oips: Oips, reachable_size: int) -> npt.NDArray[np.float64]:
    darkest, brightest = oips.value_range
    seen = oips.free.images[:, :reachable_size, :reachable_size]
    shares = ((seen < darkest) | (seen > brightest)).mean(axis=(1, 2))
    return np.where(oips.free.best > 0, shares, np.nan)
