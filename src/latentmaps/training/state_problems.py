"""Check that the state in a checkpoint fits the run that would resume from it."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from latentmaps.training.checkpoints import State


def check_arrays(
    arrays: Mapping[str, npt.NDArray[Any]], variables: Mapping[str, keras.Variable]
) -> str | None:
    """Return why `arrays` cannot be the values of `variables`, or None if they can.

    Args:
        arrays: name -> array of any shape and dtype, from a checkpoint.
        variables: name -> variable, whose shape and dtype the array should have.
    """
    other = sorted(arrays.keys() ^ variables.keys())
    if other:
        found = "found" if other[0] in arrays else "missing"
        return f"{len(other)} arrays are missing or unexpected; {other[0]} is {found}"
    for name, variable in variables.items():
        array = arrays[name]
        if array.shape != tuple(variable.shape) or array.dtype.name != variable.dtype:
            return (
                f"{name}: found {array.dtype} of shape {array.shape}, expected "
                f"{variable.dtype} of shape {tuple(variable.shape)}"
            )
        if not np.isfinite(array).all():
            return f"{name}: found a NaN or an infinite number"
    return None


def check_notes(state: State, *, with_stopping: bool) -> str | None:
    """Return what is wrong with the notes of a state, or None if they are valid."""
    notes = state.notes if isinstance(state.notes, dict) else {}
    history = notes.get("history")
    rows = history if isinstance(history, list) else []
    if [row.get("epoch") if isinstance(row, dict) else None for row in rows] != list(
        range(1, state.epoch + 1)
    ):
        return f"history: found {len(rows)} epochs, expected epochs 1 to {state.epoch}"
    if not all(_is_number(row[name]) for row in rows for name in row if name != "epoch"):
        return "history: found a value that is not a finite number"
    if any(row.keys() != rows[0].keys() for row in rows):
        return "history: found epochs with different numbers"
    stopping = notes.get("stopping")
    if with_stopping and not (
        isinstance(stopping, dict)
        and _is_number(stopping.get("best"))
        and stopping.get("best_epoch") in range(1, state.epoch + 1)
    ):
        return "stopping: found no best epoch"
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, float) and bool(np.isfinite(value))
