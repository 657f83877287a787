"""What the tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def root() -> Path:
    """The folder that holds params.yaml and dvc.yaml."""
    return ROOT
