"""docs/play.ipynb runs on small models and is stored without outputs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from nbclient import NotebookClient
from tests.test_api_examples import write_models


def read(root: Path) -> Any:
    return nbformat.read(root / "docs/play.ipynb", as_version=4)  # type: ignore[no-untyped-call]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A repository with a pipeline, untrained models and twelve faces of noise."""
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(root / name, tmp_path)
    shutil.copytree(root / "src", tmp_path / "src")
    for name in ("docs", "data/faces", "data/models/cnn", "data/models/vae"):
        (tmp_path / name).mkdir(parents=True)
    write_models(tmp_path)
    pictures = np.random.default_rng(1).integers(0, 256, (12, 96, 96, 3), np.uint8)
    np.save(tmp_path / "data/faces/images.npy", pictures)
    parts = pd.DataFrame({"row": range(12), "part": ["train"] * 3 + ["test"] * 9})
    parts.to_csv(tmp_path / "data/faces/split.csv", index=False)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (
        ["git", "init", "-q"],
        ["dvc", "init", "-q"],
        ["git", "add", "dvc.yaml", "params.yaml"],
    ):
        subprocess.run(words, cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "a"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # about the kernel's messages
def test_every_cell_runs(root: Path, project: Path) -> None:
    notebook = read(root)
    resources = {"metadata": {"path": str(project / "docs")}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
    kinds = [
        {kind for output in cell.outputs for kind in output.get("data", {})}
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    assert sum("image/png" in kind for kind in kinds) == 5
    assert sum("text/html" in kind for kind in kinds) == 1


def test_outputs_are_not_kept(root: Path) -> None:
    notebook = read(root)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_the_names_of_the_tables_are_those_of_params_yaml(root: Path) -> None:
    document = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    [short] = [cell.source for cell in read(root).cells if "| `z_dim` |" in cell.source]
    assert "(from-the-posts.md)" in short
    complete = (root / "docs/from-the-posts.md").read_text(encoding="utf-8")
    sections = "|".join(document)
    names = re.findall(rf"`({sections})\.(\w+)`", short + complete)
    assert len(names) > 40
    for section, name in names:
        assert name in document[section]
