"""What the tests share."""

from pathlib import Path

import pytest
from tests.example_workspace import Workspace

ROOT = Path(__file__).parents[1]


@pytest.fixture
def root() -> Path:
    """The folder that holds params.yaml and dvc.yaml."""
    return ROOT


@pytest.fixture
def workspace(tmp_path: Path, root: Path) -> Workspace:
    """A folder for the stage scripts."""
    return Workspace(tmp_path, root)


@pytest.fixture
def small_network(workspace: Workspace) -> Workspace:
    """A workspace whose VAE is trained in seconds."""
    workspace.write_faces()
    workspace.shrink_network()
    return workspace
