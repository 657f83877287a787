import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from latentmaps.storage import result_files


def test_json_has_equal_bytes_for_equal_numbers(tmp_path: Path) -> None:
    path = tmp_path / "numbers.json"
    content = {"a": np.float32(0.1), "b": [1, np.int64(2)], "c": {"d": 1 / 3, "e": "text"}}
    result_files.write_json(path, content)
    expected = {"a": 0.1, "b": [1, 2], "c": {"d": 0.333333, "e": "text"}}
    assert json.loads(path.read_text(encoding="utf-8")) == expected


def test_json_refuses_nan_and_infinity(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        result_files.write_json(tmp_path / "numbers.json", {"a": float("nan")})


def test_a_table_has_six_digits(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    result_files.write_table(path, pd.DataFrame({"epoch": [1], "loss": [1 / 3]}))
    assert path.read_text(encoding="utf-8") == "epoch,loss\n1,0.333333\n"
