import subprocess
from pathlib import Path

import pytest

from latentmaps import git_exposure


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A git work tree that ignores a file and a folder."""
    folder = tmp_path / "tree"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    (folder / ".gitignore").write_text("/compare.html\n/compare_pages/\n", encoding="utf-8")
    return folder


def test_files_that_git_does_not_ignore_are_exposed(tree: Path) -> None:
    ignored = [tree / "compare.html", tree / "compare_pages/a/index.html"]
    exposed = [tree / "sweep.html", tree / "talk/sweep_pages/a/index.html"]
    assert git_exposure.find_exposed([*ignored, *exposed]) == exposed


def test_outside_a_work_tree_nothing_is_exposed(tmp_path: Path) -> None:
    assert git_exposure.find_exposed([tmp_path / "new/sweep.html"]) == []


def test_the_work_tree_of_the_file_counts_not_that_of_the_pipeline(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert git_exposure.find_exposed([Path("tree/sweep.html")]) == [Path("tree/sweep.html")]
    (tmp_path / "link").symlink_to(tree)
    assert git_exposure.find_exposed([Path("link/sweep.html")]) == [Path("link/sweep.html")]
