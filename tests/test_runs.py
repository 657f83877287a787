"""The run of a stage in a separate process, from the command line to the exit code."""

import json
import os
import subprocess
import textwrap
from pathlib import Path

import pytest
from tests import warm_python


class Stage:
    """A stage script in a temporary folder, with the repository's params.yaml."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"PYTHONPATH": str(root / "src")}
        (folder / "params.yaml").write_bytes((root / "params.yaml").read_bytes())
        (folder / "source.txt").write_text("content", encoding="utf-8")

    def run(self, work: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = self.folder / "copy_text.py"
        body = textwrap.indent(textwrap.dedent(work), "    ")
        script.write_text(
            '"""Copies a text."""\n'
            "from latentmaps import runs\n"
            "from latentmaps.errors import DataError\n\n"
            f"def copy_text(run):\n{body}\n\n"
            'inputs, outputs = {"source": "a text"}, {"copy": "the same text"}\n'
            "runs.main(copy_text, inputs=inputs, outputs=outputs)\n",
            encoding="utf-8",
        )
        command = arguments or ("--source", "source.txt", "--copy", "out/copy.txt")
        return subprocess.run(
            [str(warm_python.interpreter()), script.name, *command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def leftovers(self) -> list[str]:
        return [str(p.relative_to(self.folder)) for p in (self.folder / "out").rglob("*")]


@pytest.fixture
def stage(tmp_path: Path, root: Path) -> Stage:
    return Stage(tmp_path, root)


COPY = 'run.outputs["copy"].write_bytes(run.inputs["source"].read_bytes())'


@pytest.mark.slow
def test_a_finished_stage_gives_its_output_the_final_name(stage: Stage) -> None:
    result = stage.run(COPY)
    assert result.returncode == 0, result.stderr
    assert (stage.folder / "out/copy.txt").read_text(encoding="utf-8") == "content"
    assert stage.leftovers() == ["out/copy.txt"]
    assert "copy_text took" in result.stderr
    assert "out/copy.txt (7 B)" in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_a_seed_in_the_profile_is_logged_once(stage: Stage) -> None:
    path = stage.folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    base: {}", "    base: {seed: 7}", 1), encoding="utf-8")
    result = stage.run(f"assert run.seed == run.seed == 7\n{COPY}")
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("The profile sample sets base: seed 7 instead of 2022") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "message"),
    [
        ('raise DataError("source.txt: found this, expected that")', "source.txt: found this"),
        ('raise OSError(28, "No space left on device", "out/copy.txt")', "No space left on device"),
        ('raise OSError("10 requested and 3 written")', "10 requested and 3 written"),
        ('raise PermissionError(13, "Permission denied", "x")', "x: Permission denied; no output"),
        (
            'raise MemoryError("Unable to allocate 9 TiB")',
            "this machine is out of memory (Una",
        ),
        ("raise KeyboardInterrupt", "interrupted"),
    ],
)
def test_a_failed_stage_prints_one_message_and_leaves_nothing(
    stage: Stage, work: str, message: str
) -> None:
    result = stage.run(f'run.outputs["copy"].write_text("half")\n{work}')
    assert result.returncode == 1
    assert result.stderr.startswith("copy_text: ")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert stage.leftovers() == []


@pytest.mark.slow
def test_a_failed_stage_leaves_the_previous_output_intact(stage: Stage) -> None:
    stage.run(COPY)
    stage.run('run.outputs["copy"].write_text("half")\nraise DataError("no")')
    assert (stage.folder / "out/copy.txt").read_text(encoding="utf-8") == "content"


@pytest.mark.slow
def test_a_bug_keeps_its_traceback(stage: Stage) -> None:
    result = stage.run("raise ZeroDivisionError")
    assert result.returncode == 1
    assert "Traceback" in result.stderr
    assert stage.leftovers() == []


@pytest.mark.slow
def test_a_stage_that_forgets_an_output_is_a_bug(stage: Stage) -> None:
    result = stage.run("pass")
    assert "the stage ended without writing out/copy.txt" in result.stderr
    assert result.returncode == 1


@pytest.mark.slow
def test_leftovers_of_a_killed_run_are_removed(stage: Stage) -> None:
    partial = stage.folder / "out/.copy.txt.partial"
    partial.mkdir(parents=True)
    (partial / "old").write_text("old", encoding="utf-8")
    stage.run(COPY)
    assert stage.leftovers() == ["out/copy.txt"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("--source", "source.txt", "--copy", "out/other.txt"),
        ("--source", "out/source.txt", "--copy", "elsewhere/copy.txt"),
        ("--source", "out", "--copy", "elsewhere/copy.txt"),
    ],
    ids=["next to the output", "next to the input", "in the input"],
)
def test_leftovers_of_another_killed_stage_are_removed(
    stage: Stage, arguments: tuple[str, ...]
) -> None:
    killed = stage.run(
        'run.outputs["copy"].write_text("half")\n'
        "import os, signal\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert killed.returncode == -9
    assert "out/.copy.txt.partial/copy.txt" in stage.leftovers()
    (stage.folder / "out/source.txt").touch()
    result = stage.run('run.outputs["copy"].write_text("complete")', *arguments)
    assert result.returncode == 0, result.stderr
    assert set(stage.leftovers()) <= {"out/source.txt", "out/other.txt"}


@pytest.mark.slow
def test_a_folder_replaces_the_previous_folder(stage: Stage) -> None:
    work = 'run.outputs["copy"].mkdir()\n(run.outputs["copy"] / {!r}).write_text("x")'
    stage.run(work.format("first"))
    stage.run(work.format("second"))
    assert sorted(stage.leftovers()) == ["out/copy.txt", "out/copy.txt/second"]


@pytest.mark.slow
def test_a_missing_input_is_named_before_any_work(stage: Stage) -> None:
    result = stage.run("raise ZeroDivisionError", "--source", "none.txt", "--copy", "out/copy.txt")
    assert result.returncode == 1
    assert result.stderr == (
        "copy_text: none.txt: no such file or folder, expected a text; "
        "`dvc repro` runs the stages that write it\n"
    )


@pytest.mark.slow
def test_an_error_in_a_changed_input_comes_with_advice(stage: Stage) -> None:
    (stage.folder / ".dvc").mkdir()
    (stage.folder / ".dvc/config").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    out = {"path": "source.txt", "hash": "md5", "md5": "0" * 32, "size": 1}
    lock = {"schema": "2.0", "stages": {"make": {"cmd": "true", "outs": [out]}}}
    (stage.folder / "dvc.lock").write_text(json.dumps(lock), encoding="utf-8")
    pipeline = {"stages": {"make": {"cmd": "true", "outs": ["source.txt"]}}}
    (stage.folder / "dvc.yaml").write_text(json.dumps(pipeline), encoding="utf-8")
    stage.environment["DVC_SITE_CACHE_DIR"] = str(stage.folder / "site")
    result = stage.run('raise DataError("source.txt: found this, expected that; run it again")')
    assert result.returncode == 1
    assert result.stderr.startswith(
        "copy_text: source.txt: found this, expected that; run it again. "
        "source.txt is not the file that DVC recorded as the output of make, and "
    )
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_bad_parameter_stops_the_stage_before_any_work(stage: Stage) -> None:
    params = stage.folder / "params.yaml"
    text = params.read_text(encoding="utf-8").replace("fact: 5.0", "fact: much")
    params.write_text(text, encoding="utf-8")
    result = stage.run("raise ZeroDivisionError")
    assert result.returncode == 1
    assert "train_vae.fact: found 'much', expected a valid number" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_stage_that_fails_under_dvc_says_how_to_restore_everything(stage: Stage) -> None:
    stage.environment["DVC_STAGE"] = "copy_text"
    result = stage.run("raise DataError('bad')")
    first, advice = result.stderr.strip().splitlines()
    assert first == "copy_text: bad"
    assert "`git checkout HEAD -- params.yaml dvc.lock reports && dvc checkout`" in advice


@pytest.mark.slow
def test_tensorflow_logs_warnings_only(stage: Stage) -> None:
    # tf2onnx and others set it when a test of this process imports them
    stage.environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    for given, expected in ({}, "1"), ({"TF_CPP_MIN_LOG_LEVEL": "0"}, "0"):
        stage.environment |= given
        shown = "import os; raise DataError(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
        assert stage.run(shown).stderr.strip() == f"copy_text: {expected}"


@pytest.mark.slow
def test_help_explains_every_argument(stage: Stage) -> None:
    text = stage.run(COPY, "--help").stdout
    assert "Copies a text." in text
    assert "read: a text" in text
    assert "written: the same text" in text
