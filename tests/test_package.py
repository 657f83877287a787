"""The built package."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_wheel_contains_the_type_marker(root: Path, tmp_path: Path) -> None:
    """Without ``py.typed``, type checkers ignore the annotations of an installed package."""
    program = f"from flit_core import buildapi; print(buildapi.build_wheel({str(tmp_path)!r}))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(tmp_path / result.stdout.strip()) as wheel:
        assert wheel.read("latentmaps/py.typed") == b""
