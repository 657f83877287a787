"""Fixtures of the report tests: fake results, and the page rendered from them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import remembering
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
    with remembering.remembered():
        return pristine.render()


@pytest.fixture(scope="module", autouse=True)
def _remember() -> Iterator[None]:
    """Encode equal pictures and draw equal curves once for all tests."""
    with remembering.remembered():
        yield


@pytest.fixture
def example(pristine: Example, tmp_path: Path) -> Example:
    """Fake results of all stages that a test may change."""
    return Example(shutil.copytree(pristine.folder, tmp_path / "reports"))


@pytest.fixture(scope="session")
def report(rendered: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the rendered page, which tests must not change."""
    path = tmp_path_factory.mktemp("report") / "index.html"
    html_page.write(rendered, path)
    return path
