"""Libraries that affect numbers: their versions, and the stages that depend on them."""

import ast
import importlib.metadata
import json
import logging
import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests import code_deps
from tests.test_pipeline import DRAWS_DATA, STAGES, base_name, paths

from latentmaps import versions

LOCKED = "requirements/versions.txt"
# the names under which the libraries are imported
MODULES = {
    "keras": "keras",
    "numpy": "numpy",
    "scikit-learn": "sklearn",
    "tensorflow": "tensorflow",
}
# other libraries that these stages import, and what they do instead of computing numbers
WITHOUT_NUMBERS = {
    "PIL": "draws pictures",
    "filelock": "prevents concurrent runs",
    "h5py": "stores weights",
    "jinja2": "fills in the model card",
    "pandas": "reads and writes tables; NumPy computes with their columns",
    "pydantic": "validates what is read from files",
    "tqdm": "shows progress",
    "yaml": "writes the header of the model card",
}


def test_versions_agree_with_the_libraries() -> None:
    assert versions.installed("keras", "numpy", "tensorflow") == {
        "keras": keras.__version__,
        "numpy": np.__version__,
        "tensorflow": tf.__version__,
    }


@pytest.mark.parametrize("flavor", ["cpu", "gpu"])
def test_the_small_file_agrees_with_the_lock_files(root: Path, flavor: str) -> None:
    text = (root / f"requirements/{flavor}.txt").read_text(encoding="utf-8")
    small = versions.read_locked(root / LOCKED)
    for name, found in small.items():
        locked = set(re.findall(rf"^{re.escape(name)}==(\S+)", text, re.MULTILINE))
        assert locked == found or (name == "tensorflow-cpu" and not locked), name
    assert small.keys() >= MODULES.keys() | DRAWS_DATA | {"scipy"}


def test_the_stages_with_tensors_or_pixels_depend_on_the_small_file() -> None:
    watching = {base_name(stage) for stage in STAGES if LOCKED in paths(stage.deps)}
    assert watching == {base_name(stage) for stage in STAGES} - {"fetch_digits", "build_report"}


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["train_vae", "evaluate_vae", "train_cnn"])
def test_numbers_name_all_libraries_that_computed_them(root: Path, stage: str) -> None:
    imported = set()
    modules = code_deps.reachable(root / f"stages/{stage}.py")
    for path in [code_deps.path_of(name) for name in modules if code_deps.folder_of(name)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    others = imported - sys.stdlib_module_names - set(MODULES.values()) - {"latentmaps"}
    assert others <= WITHOUT_NUMBERS.keys(), "add to MODULES, or with a reason to WITHOUT_NUMBERS"
    expected = {name for name, module in MODULES.items() if module in imported}
    if "scikit-learn" in expected:
        expected.add("scipy")  # computes its distances
    numbers = json.loads((root / f"docs/figures/{stage}.json").read_text(encoding="utf-8"))
    assert numbers["versions"].keys() == expected


def test_differences_from_the_locked_versions_are_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    numpy = importlib.metadata.version("numpy")
    path = tmp_path / "versions.txt"
    path.write_text(f"keras==0.1\nnumpy==1.0\nnumpy=={numpy}\nnot-here==3\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        versions.warn_of_differences(path)
    assert f"keras {keras.__version__} (expected 0.1)" in caplog.text
    assert "numpy" not in caplog.text
    assert "not-here" not in caplog.text


def test_the_locked_versions_give_no_warning(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    versions.warn_of_differences(root / LOCKED)
    versions.warn_of_differences(root / "no such file")
    assert caplog.text == ""
