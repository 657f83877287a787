"""A copy of the repository in which tests may run and commit anything."""

import copy
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import filelock
from dvc.repo import Repo
from tests import warm_python
from tests.listed_files import list_files

ROOT = Path(__file__).parents[1]
# parameters for a run of a few seconds
OVERRIDES = (ROOT / "tests/tiny.txt").read_text(encoding="utf-8").split()


class Clone:
    """A copy of the working tree, with its own commit and DVC cache."""

    def __init__(self, folder: Path, python: str | None = None) -> None:
        """Copy the working tree.

        Args:
            folder: folder of the copy.
            python: the interpreter for the stages, in the same folder as ``dvc``; by default, that
                of ``warm_python``.
        """
        pythons = [python] if python else [str(warm_python.interpreter()), sys.executable]
        self.binaries = [str(Path(path).parent) for path in pythons]
        self.use(folder)
        for name in list_files(untracked=True):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        self.run("git", "init", "--quiet", "--initial-branch=main")
        self.run("git", "config", "user.name", "A tester")
        self.run("git", "config", "user.email", "tester@localhost")
        self.run("git", "config", "commit.gpgsign", "false")
        self.commit("start")

    def copy(self, folder: Path) -> "Clone":
        """Return a copy that includes all results and commits."""
        made = copy.copy(self)
        made.use(Path(shutil.copytree(self.folder, folder, symlinks=True)))
        return made

    def use(self, folder: Path) -> None:
        """Switch to a folder."""
        self.folder = folder
        self.environment = os.environ | {
            "PATH": os.pathsep.join([*self.binaries, os.environ["PATH"]]),
            "CUDA_VISIBLE_DEVICES": "-1",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}-site"),
            "DVC_GLOBAL_CONFIG_DIR": str(folder.parent / f"{folder.name}-global"),
            "DVC_SYSTEM_CONFIG_DIR": str(folder.parent / f"{folder.name}-system"),
        }

    def run(self, *command: str) -> str:
        """Return the output of the command; if it fails, fail the test with that output."""
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}"
        return result.stdout

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", message)

    def experiment(self, *overrides: str, targets: Iterable[str] = ()) -> str:
        changes = (word for o in overrides for word in ("-S", o))
        return self.run("dvc", "exp", "run", *changes, *targets)

    def outs(self) -> dict[str, bytes]:
        """Return the content of every file of the declared outputs, by its path in the clone."""
        paths = {out.fs_path for stage in Repo(str(self.folder)).index.stages for out in stage.outs}
        files = [file for path in map(Path, paths) for file in [path, *path.rglob("*")]]
        return {
            str(file.relative_to(self.folder)): file.read_bytes()
            for file in sorted(files)
            if file.is_file()
        }


def tiny_run(folder: Path) -> Clone:
    """Return the clone with the committed results of the tiny configuration.

    The pipeline runs once for all test workers, which must copy the clone and never change it.

    Args:
        folder: folder of the clone, the same for all workers.
    """
    done = folder / "tiny.pickle"
    with filelock.FileLock(folder / "tiny.lock"):
        if not done.exists():
            place = folder / "tiny"
            shutil.rmtree(place, ignore_errors=True)  # left by a worker that failed
            place.mkdir()
            clone = Clone(place)
            clone.experiment(*OVERRIDES)
            clone.commit("tiny")
            done.write_bytes(pickle.dumps(clone))
    clone = pickle.loads(done.read_bytes())  # noqa: S301  # ours
    assert isinstance(clone, Clone)
    return clone
