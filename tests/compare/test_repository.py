"""The command on a real DVC repository, whose stages write made-up results."""

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.compare.example_experiments import SAMPLERS
from tests.compare.example_repository import STRIPS, ExampleRepository

pytestmark = pytest.mark.slow


def facts(text: str) -> list[str]:
    return re.findall(r'<h3 id="row-\d+-title">fact (\S+)</h3>', text)


def names(text: str) -> list[str]:
    return re.findall(r'<p class="name"><code>([^<]+)', text)


def text_of(html: str) -> str:
    """Return the words of a page in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html.partition("<body")[2]))


def test_a_sweep_has_a_row_for_each_fact_and_names_what_failed(
    swept: ExampleRepository,
    named: dict[float, str],
) -> None:
    said = swept.compare()
    text = swept.page()
    assert "warning" not in said  # avatars
    assert "5 experiments, 1 listed as left out, 5 full pages next to it" in said
    assert facts(text) == ["0.5", "1.5", "3", "5", "10"]
    failed = named[-1.0]
    assert f"{failed}, fact -1: left out" in text_of(text)
    assert f"failed in DVC's queue. dvc queue logs {failed}" in text_of(text).replace("&#39;", "'")
    assert "raw KL falls and the reconstruction loss rises" in text_of(text)
    assert "The test faces are the same in all rows, pixel by pixel." in text_of(text)
    assert text.count("<svg ") == 5
    assert 'aria-label="Random faces by pixels-pca' in text


def test_equal_experiments_give_equal_bytes_without_a_path(
    swept: ExampleRepository, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "compare.html"
    swept.compare("--output", "reports/compare.html")
    swept.compare("--output", str(other))
    assert other.read_bytes() == (swept.folder / "reports/compare.html").read_bytes()
    assert str(swept.folder) not in swept.page()
    assert list(swept.folder.rglob("*.partial")) == []


def test_the_command_runs_in_a_subfolder(copied: ExampleRepository) -> None:
    copied.compare(folder="code")
    assert facts(copied.page()) == ["0.5", "1.5", "3", "5", "10"]
    assert not (copied.folder / "code/reports").exists()


def test_experiments_and_revisions_are_compared_by_name(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "branch", named[3.0], "chosen")
    copied.compare("chosen", named[10.0], named[0.5], named[10.0])
    assert facts(copied.page()) == ["0.5", "3", "10"]


def test_the_error_for_an_unknown_name_lists_the_known_ones(
    swept: ExampleRepository,
    named: dict[float, str],
) -> None:
    said = swept.compare("nowhere", fails=True)
    assert "Traceback" not in said
    assert "nowhere: no experiment" in said
    assert "branches: main" in said
    assert f"queue: {named[-1.0]}" in said
    assert all(name in said for name in named.values())


def test_a_commit_without_experiments_names_those_of_other_commits(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    name = named[3.0]
    copied.commit("another")
    said = copied.compare(fails=True)
    assert "no experiment belongs to this commit" in said
    assert name in said
    assert "dvc exp run --queue" in said


def test_results_that_belong_to_another_training_are_not_shown(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[5.0])
    copied.commit("fact 5")
    copied.run("dvc", "exp", "run", "--name", "half", "-S", "train_vae.fact=7.0", "train_vae")
    copied.compare("half")
    text = copied.page()
    assert facts(text) == ["7"]
    assert (
        "evaluate_vae left out: evaluate_vae read a different version of data/model.txt"
        in text_of(text)
    )
    assert (
        "draw_samples left out: draw_samples read a different version of data/model.txt"
        in text_of(text)
    )
    assert "dvc exp apply half" in text
    assert "data:image/png" not in text
    assert "40.00 nats" not in text  # the raw KL of fact 5
    assert "5,280" in text  # the reconstruction loss of fact 7


def test_the_current_commit_has_a_row_and_no_result_has_two(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[5.0])
    copied.commit("fact 5")
    copied.run("dvc", "exp", "run", "--name", "low", "-S", "train_vae.fact=0.5")
    copied.compare()
    assert names(copied.page()) == [
        "low",
        "HEAD",
    ]  # and no workspace, which has the same results as low


def test_a_commit_of_another_machine_has_no_row_if_the_same_experiment_was_run_here(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[5.0])
    lock = copied.folder / "dvc.lock"
    [model] = set(
        re.findall(r"path: data/model.txt\n\s+hash: md5\n\s+md5: (\w+)", lock.read_text())
    )
    lock.write_text(lock.read_text().replace(model, 16 * "ef"))  # other bytes on that machine
    copied.commit("fact 5, made elsewhere")
    copied.run("dvc", "exp", "run", "--name", "five", "-S", "train_vae.fact=5.0", "--force")
    copied.run("dvc", "exp", "run", "--name", "ten", "-S", "train_vae.fact=10.0")
    copied.run("git", "checkout", "--quiet", "--force", "HEAD")
    copied.compare()
    assert names(copied.page()) == ["five", "ten"]
    assert "raw KL falls and the reconstruction loss rises" in text_of(copied.page())
    copied.compare("HEAD", "five")  # shown if it is named
    assert names(copied.page()) == ["HEAD", "five"]


def test_files_missing_from_the_cache_are_named_and_the_rest_is_shown(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    name = named[3.0]
    shutil.rmtree(copied.folder / ".dvc/cache/files")
    said = copied.compare(name)
    text = text_of(copied.page())
    assert said.strip().endswith(": 1 experiment")
    assert "strip_prior.png of draw_samples is not in the DVC cache of this machine" in text
    assert f"dvc exp apply {name} &amp;&amp; dvc repro" in text
    assert "numbers.json of evaluate_vae is not in the DVC cache of this machine" in text
    assert "made by an older version of the pipeline" not in text
    assert "20.10 dB" in text  # a number that is in git


def test_an_older_version_is_named_and_shown_as_far_as_possible(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[1.5])
    reports = copied.folder / "reports/evaluate_vae"
    files = [reports / "metrics.json", reports / "numbers.json"]
    metrics, numbers = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    # before there was a numbers.json, metrics.json contained all numbers
    merged = metrics | numbers
    kept = {k: v for k, v in merged.items() if k not in ("samples", "ms_ssim", "feature_nets")}
    files[0].write_text(json.dumps(kept), encoding="utf-8")
    pipeline = (copied.folder / "dvc.yaml").read_text(encoding="utf-8")
    older = pipeline.replace("draw_reconstructions/strip.png", "draw_reconstructions/test.png")
    older = older.replace("    outs: [reports/evaluate_vae/numbers.json]\n", "")
    (copied.folder / "dvc.yaml").write_text(older, encoding="utf-8")
    copied.run("git", "checkout", "-b", "older")
    copied.commit("older")
    copied.compare("older", named[10.0])
    text = text_of(copied.page())
    assert facts(copied.page()) == ["1.5", "10"]
    assert "the numbers of evaluate_vae have no ms_ssim, samples: made by an older version" in text
    assert "draw_reconstructions has no strip.png: made by an older version" in text


def test_strips_are_found_in_a_folder_of_pictures(
    copied: ExampleRepository, named: dict[float, str]
) -> None:
    pipeline = (copied.folder / "dvc.yaml").read_text(encoding="utf-8")
    whole = pipeline.replace(STRIPS, "      - reports/draw_samples\n")
    whole = whole.replace("reports/draw_samples/strip_prior.png, ", "")
    (copied.folder / "dvc.yaml").write_text(whole, encoding="utf-8")
    copied.commit("a folder of pictures")
    copied.run("dvc", "exp", "run", "--name", "folder", "-S", "train_vae.fact=3.0")
    copied.compare(named[3.0], "folder", "workspace")
    pictures = re.findall(r'<img src="([^"]+)"', copied.page())
    num_in_row = 1 + len(SAMPLERS)
    assert len(pictures) == 1 + 3 * num_in_row
    rows = [pictures[first : first + num_in_row] for first in range(1, len(pictures), num_in_row)]
    assert rows[0] == rows[1] == rows[2]
    [listed] = (copied.folder / ".dvc/cache/files").rglob("*.dir")
    listed.unlink()
    copied.compare("folder")
    reason = "strip_prior.png of draw_samples is not in the DVC cache of this machine"
    assert reason in text_of(copied.page())


def test_the_workspace_is_read_from_its_files(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[1.5])
    (copied.folder / "reports/draw_samples/strip_prior.png").unlink()
    copied.compare("workspace")
    text = text_of(copied.page())
    assert "workspace" in text
    assert "strip_prior.png of draw_samples is missing. dvc repro" in text
    assert "54.00 nats" in text


def test_damaged_files_are_named_and_the_rest_is_shown(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[1.5])
    reports = copied.folder / "reports"
    (reports / "evaluate_vae/metrics.json").write_text("[" * 100_000, encoding="utf-8")
    strip = reports / "draw_samples/strip_prior.png"
    png = strip.read_bytes()
    strip.unlink()  # it is a link into the cache
    strip.write_bytes(png[:8] + b"\0\0\0\0IHDR\xa8\xa1\xae\x0a" + png[33:])
    copied.compare("workspace")
    text = text_of(copied.page())
    assert "metrics.json of evaluate_vae is not a JSON document" in text
    assert "strip_prior.png of draw_samples is not a valid PNG" in text
    assert facts(copied.page()) == ["1.5"]


def test_a_workspace_with_parameters_that_have_not_run_is_left_out(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "apply", named[1.5])
    path = copied.folder / "params.yaml"
    path.write_text(path.read_text("utf-8").replace("fact: 1.5", "fact: 4.0"), encoding="utf-8")
    said = copied.compare("workspace", fails=True)
    assert "train_vae left out: train_vae ran with different values of train_vae" in said


def test_the_table_has_a_row_for_each_experiment(copied: ExampleRepository) -> None:
    shutil.rmtree(copied.folder / ".dvc/cache/files")  # git has the headlines
    said = copied.run("python", "-m", "latentmaps", "table")
    lines = [line.split() for line in said.splitlines()]
    first = 1 + next(place for place, line in enumerate(lines) if line[:1] == ["experiment"])
    lines = lines[first : first + 5]
    assert [line[1] for line in lines] == ["0.5", "1.5", "3", "5", "10"]
    assert lines[2][2:6] == ["5,223", "0.5730", "49.00", "2.30"]
    assert "\nleft out: " in said
    assert "strip" not in said


def test_a_waiting_task_is_named(
    copied: ExampleRepository,
    named: dict[float, str],
) -> None:
    copied.run("dvc", "exp", "run", "--queue", "--name", "later", "-S", "train_vae.fact=20")
    copied.compare()
    assert "later, fact 20: left out" in text_of(copied.page())
    assert "is waiting in DVC" in copied.page()
    copied.compare("later", named[0.5], "--output", "named.html")
    assert facts(copied.page("named.html")) == ["0.5"]
    assert "dvc queue start" in copied.page("named.html")


def test_another_pipeline_is_refused(copied: ExampleRepository) -> None:
    (copied.folder / "dvc.yaml").write_text("stages: {a: {cmd: echo}}\n", encoding="utf-8")
    said = copied.compare(fails=True)
    assert "its dvc.yaml has no stage train_vae" in said
    assert "Traceback" not in said


def test_a_revision_that_dvc_cannot_read_is_named_without_a_folder(
    copied: ExampleRepository, named: dict[float, str]
) -> None:
    copied.run("git", "checkout", "--quiet", "-b", "broken")
    (copied.folder / "dvc.yaml").write_text("stages: {train_vae: {cmd: [", encoding="utf-8")
    copied.run("git", "commit", "--quiet", "--all", "--message", "broken")
    copied.run("git", "checkout", "--quiet", "main")
    copied.compare("broken", named[0.5], named[3.0])
    assert facts(copied.page()) == ["0.5", "3"]
    assert "broken, fact unknown: left out DVC cannot read its pipeline" in text_of(copied.page())
    assert str(copied.folder) not in copied.page()
