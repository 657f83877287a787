"""What the comparison may import."""

import ast
from pathlib import Path

import pytest
from tests import code_deps

PACKAGE = code_deps.SRC / "latentmaps/compare"


def test_only_one_module_of_the_comparison_imports_dvc() -> None:
    assert [path.stem for path in PACKAGE.glob("*.py") if "dvc" in _packages(path)] == [
        "repository"
    ]


@pytest.mark.slow
def test_the_comparison_imports_no_module_that_makes_tensors() -> None:
    for path in PACKAGE.glob("*.py"):
        for module in code_deps.reachable(path):
            reached = _packages(code_deps.path_of(module))
            assert {"tensorflow", "keras"}.isdisjoint(reached), f"{path.name}: {module}"


def _packages(path: Path) -> set[str]:
    """Return the packages that a file imports, including inside functions."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(str(node.module))
    return {name.partition(".")[0] for name in names}
