"""Write the JSON and CSV files of results; identical values produce identical files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` as JSON.

    Floats are rounded to 6 significant digits, which is enough for any comparison and keeps diffs
    readable.

    Args:
        path: the file to write.
        content: name -> number, text, list or mapping.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(_rounded(content), indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_table(path: Path, table: "pd.DataFrame") -> None:
    """Write a table as CSV with 6 significant digits."""
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if hasattr(value, "tolist"):  # arrays and scalars of NumPy
        return _rounded(value.tolist())
    return float(f"{value:.6g}") if isinstance(value, float) else value
