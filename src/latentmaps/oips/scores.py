"""The table of a layer: whether each map has an OIP, how it was found, and how good it is."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.oips import oip
from latentmaps.oips.oip import Floats, LayerOips, Oips, StrongestDigits

# an image is still improving if its best step is in the last tenth of its steps
_LATE = 0.9

# smallest shift, in pixels: about the width of a stroke; any image shifted by less resembles itself
_MIN_SHIFT = 3
# products of two energies below this are rounding errors
_NO_ENERGY = 1e-9


def score(
    oips: LayerOips, strongest: StrongestDigits, pathways: pd.DataFrame, *, reachable_size: int
) -> pd.DataFrame:
    """Return the table of a layer, one row per map; docs/oips.md explains the columns.

    Args:
        oips: OIPs of the layer.
        strongest: test digits that excite its maps most.
        pathways: rank correlations, as returned by ``real_digits.correlate_pathways``.
        reachable_size: number of rows and columns that influence the layer; other pixels are
            ignored.
    """
    best_digit = strongest.activations[:, 0]
    columns = {
        "map_index": oips.map_indices,
        **_strength(oips.free, best_digit, ""),
        **_strength(oips.in_range, best_digit, "_in_range"),
        "silent_share": oips.silent_share,
        **measure_progress(oips.free, ""),
        **measure_progress(oips.in_range, "_in_range"),
        "seed_gap": seed_gaps(oips.free.regular_finalist_activations),
        **_agreement(oips, pathways, strongest),
        "out_of_range_share": _out_of_range(oips, reachable_size),
        "repetition": repetitions(oips.free, reachable_size),
        "strongest_digit_activation": best_digit,
        **_strongest_digit(strongest, best_digit > 0),
    }
    return pd.DataFrame(columns)


def _strength(oips: Oips, best_digit: Floats, suffix: str) -> dict[str, npt.NDArray]:
    statuses = _statuses(oips)
    columns = {
        "status": statuses,
        "rescued_by": np.where(statuses == oip.RESCUED, oips.rescues, ""),
        "activation": oips.activations,
        "ratio": _ratios(oips.activations, best_digit),
        "winning_start": np.where(oips.activations > 0, oips.start_kinds, ""),
        "from_head_start": oips.from_head_start,
        **_polish(oips),
    }
    return {f"{name}{suffix}": values for name, values in columns.items()}


def _polish(oips: Oips) -> dict[str, npt.NDArray]:
    polished, is_found = oips.polished, oips.activations > 0
    shares = polished.high_frequency_shares
    polished_shares = polished.high_frequency_shares_polished
    return {
        "activation_polished": polished.activations,
        "high_frequency_share": np.where(is_found, shares, np.nan),
        "high_frequency_share_polished": np.where(is_found, polished_shares, np.nan),
    }


def _agreement(
    oips: LayerOips, pathways: pd.DataFrame, strongest: StrongestDigits
) -> dict[str, npt.NDArray]:
    """Return the columns of rank correlations, NaN where a map has no OIP or no digit."""
    is_excited, has_second = strongest.activations[:, 0] > 0, strongest.activations[:, 1] > 0
    has_free, has_in_range = oips.free.activations > 0, oips.in_range.activations > 0
    return {
        "path_correlation": np.where(is_excited & has_free, pathways["free"], np.nan),
        "path_correlation_in_range": np.where(
            is_excited & has_in_range, pathways["in_range"], np.nan
        ),
        "path_second_digit": np.where(has_second, pathways["second"], np.nan),
        "path_random_digit": np.where(is_excited, pathways["random"], np.nan),
    }


def _strongest_digit(
    strongest: StrongestDigits, is_excited: npt.NDArray[np.bool_]
) -> dict[str, pd.Series]:
    labels = pd.Series(pd.array(strongest.labels[:, 0], dtype="Int64"))
    rows = pd.Series(pd.array(strongest.rows[:, 0], dtype="Int64"))
    return {
        "strongest_digit_label": labels.where(is_excited),
        "strongest_digit_row": rows.where(is_excited),
    }


def _statuses(oips: Oips) -> npt.NDArray[np.str_]:
    is_dead, needed_none = oips.activations <= 0, oips.rescues == oip.NOT_NEEDED
    return np.select([is_dead, needed_none], [oip.DEAD, oip.ALIVE], oip.RESCUED)


def _ratios(activations: Floats, of_digits: Floats) -> Floats:
    ratios = np.full_like(activations, np.nan)
    return np.divide(activations, of_digits, out=ratios, where=of_digits > 0)


def measure_progress(oips: Oips, suffix: str) -> dict[str, npt.NDArray]:
    """Return whether each ascent converged or was still improving, and its number of steps.

    Args:
        oips: the OIPs of a layer.
        suffix: suffix of the column names.

    Returns:
        Column -> (num_maps,).
    """
    lengths = np.sum(~np.isnan(oips.curves), axis=1)
    peaks = np.nanargmax(oips.curves, axis=1)
    is_late = peaks >= _LATE * (lengths - 1)
    return {
        f"converged{suffix}": oips.converged,
        f"improving{suffix}": ~oips.converged & (oips.activations > 0) & is_late,
        f"num_steps{suffix}": oips.num_steps,
    }


def seed_gaps(activations: Floats) -> Floats:
    """Return the ratio of the lowest to the highest final activation of each map, 0..1.

    Silent starts are ignored. The ratio is NaN if fewer than two starts are left.

    Args:
        activations: (num_maps, num_finalists), float32, final activations.
    """
    loud = np.where(activations > 0, activations, np.nan)
    gaps = np.full(len(loud), np.nan, np.float32)
    several = np.sum(activations > 0, axis=1) > 1
    gaps[several] = np.nanmin(loud[several], axis=1) / np.nanmax(loud[several], axis=1)
    return gaps


def _out_of_range(oips: LayerOips, reachable_size: int) -> npt.NDArray[np.float64]:
    darkest, brightest = oips.pixel_range
    seen = oips.free.images[:, :reachable_size, :reachable_size]
    shares = ((seen < darkest) | (seen > brightest)).mean(axis=(1, 2))
    return np.where(oips.free.activations > 0, shares, np.nan)


def repetitions(oips: Oips, reachable_size: int) -> npt.NDArray[np.float64]:
    """Return the ``repetition`` of each OIP, (num_maps,), -1..1; NaN where there is none."""
    seen = oips.images[:, :reachable_size, :reachable_size]
    values = np.array([repetition(image) for image in seen])
    return np.where(oips.activations > 0, values, np.nan)


def repetition(image: Floats) -> float:
    """Return the highest correlation of an image with a shifted copy of itself, -1..1.

    Shifts are at least 3 pixels and at most half of the image, and only the overlapping parts are
    compared. The result is 1 for a periodic image. It is computed with the correlation theorem.

    Args:
        image: (height, width), float32, mean about 0.
    """
    height, width = image.shape
    size = 2 * height, 2 * width  # zero padding, because the Fourier transform is cyclic

    def correlate(first: npt.NDArray, second: npt.NDArray) -> npt.NDArray[np.float64]:
        spectra = np.fft.rfft2(first, s=size), np.fft.rfft2(second, s=size)
        return np.fft.irfft2(spectra[0].conj() * spectra[1], s=size)

    values = image.astype(np.float64)
    inside = np.ones_like(values)
    products = correlate(values, values)
    energies = correlate(values**2, inside) * correlate(inside, values**2)
    down, across = np.fft.fftfreq(size[0], 1 / size[0]), np.fft.fftfreq(size[1], 1 / size[1])
    shifts = np.hypot(down[:, np.newaxis], across)
    counts = (shifts >= _MIN_SHIFT) & (np.abs(down)[:, np.newaxis] <= height / 2)
    counts &= (np.abs(across) <= width / 2) & (energies > _NO_ENERGY)
    if not counts.any():
        return 0.0
    return float((products[counts] / np.sqrt(energies[counts])).max())
