"""The advice of ``changed_inputs`` in a DVC repository, followed to the letter."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests import warm_python

from latentmaps import changed_inputs

pytestmark = pytest.mark.slow

DVC_YAML = """\
stages:
  make_file:
    cmd: mkdir -p data && printf 'file' > data/file.txt
    outs: [data/file.txt]
  make_folder:
    cmd: mkdir -p data/folder && cd data/folder && printf 'one' > one.txt && printf 'two' > two.txt
    outs: [data/folder]
"""
FILES = {"data/file.txt": "file", "data/folder/two.txt": "two"}
INPUTS = [Path("data/file.txt"), Path("data/folder")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository in which `dvc repro` has run, and with DVC's own folders."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "repository").mkdir()
    (folder / "repository/dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    dvc("init", "--no-scm", cwd=folder / "repository")
    dvc("repro", cwd=folder / "repository")
    return folder


@pytest.fixture
def repository(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the built repository, as the working directory."""
    for name, value in own_folders(built).items():
        monkeypatch.setenv(name, value)
    shutil.copytree(built / "repository", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own_folders(folder: Path) -> dict[str, str]:
    names = ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR")
    return {name: str(folder / name) for name in names} | {"DVC_NO_ANALYTICS": "1"}


def dvc(*arguments: str, cwd: Path) -> None:
    # in a separate process, since warnings of DVC would fail a test
    subprocess.run(
        [str(warm_python.interpreter()), "-m", "dvc", *arguments, "--quiet"],
        cwd=cwd,
        env=os.environ | own_folders(cwd.parent),
        check=True,
    )


def corrupt(name: str, *, cached: bool) -> None:
    """Change a file and, if `cached`, its copy in the cache, as a write to a hard link would."""
    path = Path(name)
    if cached:
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        copy = Path(".dvc/cache/files/md5", digest[:2], digest[2:])
        copy.unlink()
        copy.write_text("changed", encoding="utf-8")
        copy.chmod(0o444)  # so DVC trusts it
    path.unlink()
    path.write_text("changed", encoding="utf-8")


def follow(advice: str) -> None:
    commands = re.findall("`(.+?)`", advice)
    assert commands
    for command in commands:
        words = shlex.split(command)
        program = [str(warm_python.interpreter()), "-m", "dvc"] if words[0] == "dvc" else words[:1]
        subprocess.run([*program, *words[1:]], check=True)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("cached", [False, True], ids=["file", "file and cache"])
@pytest.mark.usefixtures("repository")
def test_the_advice_restores_a_changed_input(name: str, cached: bool) -> None:
    corrupt(name, cached=cached)
    advice = changed_inputs.advise(f"{name}: damaged, expected a text", INPUTS)
    assert advice.startswith(f". {name} is not the file that DVC recorded as the output of make_")
    assert ("no intact copy" in advice) == cached
    follow(advice)
    assert Path(name).read_text(encoding="utf-8") == FILES[name]
    assert changed_inputs.advise(f"{name}: damaged, expected a text", INPUTS) == ""


def test_an_input_is_named_as_the_message_names_it(repository: Path) -> None:
    corrupt("data/file.txt", cached=False)
    path = repository / "data/file.txt"
    assert changed_inputs.advise(f"{path}: damaged", [path]).startswith(f". {path} is not the file")
    advice = changed_inputs.advise("data/file.txt: no", [Path("data")])
    assert "data/file.txt is not the file" in advice


@pytest.mark.usefixtures("repository")
def test_unrelated_messages_get_no_advice() -> None:
    corrupt("data/file.txt", cached=False)
    assert changed_inputs.advise("params.yaml: a message that names no file", INPUTS) == ""
    assert changed_inputs.advise("data/file.txt: damaged", [Path("data/folder")]) == ""
    assert changed_inputs.advise("data/folder/two.txt: damaged", INPUTS) == ""


@pytest.mark.parametrize(
    "lock",
    [
        None,
        b"",
        b"\xff\xfe\x00",
        b"- 1",
        b"schema: '2.0'\nstages: [make_file]",
        b"schema: '2.0'\nstages:\n  make_file:\n    cmd: x\n    outs:\n    - path: data/file.txt\n",
    ],
    ids=["absent", "empty", "no text", "a list", "no stages", "no checksum"],
)
def test_an_odd_lock_gives_no_advice(repository: Path, lock: bytes | None) -> None:
    corrupt("data/file.txt", cached=False)
    if lock is None:
        (repository / "dvc.lock").unlink()
    else:
        (repository / "dvc.lock").write_bytes(lock)
    assert changed_inputs.advise("data/file.txt: damaged", INPUTS) == ""


def test_there_is_no_advice_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").touch()
    assert changed_inputs.advise("file.txt: damaged", [Path("file.txt")]) == ""
