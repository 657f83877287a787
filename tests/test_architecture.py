"""ARCHITECTURE.md names only what exists, and its diagram matches the pipeline."""

import ast
import re
from pathlib import Path

import pytest
from dvc.repo import Repo

SRC = "src/latentmaps"


@pytest.fixture
def text(root: Path) -> str:
    return (root / "ARCHITECTURE.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")  # from a library of DVC
def test_the_picture_has_the_edges_of_the_pipeline(root: Path, text: str) -> None:
    graph = Repo(str(root)).index.graph
    names = {stage: str(stage.name).partition("@")[0] for stage in graph if stage.cmd}
    edges = {(names[made], names[by]) for by, made in graph.edges if {made, by} <= names.keys()}
    drawn = re.findall(r"^  (\w+) -->(?:\|.*\|)? ?(\w+)$", text, re.MULTILINE)
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == edges


def test_every_folder_of_the_library_is_in_the_table_of_rooms(root: Path, text: str) -> None:
    folders = {
        str(path.parent.relative_to(root / SRC))
        for path in (root / SRC).rglob("*.py")
        if path.name != "__init__.py"
    } - {"."}
    [table] = re.findall(r"\| folder \|.*?\n\n", text, re.DOTALL)
    rows = [row.split("|")[1:3] for row in table.splitlines()[2:] if row]
    named = {name for folder, _ in rows for name in re.findall(r"`([\w/]+)`", folder)}
    assert {folder for folder in folders if not {folder, folder.partition("/")[0]} & named} == set()
    assert all((root / SRC / name).is_dir() for name in named)


def test_every_entry_is_a_module_or_a_function_of_its_room(root: Path, text: str) -> None:
    [table] = re.findall(r"\| folder \|.*?\n\n", text, re.DOTALL)
    for row in table.splitlines()[2:]:
        if not row:
            continue
        _, folders, _, entries, _ = row.split("|")
        for entry in re.findall(r"`([\w/.]+)`", entries):
            module, _, name = entry.partition(".")
            found = [
                path
                for folder in re.findall(r"`([\w/]+)`", folders)
                for path in (root / SRC / folder).rglob("*.py")
                if str(path).endswith(f"/{module}.py")
            ]
            assert found, entry
            assert not name or any(name in _names(path) for path in found), entry


def test_every_place_exists(root: Path, text: str) -> None:
    places = re.findall(r"`([\w/]+\.(?:py|toml))(?::(\w+))?`", text)
    assert len(places) > 20
    for path, name in places:
        file = root / path if path.startswith(("tests/", "stages/")) else root / SRC / path
        assert file.exists(), path
        assert not name or name in _names(file), f"{path}:{name}"


def _names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_decision_is_listed_and_names_what_exists(root: Path, text: str) -> None:
    decisions = sorted((root / "docs/decisions").glob("*.md"))
    listed = re.findall(r"\[([^\]]+)\]\(docs/decisions/([\w-]+\.md)\)", text)
    assert [name for _, name in listed] == [path.name for path in decisions]
    for number, (title, name) in enumerate(listed, start=1):
        content = (root / "docs/decisions" / name).read_text(encoding="utf-8")
        assert content.startswith(f"# {number}. {title}\n")
        for path in re.findall(r"`([\w/]+\.py)`", content):
            assert (root / SRC / path).exists(), path
