"""Faces of persons: whether a page may show any, and whether git would take it along."""

import subprocess
from pathlib import Path

import pytest
from tests.compare.example_experiments import experiment

from latentmaps.compare import persons
from latentmaps.compare.experiment import Experiment


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A git work tree that ignores a file and a folder."""
    folder = tmp_path / "tree"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    (folder / ".gitignore").write_text("/compare.html\n/compare_pages/\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("source", "is_shown"),
    [("avatars", False), ("celeba", True), ("kaggle", True), ("folder", True)],
)
def test_all_but_avatars_may_be_persons(source: str, is_shown: bool) -> None:
    ones = [experiment("a", 3.0), experiment("b", 5.0, **{"fetch_faces.source": source})]
    assert persons.may_be_shown(ones) is is_shown


def test_faces_of_unknown_origin_may_be_persons_and_what_is_not_drawn_shows_none() -> None:
    assert persons.may_be_shown([experiment("a", 3.0, parameters={})])
    assert not persons.may_be_shown([experiment("a", 3.0), Experiment("lost")])


def test_git_takes_what_it_does_not_ignore(tree: Path) -> None:
    ignored = [tree / "compare.html", tree / "compare_pages/a/index.html"]
    taken = [tree / "sweep.html", tree / "talk/sweep_pages/a/index.html"]
    assert persons.find_exposed([*ignored, *taken]) == taken


def test_outside_of_a_work_tree_git_takes_nothing(tmp_path: Path) -> None:
    assert persons.find_exposed([tmp_path / "new/sweep.html"]) == []


def test_the_work_tree_of_the_file_decides_not_that_of_the_pipeline(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert persons.find_exposed([Path("tree/sweep.html")]) == [Path("tree/sweep.html")]
    (tmp_path / "link").symlink_to(tree)
    assert persons.find_exposed([Path("link/sweep.html")]) == [Path("link/sweep.html")]
