"""A folder in which the real stage scripts run on a few faces."""

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from tests import warm_python

SIZE = 96


class Workspace:
    """A folder with params.yaml, the data of a few faces, and the stage scripts."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root
        self.params = (root / "params.yaml").read_text(encoding="utf-8")

    def _set_list(self, old: str, new: str) -> None:
        """Set a list, given as `[a, b]` or `key: [a, b]`; params.yaml has a line for each value."""
        key, _, listed = old.rpartition("[")
        block = "\n".join(f"  - {item}" for item in listed.rstrip("] ").split(", ")) + "\n"
        comments = rf"(\n  {key.strip()}[^\n]*\n(?: +#[^\n]*\n)*)" if key else "()"
        values = f"    {new[new.index('[') :].strip()}\n"
        changed, count = re.subn(
            comments + re.escape(block) + "(?!  - )", lambda found: found[1] + values, self.params
        )
        assert count == 1
        self.params = changed

    def set_param(self, old: str, new: str) -> None:
        if "[" in old:
            self._set_list(old, new)
            return
        assert self.params.count(old) == 1
        self.params = self.params.replace(old, new)

    def shrink_network(self) -> None:
        """Make the VAE so small that its training takes seconds."""
        self.set_param("filters: [32, 64, 128, 256]", "filters: [4, 4, 8, 8]")
        self.set_param("latent_dim: 256 ", "latent_dim: 8 ")
        self.set_param("batch_size: 32 ", "batch_size: 2 ")
        self.set_param("dropout_rate: 0.0 ", "dropout_rate: 0.2 ")

    def write_faces(
        self, images: np.ndarray | None = None, *, num_train: int = 3, num_test: int = 2
    ) -> None:
        """Write images.npy, split.csv with one validation face, and a receipt."""
        if images is None:
            shape = (num_train + 1 + num_test, SIZE, SIZE, 3)
            images = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
        np.save(self.folder / "images.npy", images)
        (self.folder / "receipt.json").write_text('{"source": "avatars"}', encoding="utf-8")
        parts = ["train"] * num_train + ["validation"] + ["test"] * num_test
        table = pd.DataFrame({"row": range(len(parts)), "part": parts})
        table.to_csv(self.folder / "split.csv", index=False)

    def run(
        self, stage: str, paths: dict[str, str], *, file_limit_bytes: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        self.write_params()
        arguments = [f"--{name.replace('_', '-')}={path}" for name, path in paths.items()]
        return subprocess.run(
            [str(warm_python.interpreter()), str(self.root / f"stages/{stage}.py"), *arguments],
            cwd=self.folder,
            env=self.environment(),
            preexec_fn=_limit_files(file_limit_bytes),
            capture_output=True,
            text=True,
            check=False,
        )

    def write_params(self) -> None:
        (self.folder / "params.yaml").write_text(self.params, encoding="utf-8")

    def environment(self) -> dict[str, str]:
        ours = {"PYTHONPATH": str(self.root / "src"), "CUDA_VISIBLE_DEVICES": "-1"}
        return os.environ | ours

    def train_vae_paths(self, out: str) -> dict[str, str]:
        return {
            "raw_faces": ".",
            "faces": ".",
            "model": f"{out}/vae",
            "report": out,
            "checkpoints": "checkpoints",
            "live": "live",
        }

    def train_vae(
        self, out: str = "out", *, file_limit_bytes: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        paths = self.train_vae_paths(out)
        return self.run("train_vae", paths, file_limit_bytes=file_limit_bytes)

    def outputs(self) -> list[str]:
        out = self.folder / "out"
        return sorted(str(path.relative_to(out)) for path in out.rglob("*"))


def _limit_files(limit_bytes: int | None) -> Callable[[], None] | None:
    """Make writes fail as on a full disk: no file may grow beyond the limit."""
    if limit_bytes is None:
        return None
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


def assert_refused(
    workspace: Workspace, result: subprocess.CompletedProcess[str], *message: str
) -> None:
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    for part in message:
        assert part in result.stderr
    assert workspace.outputs() == []


def start(workspace: Workspace, *, out: str, **environment: str) -> "subprocess.Popen[str]":
    workspace.write_params()
    paths = workspace.train_vae_paths(out)
    arguments = [f"--{name.replace('_', '-')}={path}" for name, path in paths.items()]
    return subprocess.Popen(
        [sys.executable, str(workspace.root / "stages/train_vae.py"), *arguments],
        cwd=workspace.folder,
        env=workspace.environment() | environment,
        stderr=subprocess.PIPE,
        text=True,
        # processes that a shell starts in the background ignore Ctrl-C, and so do their children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
