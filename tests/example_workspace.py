"""A folder in which the real stage scripts run on a few faces."""

import copy
import functools
import operator
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from tests import warm_python

from latentmaps.params import yaml12

SIZE = 48


class Workspace:
    """A folder with params.yaml, the data of a few faces, and the stage scripts."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root
        text = (root / "params.yaml").read_text(encoding="utf-8")
        self.params: dict[str, Any] = yaml12.load(text)

    def copy(self, folder: Path) -> "Workspace":
        """Return a workspace with a copy of all files, in a folder that does not exist yet."""
        made = copy.copy(self)
        made.folder = Path(shutil.copytree(self.folder, folder))
        return made

    def overridden(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with other values.

        Args:
            changes: key, such as `train_vae.fact`, -> value.

        Raises:
            KeyError: params.yaml has no such key.
        """
        params = copy.deepcopy(self.params)
        for key, value in changes.items():
            *sections, name = key.split(".")
            section = functools.reduce(operator.getitem, sections, params)
            if name not in section:
                raise KeyError(key)
            section[name] = value
        return params

    def override(self, changes: Mapping[str, Any]) -> None:
        """Set values of keys that exist in params.yaml."""
        self.params = self.overridden(changes)

    def shrink_network(self) -> None:
        """Make the VAE so small that training takes only seconds."""
        self.override(
            {
                # most of the time is spent on tracing, which takes longer with more layers
                "train_vae.filters": [4],
                "train_vae.kernel_sizes": [3],
                "train_vae.strides": [4],
                "train_vae.paddings": ["same"],
                "train_vae.latent_dim": 8,
                "train_vae.dropout_rate": 0.2,
                "profiles.sample.train_vae.batch_size": 2,
            }
        )

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
        text = yaml.safe_dump(self.params, sort_keys=False)
        (self.folder / "params.yaml").write_text(text, encoding="utf-8")

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
    """Return a function that makes writes beyond a file size fail; None without a limit."""
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
        [str(warm_python.interpreter()), str(workspace.root / "stages/train_vae.py"), *arguments],
        cwd=workspace.folder,
        env=workspace.environment() | environment,
        stderr=subprocess.PIPE,
        text=True,
        # processes that a shell starts in the background ignore Ctrl-C, and so do their children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
