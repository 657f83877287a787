"""Where `dvc push` puts the faces of each profile, with the remotes of the repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PIPELINE = """
stages:
  write:
    cmd: echo face of ${profile} > face.txt; echo number of ${profile} > number.txt
    params: [profile]
    outs:
      - face.txt: {remote: "faces_of_${profile}"}
      - number.txt
"""


def dvc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(folder.parent / "site"),
        "DVC_GLOBAL_CONFIG_DIR": str(folder.parent / "global"),
        "DVC_SYSTEM_CONFIG_DIR": str(folder.parent / "system"),
    }
    command = [str(Path(sys.executable).with_name("dvc")), *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A small pipeline with the remotes of the repository, and a store."""
    folder = tmp_path / "project"
    folder.mkdir()
    dvc(folder, "init", "--no-scm")
    shutil.copy(root / ".dvc/config", folder / ".dvc/config")
    dvc(folder, "config", "core.no_scm", "true")
    dvc(folder, "remote", "add", "--local", "--default", "store", str(tmp_path / "store"))
    (folder / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    return folder


def pushed(project: Path, profile: str) -> tuple[int, set[str]]:
    """Return the exit code of a push, and the words of all files of the store."""
    (project / "params.yaml").write_text(f"profile: {profile}\n", encoding="utf-8")
    assert dvc(project, "repro").returncode == 0
    result = dvc(project, "push")
    store = project.parent / "store"
    files = [path for path in store.rglob("*") if path.is_file()]
    return result.returncode, {path.read_text(encoding="utf-8").strip() for path in files}


def test_the_sample_travels_whole(project: Path) -> None:
    assert pushed(project, "sample") == (0, {"face of sample", "number of sample"})


@pytest.mark.parametrize("profile", ["own", "celeba"])
def test_the_faces_of_persons_stay_at_home(project: Path, profile: str) -> None:
    assert pushed(project, profile) == (0, {f"number of {profile}"})


def test_a_profile_without_a_remote_sends_no_face(project: Path) -> None:
    code, sent = pushed(project, "mine")
    assert code != 0
    assert "face of mine" not in sent
