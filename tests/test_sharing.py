"""Where `dvc push` puts the faces of each profile, with the remotes of the repository."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from dvc.repo import Repo
from tests import warm_python
from tests.test_pipeline import STAGES

from latentmaps.params import yaml12
from latentmaps.tools import clone_settings

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
    command = [str(warm_python.interpreter().with_name("dvc")), *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def first_project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pipeline with the remotes of the repository, and a store beside it."""
    folder = tmp_path_factory.mktemp("sharing") / "project"
    folder.mkdir()
    dvc(folder, "init", "--no-scm")
    shutil.copy(root / ".dvc/config", folder / ".dvc/config")
    dvc(folder, "config", "core.no_scm", "true")
    # relative to the configuration, so that each copy of the project has its own store
    dvc(folder, "remote", "add", "--local", "--default", "store", "../store")
    (folder / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    return folder


@pytest.fixture
def project(first_project: Path, tmp_path: Path) -> Path:
    """A copy of the pipeline, with an empty store."""
    return Path(shutil.copytree(first_project, tmp_path / "project"))


def pushed(project: Path, profile: str) -> tuple[int, set[str]]:
    """Return the exit code of a push, and the texts of all files in the store."""
    (project / "params.yaml").write_text(f"profile: {profile}\n", encoding="utf-8")
    assert dvc(project, "repro").returncode == 0
    result = dvc(project, "push")
    store = project.parent / "store"
    files = [path for path in store.rglob("*") if path.is_file()]
    return result.returncode, {path.read_text(encoding="utf-8").strip() for path in files}


@pytest.mark.slow
def test_the_whole_sample_is_pushed(project: Path) -> None:
    assert pushed(project, "sample") == (0, {"face of sample", "number of sample"})


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["own", "celeba"])
def test_the_faces_of_people_are_not_pushed(project: Path, profile: str) -> None:
    assert pushed(project, profile) == (0, {f"number of {profile}"})


@pytest.mark.slow
def test_a_profile_without_a_remote_sends_nothing(project: Path) -> None:
    code, sent = pushed(project, "mine")
    assert code != 0
    assert sent == set()


@pytest.mark.slow
def test_a_store_inside_a_site_gets_faces_when_its_remote_is_named(project: Path) -> None:
    dvc(project, "remote", "modify", "--local", "faces_of_celeba", "url", "remote://store/")
    assert pushed(project, "celeba") == (0, {"face of celeba", "number of celeba"})


@pytest.mark.slow
def test_a_colleague_lacks_only_the_faces(project: Path) -> None:
    pushed(project, "own")
    shutil.rmtree(project / ".dvc/cache")
    for name in ("face.txt", "number.txt"):
        (project / name).unlink()
    pull = dvc(project, "pull")
    assert pull.returncode != 0
    assert "Checkout failed for following targets:\nface.txt" in pull.stderr
    assert dvc(project, "pull", "--allow-missing").returncode == 0
    assert (project / "number.txt").exists()
    assert not (project / "face.txt").exists()


def test_a_plain_push_gives_away_no_face() -> None:
    private = {
        "data/raw/faces/images.zip",
        "data/raw/faces/attributes.csv",
        "data/raw/faces/partition.csv",
        "data/raw/faces/identity.csv",
        "data/raw/faces/origins.csv",
        "reports/fetch_faces/refused.csv",
        "data/faces/images.npy",
        "data/faces/index.csv",
        "reports/crop_faces/refused.csv",
        "data/latents",
        "reports/train_vae/film.npz",
        "reports/train_vae/film.png",
        "reports/draw_reconstructions/train.png",
        "reports/draw_reconstructions/test.png",
        "reports/draw_reconstructions/sampled.png",
        "reports/draw_reconstructions/strip.png",
        "reports/draw_samples/parzen.png",
        "reports/draw_samples/parzen_processed.png",
        "reports/draw_samples/strip_parzen.png",
        "reports/draw_latent_space/interpolations.png",
        "reports/draw_latent_space/attributes.png",
        "reports/draw_latent_space/plane.png",
        "reports/draw_face_oips/index.html",
        "reports/explorer.html",
        "reports/index.html",
    }
    remotes = {out.def_path: out.remote for stage in STAGES for out in stage.outs}
    assert {path for path, remote in remotes.items() if remote} == private
    assert {remotes[path] for path in private} == {"faces_of_sample"}


def test_only_avatars_and_digits_have_a_remote_that_others_read(root: Path) -> None:
    config = Repo(str(root)).config["remote"]
    profiles = yaml12.load((root / "params.yaml").read_text(encoding="utf-8"))["profiles"]
    assert config.keys() >= {f"faces_of_{profile}" for profile in profiles}
    at_home = str(root / ".dvc/cache")
    places = {name: str(Path(remote["url"]).resolve()) for name, remote in config.items()}
    assert {name for name in places if places[name] == at_home} - {"store"} == {
        f"faces_of_{name}"
        for name, profile in profiles.items()
        if profile["fetch_faces"]["source"] not in ("avatars", "digits")
    }
    for name in ("sample", "digits"):
        assert config[f"faces_of_{name}"]["url"] == "remote://store/"


@pytest.mark.slow
def test_a_pushed_experiment_keeps_its_faces_local(root: Path, tmp_path: Path) -> None:
    """DVC reads the remotes of an experiment from its commit, as if the repository were at /."""
    before = Path("/.dvc").exists()
    folder, origin = tmp_path / "project", tmp_path / "origin.git"
    folder.mkdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "-q", "--bare", str(origin)], check=True)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for name, value in (("user.name", "a"), ("user.email", "a@b")):
        subprocess.run(["git", "config", name, value], cwd=folder, check=True)
    dvc(folder, "init")
    shutil.copy(root / ".dvc/config", folder / ".dvc/config")
    clone_settings.write(folder)
    dvc(
        folder, "remote", "add", "--force", "--local", "--default", "store", str(tmp_path / "store")
    )
    (folder / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    (folder / "params.yaml").write_text("profile: sample\n", encoding="utf-8")
    assert dvc(folder, "repro").returncode == 0
    for command in (["add", "-A"], ["commit", "-qm", "first"], ["push", "-q", str(origin), "HEAD"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    ran = dvc(folder, "exp", "run", "--name", "mine", "-S", "profile=own")
    assert ran.returncode == 0, ran.stderr
    result = dvc(folder, "exp", "push", str(origin), "mine")
    assert result.returncode == 0, result.stderr
    stored = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    words = {path.read_text(encoding="utf-8").strip() for path in stored}
    assert "number of own" in words
    assert "face of own" not in words
    assert Path("/.dvc").exists() == before
