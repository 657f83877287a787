"""What a contributor meets first: commit hooks, issue forms, the development container."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.listed_files import list_files

from latentmaps.params import yaml12

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
HOOKS = yaml12.load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0][
    "hooks"
]


def read(name: str) -> Any:
    return yaml12.load((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_runs_a_program_of_the_locked_environment(hook: dict[str, Any]) -> None:
    program, *words = hook["entry"].split()
    assert program.startswith(".venv/bin/")
    assert (Path(sys.executable).parent / Path(program).name).exists()
    if words[:1] == ["-m"]:
        assert (ROOT / "src" / words[1].replace(".", "/")).with_suffix(".py").exists()


def test_the_large_file_hook_spares_only_files_that_are_committed_and_large() -> None:
    [hook] = [hook for hook in HOOKS if hook["id"] == "large-files"]
    limit_bytes = 1024 * int(hook["entry"].split()[-1])
    files = list_files()
    large = {name for name in files if (ROOT / name).stat().st_size > limit_bytes}
    assert large == {name for name in files if re.search(hook["exclude"], name)}


@pytest.mark.parametrize("form", FORMS, ids=[path.stem for path in FORMS])
def test_an_issue_form_is_one_that_github_shows(form: Path) -> None:
    document = yaml12.load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= document.keys()
    fields = [part for part in document["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in fields}) == len(fields) > 0
    assert all(part["attributes"]["label"] for part in fields)
    assert any(part.get("validations", {}).get("required") for part in fields)


def test_there_are_forms_for_bugs_features_and_results() -> None:
    assert {form.stem for form in FORMS} == {"bug", "feature", "results"}


def test_the_pull_request_template_names_targets_that_exist() -> None:
    template = (ROOT / ".github/pull_request_template.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"`make ([\w-]+)`", template)
    assert targets
    assert all(f"\n{target}: " in makefile for target in targets)


def test_dependabot_leaves_the_lock_files_to_make_lock() -> None:
    updates = {
        part["package-ecosystem"]: part for part in read(".github/dependabot.yml")["updates"]
    }
    assert updates["pip"]["open-pull-requests-limit"] == 0
    assert "github-actions" in updates


def test_the_container_has_a_python_that_the_project_supports() -> None:
    text = (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(text)
    found = re.fullmatch(r"python:3\.(\d+)-\w+", settings["image"])
    assert found is not None
    assert 11 <= int(found[1]) <= 13
    assert settings["postCreateCommand"] == "make setup"


@pytest.mark.parametrize("script", ["run", "test-newest", "pipeline-check", "compare-with-main"])
def test_a_script_of_ci_is_a_program_without_syntax_errors(script: str) -> None:
    path = ROOT / ".ci" / script
    assert path.stat().st_mode & 0o100
    subprocess.run(["bash", "-n", str(path)], check=True)
