"""The benchmarks call the stages with their current flags, and compute what their tables say."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from benchmarks import (
    crop_faces,
    evaluate_vae,
    matrix_products,
    measuring,
    train_vae,
    watching,
    workload,
)


def flags(words: Any) -> set[str]:
    return {str(word).partition("=")[0] for word in words if str(word).startswith("--")}


def flags_of_stage(root: Path, name: str) -> set[str]:
    """Return the flags that dvc.yaml passes to a stage."""
    text = (root / "dvc.yaml").read_text(encoding="utf-8")
    [command] = re.findall(rf"stages/{name}\.py\n((?:      --.*\n)+)", text)
    return flags(command.split())


def test_crop_faces_is_called_with_its_flags(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: called.extend(command))
    crop_faces.run_stage(tmp_path)
    assert flags(called) == flags_of_stage(root, "crop_faces")


def test_evaluate_vae_is_called_with_its_flags(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(measuring, "run_python", called.extend)
    evaluate_vae.measure(tmp_path, tmp_path)
    assert flags(called) == flags_of_stage(root, "evaluate_vae")


def test_each_round_starts_with_the_next_way() -> None:
    turns: list[str] = []

    def measure(way: str) -> int:
        turns.append(way)
        return len(turns)

    results = measuring.take_turns("abc", measure, rounds=4)
    assert "".join(turns) == "abcbcacababc"
    assert results == {"a": [1, 6, 8, 10], "b": [2, 4, 9, 11], "c": [3, 5, 7, 12]}


def test_a_summary_is_the_median_with_quartiles() -> None:
    assert measuring.summary([5, 1, 2, 4, 3], ".1f") == "3.0 [2.0, 4.0]"
    assert measuring.summary([1234.5], ",.0f") == "1,234 [1,234, 1,234]"


def test_a_ratio_is_taken_round_by_round() -> None:
    # the ratio of the medians is 1
    assert measuring.ratio([1, 2, 30], [1, 20, 2], ".1f") == "1.0 [0.6, 8.0]"
    assert measuring.ratio([2, 3, 40], [1, 4, 10], ".2f") == "2.00 [1.38, 3.00]"


def test_shares_of_the_limit_are_given_in_wall_time_and_cpu_time() -> None:
    def run(seconds: float, busy_seconds: float) -> measuring.Run:
        return measuring.Run(json.dumps([seconds, busy_seconds]), seconds=9.0, peak_mb=100.0)

    # 2 steps of 50 images of 0.1 GFLOP: 10 GFLOP; the products of 2 steps: 137 GFLOP
    assert pytest.approx(137.438953472) == 2 * matrix_products.GFLOP_PER_STEP
    runs = {
        "ours": [run(2.0, 3.0), run(4.0, 3.0)],
        "pytorch": [run(1.0, 2.0), run(8.0, 2.0)],
        "limit": [run(10.0, 10.0), run(20.0, 10.0)],
    }
    rows = list(train_vae.rows(runs, workload.Load(50, 2), 0.1))
    assert [row[1:] for row in rows] == [
        [
            "38 [31, 44]", "4 [3, 4]", "0.36 [0.36, 0.36]", "0.24 [0.24, 0.24]",
            "1.00 [1.00, 1.00]", "100 [100, 100]",
        ],
        [
            "56 [34, 78]", "6 [3, 8]", "0.45 [0.32, 0.59]", "0.36 [0.36, 0.36]",
            "1.25 [0.88, 1.62]", "100 [100, 100]",
        ],
        [
            "", "10 [9, 12]", "1.00 [1.00, 1.00]", "1.00 [1.00, 1.00]", "", "100 [100, 100]",
        ],
    ]  # fmt: skip


def test_shares_of_watching_are_those_of_the_rest_of_each_training() -> None:
    def parts(film: float, rest: float) -> watching.Parts:
        spans = {"film": film, "page": 1.0, "both": film + 1.0, "rest": rest}
        return {name: workload.Span(span, 2 * span) for name, span in spans.items()}

    film, *_ = watching.rows([parts(1.0, 100.0), parts(4.0, 200.0), parts(3.0, 100.0)])
    share = "2.00 [1.50, 2.50]"
    assert film == ["film", "3.00 [2.00, 3.50]", share, share]
