"""Fixtures of the comparison tests."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import remembering
from tests.compare.example_repository import ExampleRepository

SWEEP = "train_vae.fact=0.5,1.5,3.0,5.0,10.0,-1.0"


@pytest.fixture(scope="module", autouse=True)
def _remember() -> Iterator[None]:
    """Draw equal curves once for all tests."""
    with remembering.remembered():
        yield


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> ExampleRepository:
    """A repository with a sweep whose last run failed; tests must not change its experiments."""
    repository = ExampleRepository(tmp_path_factory.mktemp("swept") / "repository")
    repository.make()
    repository.run("dvc", "exp", "run", "--queue", "-S", SWEEP)
    repository.run_queue()
    return repository


@pytest.fixture
def copied(swept: ExampleRepository, tmp_path: Path) -> ExampleRepository:
    """A copy of the swept repository that a test may change."""
    return ExampleRepository(shutil.copytree(swept.folder, tmp_path / "repository"))


@pytest.fixture(scope="session")
def named(swept: ExampleRepository) -> dict[float, str]:
    """The name that DVC gave the experiment with each fact."""
    rows = json.loads(swept.run("dvc", "exp", "show", "--json"))[1]["experiments"]
    return {
        row["revs"][0]["data"]["params"]["params.yaml"]["data"]["train_vae"]["fact"]: row["name"]
        for row in rows
    }
