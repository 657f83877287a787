"""What the tests of the pages share: made-up results, the page made of them, and a browser."""

import shutil
from pathlib import Path

import pytest
from tests.report.fake_results import Example

from latentmaps.pages import html_page


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Made-up results of all stages, shared by all tests: not to be changed."""
    fake_results = Example(tmp_path_factory.mktemp("pristine"))
    fake_results.write()
    return fake_results


@pytest.fixture(scope="session")
def rendered(pristine: Example) -> str:
    """The page made of the results in `pristine`."""
    return pristine.render()


@pytest.fixture
def example(pristine: Example, tmp_path: Path) -> Example:
    """Made-up results of all stages, for this test alone."""
    return Example(shutil.copytree(pristine.folder, tmp_path / "reports"))


@pytest.fixture
def report(rendered: str, tmp_path: Path) -> Path:
    path = tmp_path / "index.html"
    html_page.write(rendered, path)
    return path
