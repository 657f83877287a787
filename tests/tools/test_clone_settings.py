"""The settings of a clone, written by `make setup` and interpreted by DVC."""

import subprocess
from pathlib import Path

import pytest
from dvc.config import Config
from dvc.repo import Repo

from latentmaps.tools import clone_settings


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """An empty repository of git and DVC with the settings of the project."""
    folder = tmp_path / "clone"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    Repo.init(str(folder))
    (folder / ".dvc/config").write_bytes((root / ".dvc/config").read_bytes())
    return folder


def urls(folder: Path, level: str | None = None) -> dict[str, str]:
    settings = Config(str(folder / ".dvc"))
    read = settings.load_one(level) if level else settings
    return {name: remote["url"] for name, remote in read["remote"].items()}


def test_faces_stay_in_the_cache_of_this_clone_wherever_dvc_reads_from(clone: Path) -> None:
    clone_settings.write(clone)
    assert urls(clone, "local").keys() == {"faces_of_own", "faces_of_celeba", "store"}
    # not a relative path, which DVC would resolve from the root of the file system
    lines = (clone / ".dvc/config.local").read_text(encoding="utf-8").splitlines()
    written = [line.split(" = ")[1] for line in lines if line.strip().startswith("url")]
    assert written == [str(clone / ".dvc/cache")] * 3


def test_a_store_that_was_added_stays(clone: Path) -> None:
    clone_settings.write(clone)
    with Config(str(clone / ".dvc")).edit("local") as settings:
        settings["remote"]["store"]["url"] = "s3://bucket/store"
    clone_settings.write(clone)
    assert urls(clone, "local")["store"] == "s3://bucket/store"


def test_a_store_that_is_committed_is_not_hidden(clone: Path) -> None:
    clone_settings.write(clone)
    with Config(str(clone / ".dvc")).edit("repo") as settings:
        settings["remote"]["store"]["url"] = "s3://bucket/store"
        settings["remote"]["faces_of_mine"] = {"url": str(clone / ".dvc/cache")}
    clone_settings.write(clone)
    assert urls(clone)["store"] == "s3://bucket/store"
    assert "faces_of_mine" in urls(clone, "local")


def test_a_moved_clone_is_set_up_again(clone: Path, tmp_path: Path) -> None:
    clone_settings.write(clone)
    moved = clone.rename(tmp_path / "moved")
    clone_settings.write(moved)
    assert set(urls(moved, "local").values()) == {str(moved / ".dvc/cache")}
