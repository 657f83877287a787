"""Fixtures of the report tests: fake results, and the page rendered from them."""

import shutil
from pathlib import Path

import pytest
from tests.report.fake_results import Example

from latentmaps.pages import html_page


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Fake results of all stages, shared by all tests, which must not change them."""
    fake_results = Example(tmp_path_factory.mktemp("pristine"))
    fake_results.write()
    return fake_results


@pytest.fixture(scope="session")
def rendered(pristine: Example) -> str:
    """The page rendered from the results in `pristine`."""
    return pristine.render()


@pytest.fixture
def example(pristine: Example, tmp_path: Path) -> Example:
    """Fake results of all stages that a test may change."""
    return Example(shutil.copytree(pristine.folder, tmp_path / "reports"))


@pytest.fixture
def report(rendered: str, tmp_path: Path) -> Path:
    path = tmp_path / "index.html"
    html_page.write(rendered, path)
    return path
