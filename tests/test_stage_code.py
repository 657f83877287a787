"""The code that affects a result, and how changes to it invalidate checkpoints."""

import functools
import shutil
from pathlib import Path

import pytest
import yaml
from tests.example_workspace import Workspace

from latentmaps import stage_code
from latentmaps.errors import DataError

STAGE = "train_vae"
OTHER_STAGE = Path("stages/draw_oips.py")


@pytest.fixture
def copy(tmp_path: Path, root: Path) -> Path:
    """A copy of the project, for a test to modify."""
    folder = tmp_path / "project"
    for name in ("src", "stages", "requirements"):
        shutil.copytree(
            root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(root / name, folder)
    return folder


@pytest.mark.slow
def test_a_changed_line_in_any_file_that_dvc_watches_changes_the_digest(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # dvc.yaml stays as it is, and parsing it takes most of the time
    monkeypatch.setattr("latentmaps.stage_code.yaml.safe_load", functools.cache(yaml.safe_load))
    before = stage_code.digest(STAGE, root=copy)
    deps = yaml.safe_load((copy / "dvc.yaml").read_text(encoding="utf-8"))["stages"][STAGE]["deps"]
    watched = [
        file
        for dep in deps
        if dep.startswith(("src/", "stages/"))
        for file in ((copy / dep).rglob("*") if (copy / dep).is_dir() else [copy / dep])
        if file.is_file()
    ]
    assert len(watched) > 20
    assert {str(file.relative_to(copy)) for file in watched} == before.keys()
    for file in watched:
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n", encoding="utf-8")
        assert stage_code.digest(STAGE, root=copy) != before, file
        file.write_text(text, encoding="utf-8")
    assert stage_code.digest(STAGE, root=copy) == before


def test_code_that_the_stage_does_not_depend_on_does_not_change_the_digest(copy: Path) -> None:
    before = stage_code.digest(STAGE, root=copy)
    root_modules = sorted((copy / "src/latentmaps").glob("*.py"))
    assert len(root_modules) > 15
    for file in [*root_modules, *(copy / "src/latentmaps/oips").glob("*.py"), OTHER_STAGE]:
        with (copy / file).open("a", encoding="utf-8") as opened:
            opened.write("\n# another word\n")
    runs = copy / "src/latentmaps/runs.py"
    text = runs.read_text(encoding="utf-8")
    assert '"%s took %.1f s -> %s"' in text
    runs.write_text(text.replace("%s took %.1f s", "%s lasted %.1f s"), encoding="utf-8")
    (copy / "src/latentmaps/vae/training/templates/__pycache__").mkdir()
    (copy / "src/latentmaps/vae/training/templates/__pycache__/a.pyc").write_bytes(b"1")
    assert stage_code.digest(STAGE, root=copy) == before


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("stages: {}", "found no deps of the stage train_vae"),
        ("stages: {train_vae: {cmd: a}}", "found no deps of the stage train_vae"),
        ("stages: {train_vae: {deps: [data/a]}}", "found no code among the deps"),
        ("stages: {train_vae: {deps: [src/none.py]}}", "none.py: no such file"),
        ("[", "found no deps of the stage train_vae"),
    ],
)
def test_a_pipeline_without_the_stage_is_refused(
    tmp_path: Path, document: str, message: str
) -> None:
    (tmp_path / "dvc.yaml").write_text(document, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        stage_code.digest(STAGE, root=tmp_path)


# Edits that once went unnoticed, so that checkpoints restored the old network.
EDITS = {
    "the learning rate": (
        "vae/training/vae_training.py",
        "            params.learning_rate,\n",
        "            10.0 * params.learning_rate,\n",
    ),
    "the warm-up": (
        "vae/training/vae_training.py",
        "self._share = min(1.0, (epoch + 1) / (self._epochs + 1))",
        "self._share = 0.0",
    ),
    "the steps of an epoch": (
        "training/fit.py",
        "steps_per_epoch=schedule.steps_per_epoch,",
        "steps_per_epoch=1,",
    ),
}


@pytest.mark.slow
def test_an_edited_training_starts_from_scratch(copy: Path) -> None:
    workspace = Workspace(copy, copy)
    workspace.write_faces(num_train=5)
    workspace.shrink_network()
    workspace.override({"profiles.sample.train_vae.epochs": 1})

    def history() -> bytes:
        result = workspace.train_vae()
        assert result.returncode == 0, result.stderr
        assert "Resuming after" not in result.stderr
        return (copy / "out/history.csv").read_bytes()

    histories = {history()}
    for name, old, new in EDITS.values():
        module = copy / "src/latentmaps" / name
        text = module.read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        module.write_text(text.replace(old, new), encoding="utf-8")
        histories.add(history())
        module.write_text(text, encoding="utf-8")
    assert len(histories) == 1 + len(EDITS)
