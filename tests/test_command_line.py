"""The command ``latentmaps`` outside a repository with experiments."""

import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from tests import warm_python

import latentmaps
from latentmaps import command_line
from latentmaps.compare import repository


def run(*words: str, folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(warm_python.interpreter()), "-m", "latentmaps", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_outside_a_repository_it_says_where_to_run(tmp_path: Path, root: Path) -> None:
    result = run("compare", folder=tmp_path, root=root)
    assert result.returncode == 1
    assert result.stderr.startswith(f"latentmaps compare: {tmp_path}: not inside a DVC repository")
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_repository_without_git_is_refused(tmp_path: Path, root: Path) -> None:
    environment = {
        name: str(tmp_path / name) for name in ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR")
    }
    folder = tmp_path / "here"
    folder.mkdir()
    init = [str(warm_python.interpreter()), "-m", "dvc", "init", "--quiet", "--no-scm"]
    subprocess.run(init, cwd=folder, env=os.environ | environment, check=True)
    result = run("compare", folder=folder, root=root)
    assert result.returncode == 1
    assert "no git repository with a commit" in result.stderr


@pytest.mark.slow
def test_help_needs_neither_dvc_nor_charts(root: Path) -> None:
    program = (
        "import sys\nfrom latentmaps import command_line\n"
        "try: command_line.main(['compare', '--help'])\n"
        "finally: sys.exit(bool({'dvc', 'matplotlib', 'tensorflow', 'jinja2'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "--no-pages" in result.stdout


@pytest.mark.slow
def test_a_table_outside_a_repository_says_where_to_run(tmp_path: Path, root: Path) -> None:
    result = run("table", folder=tmp_path, root=root)
    assert result.returncode == 1
    assert result.stderr.startswith(f"latentmaps table: {tmp_path}: not inside a DVC repository")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["table"], "standard output"),
        (["compare"], "reports/compare.html"),
        (["compare", "--output", "talk/sweep.html"], "talk/sweep.html"),
    ],
)
def test_a_system_error_without_a_file_name_is_reported_with_the_output(
    words: list[str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = mock.Mock(side_effect=OSError(28, "No space left on device"))
    monkeypatch.setattr(repository, "open_repository", full)
    with pytest.raises(SystemExit, match=f"^latentmaps {words[0]}: {place}: No space left on dev"):
        command_line.main(words)


@pytest.mark.slow
def test_version_is_printed_without_importing_tensorflow(tmp_path: Path, root: Path) -> None:
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('was imported')", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "latentmaps", "--version"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{root / 'src'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"latentmaps {latentmaps.__version__}\n" == "latentmaps 0.1.0\n"
    assert result.stderr == ""


def test_a_command_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command_line.main([])
    assert "required: command" in capsys.readouterr().err
