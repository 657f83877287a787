"""A copy of the repository in which tests may run and commit anything."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from dvc.repo import Repo
from tests import warm_python

ROOT = Path(__file__).parents[1]
# parameters for a run of a few seconds
OVERRIDES = (ROOT / "tests/tiny.txt").read_text(encoding="utf-8").split()


def _binaries() -> list[Path]:
    """Return the folders of the `python` that runs stages, and of `dvc`."""
    return [warm_python.interpreter().parent, Path(sys.executable).parent]


class Clone:
    """A copy of the working tree, with its own commit and DVC cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "PATH": os.pathsep.join(map(str, [*_binaries(), os.environ["PATH"]])),
            "CUDA_VISIBLE_DEVICES": "-1",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}-site"),
            "DVC_GLOBAL_CONFIG_DIR": str(folder.parent / f"{folder.name}-global"),
            "DVC_SYSTEM_CONFIG_DIR": str(folder.parent / f"{folder.name}-system"),
        }
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        self.run("git", "init", "--quiet", "--initial-branch=main")
        self.run("git", "config", "user.name", "A tester")
        self.run("git", "config", "user.email", "tester@localhost")
        self.run("git", "config", "commit.gpgsign", "false")
        self.commit("start")

    def run(self, *command: str) -> str:
        """Return the output of the command; fail with it if the command fails."""
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
        """Return every declared output, folders file by file."""
        paths = {out.fs_path for stage in Repo(str(self.folder)).index.stages for out in stage.outs}
        files = [file for path in map(Path, paths) for file in [path, *path.rglob("*")]]
        return {
            str(file.relative_to(self.folder)): file.read_bytes()
            for file in sorted(files)
            if file.is_file()
        }
