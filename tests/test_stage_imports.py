"""What a stage imports before its work: importing TensorFlow takes seconds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "script", ["fetch_faces", "crop_faces", "split_faces", "fetch_digits", "build_report"]
)
def test_a_stage_without_tensors_imports_no_tensorflow(script: str) -> None:
    program = f"import runpy, sys; runpy.run_path('stages/{script}.py'); print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"tensorflow", "keras"}.isdisjoint(result.stdout.split())


@pytest.mark.parametrize("path", sorted((ROOT / "stages").glob("*.py")), ids=lambda path: path.stem)
def test_a_wrong_parameter_is_refused_before_tensorflow_is_imported(
    path: Path, tmp_path: Path
) -> None:
    """A module that fails on import shadows the real TensorFlow."""
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('was imported')", encoding="utf-8")
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace("fact: 5.0", "fact: high"), encoding="utf-8")
    usage = subprocess.run(
        [sys.executable, path], env=_without_tensorflow(tmp_path), capture_output=True, text=True
    )
    assert "the following arguments are required" in usage.stderr
    flags = usage.stderr.rpartition("required: ")[2].strip().split(", ")
    words = [word for flag in flags for word in (flag, "nowhere")]
    result = subprocess.run(
        [sys.executable, path, *words],
        cwd=tmp_path,
        env=_without_tensorflow(tmp_path),
        capture_output=True,
        text=True,
    )
    assert result.stderr.strip() == (
        f"{path.stem}: params.yaml: train_vae.fact: found 'high', expected a valid number"
    )


def _without_tensorflow(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'src'}"}
