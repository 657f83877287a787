"""The committed numbers of the sample, from which fake numbers are derived."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentmaps.tools import number_tables

ROOT = Path(__file__).parents[1]


def read_committed(stage: str) -> dict[str, Any]:
    """Read the committed numbers of a stage; git has numbers.json as a copy in docs/figures."""
    return number_tables.read_numbers(ROOT, stage)


def override(numbers: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers with some values replaced, including values in nested objects.

    Raises:
        KeyError: `changes` has a number that `numbers` lacks.
    """
    if unknown := changes.keys() - numbers.keys():
        raise KeyError(f"found no {sorted(unknown)} in the committed numbers")
    replaced = {
        name: override(numbers[name], value) if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }
    return {**numbers, **replaced}
