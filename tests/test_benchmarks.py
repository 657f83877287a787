"""The benchmarks call stages as these are: what is measured now and then must still run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import crop_faces, evaluate_vae, measuring


def flags(words: Any) -> set[str]:
    return {str(word).partition("=")[0] for word in words if str(word).startswith("--")}


def flags_of_stage(root: Path, name: str) -> set[str]:
    """The flags that dvc.yaml hands over."""
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
    monkeypatch.setattr(evaluate_vae, "write_faces", lambda path, count: np.save(path, count))
    evaluate_vae.measure(tmp_path, 20)
    assert flags(called) == flags_of_stage(root, "evaluate_vae")


@pytest.mark.slow
def test_the_host_pipeline_is_measured(root: Path) -> None:
    few = ["--rounds", "1", "--num-images", "32"]
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.host_pipeline", *few],
        cwd=root,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    heads, _, ours, other = result.stdout.strip().splitlines()
    assert heads == "| way | images/s, median [quartiles] | ours against it |"
    assert "| 1.00 [1.00, 1.00] |" in ours
    assert other.startswith("| float32 pixels, cast on the host |")
