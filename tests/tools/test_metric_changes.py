import json
import subprocess
from pathlib import Path

import pytest

from latentmaps.tools import metric_changes
from latentmaps.tools.metric_changes import Change


def change(before: object, after: object) -> Change:
    return Change("evaluate_vae", "kl_nats", before, after)


def markdown(metrics: list[Change], params: list[Change]) -> str:
    return metric_changes.to_markdown(metrics, params, before="main", after="this")


def row(before: object, after: object) -> list[str]:
    text = markdown([change(before, after)], [])
    [line] = [line for line in text.splitlines() if line.startswith("| evaluate_vae")]
    return [cell.strip() for cell in line.strip("|").split(" | ")][2:]


def test_the_json_of_dvc_becomes_changes_in_a_fixed_order() -> None:
    text = json.dumps(
        {
            "reports/train_vae/metrics.json": {"fact": {"old": 5.0, "new": 1.5, "diff": -3.5}},
            "params.yaml": {"b": {"new": "x"}, "a.b": {"old": 1, "new": None}},
        }
    )
    assert metric_changes.read_diff(text) == [
        Change("params.yaml", "a.b", 1, None),
        Change("params.yaml", "b", None, "x"),
        Change("train_vae", "fact", 5.0, 1.5),
    ]
    assert metric_changes.read_diff("{}") == []


def test_changed_metrics_stand_above_and_unchanged_ones_are_folded() -> None:
    metrics = [Change("a", "same", 1.0, 1.0), Change("b", "other", 2.0, 3.0)]
    text = markdown(metrics, [Change("params.yaml", "train_vae.fact", 5.0, 1.5)])
    assert text == (
        "### Metrics\n\n"
        "1 of 2 changed.\n\n"
        "| stage | name | main | this | change |\n"
        "|---|---|--:|--:|--:|\n"
        "| b | other | 2 | 3 | +1 (+50 %) |\n\n"
        "<details><summary>1 unchanged</summary>\n\n"
        "| stage | name | value |\n"
        "|---|---|--:|\n"
        "| a | same | 1 |\n\n"
        "</details>\n\n"
        "### Parameters\n\n"
        "| stage | name | main | this | change |\n"
        "|---|---|--:|--:|--:|\n"
        "| params.yaml | train_vae.fact | 5 | 1.5 | -3.5 (-70 %) |\n"
    )


def test_no_change_is_said() -> None:
    text = markdown([change(1.0, 1.0)], [])
    assert text.count("No change.") == 2
    assert "Neither revision has metrics." in markdown([], [])


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        (5416.337, 5500.001, ["5,416", "5,500", "+83.7 (+1.54 %)"]),
        (0.0041161, 0.0041162, ["0.004116", "0.004116", "+1e-07 (+0.00243 %)"]),
        (10_000.0, 250_000.0, ["10,000", "250,000", "+240,000 (+2,400 %)"]),
        (15.0, 4.5, ["15", "4.5", "-10.5 (-70 %)"]),
        (0, 3, ["0", "3", "+3"]),
        (-2.0, -3.0, ["-2", "-3", "-1 (-50 %)"]),
        (None, 0.5, ["\N{EN DASH}", "0.5", "new"]),
        (0.5, None, ["0.5", "\N{EN DASH}", "gone"]),
        ("2.20", "2.21", ["2.20", "2.21", ""]),
        ([1, 2], [1, 3], ["[1, 2]", "[1, 3]", ""]),
        (True, False, ["true", "false", ""]),
    ],
)
def test_values_are_rounded_and_differences_keep_their_sign(
    before: object, after: object, cells: list[str]
) -> None:
    assert row(before, after) == cells


def test_text_of_a_branch_is_no_markup() -> None:
    text = markdown([], [Change("params.yaml", "a|b", "<img src=x>", "two\nlines")])
    assert "| a\\|b | &lt;img src=x&gt; | two lines |" in text


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits, in which a metric and a parameter differ."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    for words in (["git", "init", "-q"], ["dvc", "init", "-q"]):
        subprocess.run(words, check=True)
    (tmp_path / "dvc.yaml").write_text("metrics: [reports/train_vae/metrics.json]", "utf-8")
    (tmp_path / "reports/train_vae").mkdir(parents=True)
    for name, loss in (("first", 0.25), ("second", 0.5)):
        metrics, numbers = {"loss": loss}, {"deep": {"same": 1, "other": -loss}}
        Path("reports/train_vae/metrics.json").write_text(json.dumps(metrics), "utf-8")
        Path("reports/train_vae/numbers.json").write_text(json.dumps(numbers), "utf-8")
        Path("params.yaml").write_text(f"fact: {4 * loss}\n", "utf-8")
        subprocess.run(["git", "add", "--all"], check=True)
        identity = ["-c", "user.name=A", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=0"]
        subprocess.run(["git", *identity, "commit", "-qm", name], check=True)
        subprocess.run(["git", "tag", name], check=True)
    return tmp_path


def test_the_command_prints_what_dvc_finds(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metric_changes.main(["first", "second"])
    printed = capsys.readouterr().out
    assert "2 of 3 changed." in printed
    assert "| train_vae | loss | 0.25 | 0.5 | +0.25 (+100 %) |" in printed
    assert "| train_vae | deep.other | -0.25 | -0.5 | -0.25 (-100 %) |" in printed
    assert "| train_vae | deep.same | 1 |" in printed
    assert "| params.yaml | fact | 1 | 2 | +1 (+100 %) |" in printed


def test_an_unknown_revision_is_one_message(repository: Path) -> None:
    with pytest.raises(
        SystemExit, match=r"metric_changes: dvc metrics diff .*unknown Git revision"
    ):
        metric_changes.main(["first", "nothing"])
