"""The whole pipeline with DVC and a tiny configuration, in copies of the repository."""

import copy
import json
import re
from pathlib import Path

import pytest
from dvc.repo import Repo
from tests.repository_clone import OVERRIDES, Clone

FACT_DECIDES = {
    "train_vae",
    "evaluate_vae",
    "draw_reconstructions",
    "draw_samples",
    "draw_latent_space",
    "draw_face_oips",
    "judge_digits",
    "build_explorer",
    "build_report",
}

pytestmark = pytest.mark.slow


def running(printed: str) -> set[str]:
    return {name.partition("@")[0] for name in re.findall(r"Running stage '(\S+)'", printed)}


@pytest.fixture(scope="module")
def clone(tiny_run: Clone, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone with the committed results of the tiny configuration."""
    return tiny_run.copy(tmp_path_factory.mktemp("first") / "clone")


def test_a_second_run_has_nothing_to_do(clone: Clone) -> None:
    assert "Data and pipelines are up to date" in clone.run("dvc", "repro")


def test_every_declared_output_is_there(clone: Clone) -> None:
    outs = clone.outs()
    declared = {
        out.def_path for stage in Repo(str(clone.folder)).index.stages for out in stage.outs
    }
    assert {path for path in declared if not any(o.startswith(path) for o in outs)} == set()
    assert {f"reports/draw_oips/{name}.png" for name in ("Conv2D_2", "probabilities")} <= set(outs)
    leftovers = [path for path in clone.folder.rglob("*.partial") if ".dvc" not in path.parts]
    assert leftovers == []


def test_a_file_that_was_written_to_comes_back_from_the_cache(clone: Clone) -> None:
    path = clone.folder / "data/faces/images.npy"
    before = path.read_bytes()
    path.write_bytes(b"short")  # in place, like a shell redirection
    printed = clone.run("dvc", "repro", "split_faces")
    assert running(printed) == set()
    assert path.read_bytes() == before


def test_git_tracks_only_numbers(clone: Clone) -> None:
    tracked = clone.run("git", "ls-files", "data", "reports").split()
    assert {Path(name).suffix for name in tracked if "bundled" not in name} <= {
        "", ".json", ".csv",
    }  # fmt: skip
    assert clone.run("git", "status", "--porcelain") == ""


def test_numbers_state_the_versions_and_add_up(clone: Clone) -> None:
    folder = clone.folder / "reports/train_vae"
    metrics, numbers = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("metrics.json", "numbers.json")
    )
    assert set(numbers["versions"]) == {"keras", "numpy", "tensorflow"}
    parts = numbers["val_reconstruction_loss"] + numbers["val_kl_loss"]
    assert metrics["val_total_loss"] == pytest.approx(parts, rel=1e-5)
    assert numbers["beta_equivalent"] == 3 * numbers["fact"]


def test_the_same_seed_gives_the_same_bytes_in_another_folder(
    clone: Clone, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Clone(tmp_path_factory.mktemp("second"))
    other.experiment(*OVERRIDES)
    first, second = clone.outs(), other.outs()
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_a_colleague_gets_the_whole_sample(clone: Clone, tmp_path: Path) -> None:
    store = ("dvc", "remote", "add", "--local", "--default", "store", str(tmp_path / "store"))
    clone.run(*store)
    clone.run("dvc", "push")
    colleague = clone.folder.parent / "colleague"
    clone.run("git", "clone", "--quiet", ".", str(colleague))
    there = copy.copy(clone)
    there.folder = colleague
    there.run(*store)
    there.run("dvc", "pull")
    assert running(there.run("dvc", "repro")) == set()
    assert there.outs() == clone.outs()


def test_what_a_failed_run_removed_comes_back_by_the_command_that_it_names(clone: Clone) -> None:
    way_back = "git checkout HEAD -- params.yaml dvc.lock reports && dvc checkout"
    before = clone.outs()
    with pytest.raises(AssertionError, match=rf"found 5 images in a set[^`]*`{way_back}`"):
        clone.experiment("evaluate_vae.num_compared=5")
    assert "reports/evaluate_vae/metrics.json" not in clone.outs()

    clone.run("sh", "-c", way_back)

    assert clone.outs() == before
    assert clone.run("git", "status", "--porcelain") == ""


def test_fact_reruns_what_depends_on_it_and_going_back_restores(clone: Clone) -> None:
    before = clone.outs()
    assert running(clone.experiment("train_vae.fact=1.5")) == FACT_DECIDES

    lines = clone.run("dvc", "metrics", "diff").splitlines()
    assert "reports/train_vae/metrics.json     val_total_loss" in "\n".join(lines)
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100
    command = ["env", "PYTHONPATH=src", "python", "-m", "latentmaps", "table"]
    table = clone.run(*command, "HEAD", "workspace").splitlines()
    assert [line.split()[:2] for line in table[2:4]] == [["workspace", "1.5"], ["HEAD", "5"]]
    assert max(map(len, table)) <= 120
    changed = {name for name, content in clone.outs().items() if before.get(name) != content}
    assert "reports/draw_samples/prior.png" in changed
    assert "data/models/cnn/cnn.weights.h5" not in changed

    clone.commit("fact 1.5")
    restored = clone.experiment("train_vae.fact=5.0")
    assert running(restored) == set()
    assert "is cached - skipping run" in restored
    assert clone.outs() == before

    clone.run("git", "checkout", "--quiet", "--force", "main")
    clone.run("dvc", "checkout")
    assert {n for n, c in clone.outs().items() if before.get(n) != c} == changed
    clone.run("git", "checkout", "--quiet", "main~1")
    clone.run("dvc", "checkout")
    assert clone.outs() == before
