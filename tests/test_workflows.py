"""The workflows that run for pull requests, which anybody can open."""

import re
from pathlib import Path

import pytest

from latentmaps.params import yaml12

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
by_name = pytest.mark.parametrize("workflow", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])


def test_there_are_workflows() -> None:
    assert {path.stem for path in WORKFLOWS} >= {"ci", "compare"}


@by_name
def test_every_action_is_pinned_to_a_commit_and_names_its_version(workflow: Path) -> None:
    uses = re.findall(r"uses: (.+)", workflow.read_text(encoding="utf-8"))
    assert uses
    for action in uses:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@by_name
def test_it_can_only_read_and_has_no_secret(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    document = yaml12.load(text)
    assert document["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in document["jobs"].values())
    assert "secrets" not in text.replace("no secret", "")
    # it would run untrusted code with the permissions of the repository
    assert "pull_request_target" not in text


@by_name
def test_no_command_contains_text_that_a_stranger_chose(workflow: Path) -> None:
    document = yaml12.load(workflow.read_text(encoding="utf-8"))
    steps = [step for job in document["jobs"].values() for step in job["steps"]]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


@by_name
def test_the_commands_exist(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    for script in re.findall(r"(?<![\w/])\.ci/[\w-]+", text):
        assert (ROOT / script).stat().st_mode & 0o100
    targets = re.findall(r"make ([\w-]+)", text)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}: " in makefile for target in targets)
