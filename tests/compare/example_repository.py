"""A made-up DVC repository with the stages that the comparison reads."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests import warm_python
from tests.compare.example_experiments import SAMPLERS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PARAMS = """\
profile: sample
profiles:
  sample:
    train_vae: {epochs: 11}
base: {seed: 2022}
train_vae: {fact: 5.0, latent_dim: 256, reconstruction_loss: bce}
evaluate_vae: {temperature: 0.8}
fetch_faces: {source: avatars}
draw_oips: {layers: [Conv2D_1, Conv2D_2], num_steps: 400}
"""
STRIPS = "".join(f"      - reports/draw_samples/strip_{name}.png\n" for name in SAMPLERS)
PIPELINE = (
    """\
stages:
  split_faces:
    cmd: python code/stub_stage.py split_faces
    params: [base.seed, fetch_faces]
    outs: [data/split.csv]
  train_vae:
    cmd: python code/stub_stage.py train_vae
    deps: [data/split.csv, code/stub_stage.py]
    params: [base.seed, train_vae, "profiles.${profile}.train_vae"]
    outs: [data/model.txt, reports/train_vae/numbers.json]
    metrics: [reports/train_vae/metrics.json: {cache: false}]
  evaluate_vae:
    cmd: python code/stub_stage.py evaluate_vae
    deps: [data/split.csv, data/model.txt]
    params: [base.seed, evaluate_vae]
    outs: [reports/evaluate_vae/numbers.json]
    metrics: [reports/evaluate_vae/metrics.json: {cache: false}]
  draw_reconstructions:
    cmd: python code/stub_stage.py draw_reconstructions
    deps: [data/model.txt]
    outs: [reports/draw_reconstructions/strip.png]
  draw_samples:
    cmd: python code/stub_stage.py draw_samples
    deps: [data/model.txt]
    outs:
"""
    + STRIPS
    + """\
  draw_oips:
    matrix: {layer: "${draw_oips.layers}"}
    cmd: python code/stub_stage.py draw_oips ${item.layer}
    params: [base.seed, draw_oips.num_steps]
    outs: ["reports/draw_oips/${item.layer}.csv", "reports/draw_oips/${item.layer}.html"]
  build_explorer:
    cmd: python code/stub_stage.py build_explorer
    deps: [data/model.txt]
    outs: [reports/explorer.html]
  build_report:
    cmd: python code/stub_stage.py build_report
    deps: [reports/draw_samples/strip_prior.png, reports/draw_oips]
    params: [profile, "profiles.${profile}", base, fetch_faces, train_vae, evaluate_vae, draw_oips]
    outs: [reports/index.html]
"""
)


class ExampleRepository:
    """The repository in a folder, with methods that run DVC and git in it.

    Attributes:
        folder: folder of the repository.
        environment: environment variables of the commands.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folders = [warm_python.interpreter().parent, Path(sys.executable).parent]
        self.environment = os.environ | {
            "PATH": os.pathsep.join(map(str, [*folders, os.environ["PATH"]])),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(folder.parent / "site"),
            "DVC_GLOBAL_CONFIG_DIR": str(folder.parent / "global"),
            "DVC_SYSTEM_CONFIG_DIR": str(folder.parent / "system"),
        }

    def make(self) -> None:
        """Write the pipeline and commit it without running it."""
        self.folder.mkdir()
        (self.folder / "code").mkdir()
        shutil.copy(HERE / "stub_stage.py", self.folder / "code")
        (self.folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
        (self.folder / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
        (self.folder / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
        self.run("git", "init", "--quiet", "--initial-branch=main")
        for name, value in (("name", "A tester"), ("email", "tester@localhost")):
            self.run("git", "config", f"user.{name}", value)
        self.run("git", "config", "commit.gpgsign", "false")
        self.run("dvc", "init", "--quiet")
        self.run("dvc", "config", "core.autostage", "true")
        self.commit("start")

    def run(self, *command: str, folder: str = ".", fails: bool = False) -> str:
        """Run a command and return what it prints.

        Args:
            command: the command and its arguments.
            folder: working directory, relative to the repository.
            fails: whether the command is expected to fail.
        """
        result = subprocess.run(
            command,
            cwd=self.folder / folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (result.returncode != 0) == fails, f"{' '.join(command)}\n{result.stdout}"
        return result.stdout

    def compare(self, *words: str, folder: str = ".", fails: bool = False) -> str:
        """Run ``latentmaps compare`` and return what it prints."""
        command = ["python", "-m", "latentmaps", "compare", *words]
        return self.run(*command, folder=folder, fails=fails)

    def commit(self, message: str) -> None:
        """Commit all changes."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", message)

    def run_queue(self) -> None:
        """Run all tasks of the queue and wait until each has succeeded or failed."""
        self.run("dvc", "queue", "start", "--jobs", "2")
        for _ in range(600):
            time.sleep(0.2)
            states = self.run("dvc", "queue", "status")
            if "Running" not in states and "Queued" not in states:
                return
        raise AssertionError(states)

    def page(self, name: str = "reports/compare.html") -> str:
        """Return the text of a page."""
        return (self.folder / name).read_text(encoding="utf-8")
