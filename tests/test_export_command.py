"""The command ``latentmaps export``: what it writes, and what it refuses."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import keras
import pytest

from latentmaps import command_line
from latentmaps.cnn.network import cnn
from latentmaps.portable import exporting
from latentmaps.storage import model_folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small CNN, as the working directory."""
    shape = cnn.Architecture((3,), 4)
    cnn.save(tmp_path / "cnn", shape, cnn.build_cnn(shape, seed=1))
    monkeypatch.chdir(tmp_path)
    # TensorFlow can configure threads and devices only once per process
    monkeypatch.setattr("latentmaps.machine.configure", mock.Mock())
    return tmp_path


def export(*words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["export", *words])
    return ended.value.code


@pytest.mark.slow
def test_files_are_written_and_their_differences_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "empty").mkdir()
    for output in ("new/folder", "empty"):
        assert export("cnn", "--format", "keras", "--output", output) == 0
        assert {path.name for path in (project / output).iterdir()} == {"README.md", "cnn.keras"}
        printed = capsys.readouterr().out
        assert printed.startswith(f"{output}/cnn.keras: differs from the original by at most ")
        assert printed.endswith(f", computed with keras {keras.__version__}\n")
    assert {path.name for path in project.iterdir()} == {"cnn", "empty", "new"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("cnn", "--format", "onnnx", "--output", "out"),
            "--format: found 'onnnx', expected one of keras, onnx, litert, saved_model; did you me",
        ),
        (("cnn", "--format", "keras", "--output", "cnn"), "cnn: already exists, expected a new"),
        (("cnn", "--format", "keras", "--output", "file"), "file: already exists, expected a new"),
        (("cnn", "--format", "keras", "--output", "link"), "link: already exists, expected a new"),
        (("cnn", "--format", "keras", "--output", "."), ".: already exists, expected a new"),
        (("cnn", "--format", "keras", "--output", "cnn/a"), "cnn/a: inside the model folder,"),
        (("cnn", "--format", "keras", "--output", "same/a"), "same/a: inside the model folder,"),
        (("nowhere", "--format", "keras", "--output", "out"), "nowhere: no such folder, nor is "),
        (("file", "--format", "keras", "--output", "out"), "file: a file, expected the folder"),
        (("empty", "--format", "keras", "--output", "out"), "empty: no trained model in this fold"),
        (("later", "--format", "keras", "--output", "a/b"), "later/architecture.json: architectu"),
        (("cut", "--format", "keras", "--output", "a/b"), "cut/cnn.weights.h5: altered since it"),
        (("odd", "--format", "keras", "--output", "a/b"), "odd/README.md: no license between the"),
    ],
)
def test_bad_input_ends_in_one_message_and_nothing_is_written(
    words: tuple[str, ...], message: str, project: Path
) -> None:
    (project / "file").write_text("a")
    (project / "empty").mkdir()
    (project / "link").symlink_to("empty")
    (project / "same").symlink_to("cnn")
    shape = cnn.Architecture((3,), 4)
    for name in ("later", "cut", "odd"):
        cnn.save(project / name, shape, cnn.build_cnn(shape))
    description = project / "later" / model_folder.DESCRIPTION_FILE
    parts = json.loads(description.read_text(encoding="utf-8"))
    description.write_text(json.dumps({"shape": parts.pop("architecture"), **parts}))
    with (project / "cut/cnn.weights.h5").open("ab") as file:
        file.write(b"!")
    (project / "odd/README.md").write_text("---\nlicense: [\n---\n", encoding="utf-8")
    before = sorted(project.rglob("*"))
    refusal = export(*words)
    assert isinstance(refusal, str)
    assert refusal.startswith(f"latentmaps export: {message}")
    assert "\n" not in refusal
    assert sorted(project.rglob("*")) == before


def test_a_missing_extra_is_reported_with_the_way_to_install_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if "onnx" in name else find_spec(name)
    )
    assert export("cnn", "--format", "onnx", "--output", "out") == (
        "latentmaps export: --format: onnx needs onnx, onnxruntime, tf2onnx, found none; "
        "run pip install '.[export]' in the folder of the project"
    )


@pytest.mark.slow
def test_nothing_is_kept_of_a_file_that_computes_something_else(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "TOLERANCE", -1.0)
    refusal = export("cnn", "--format", "keras", "--output", "new/out")
    assert str(refusal).startswith("latentmaps export: cnn.keras: keras ")
    assert {path.name for path in project.iterdir()} == {"cnn"}


# blocks our package, so that nothing of it can be imported
WITHOUT_US = """
import sys
sys.modules["latentmaps"] = None
import keras
import numpy as np
network = keras.saving.load_model(sys.argv[1])
outputs = network.predict(np.zeros((3, *network.input_shape[1:]), np.float32), verbose=0)
assert outputs["probabilities"].shape == (3, 10)
assert {type(layer).__module__.split(".")[0] for layer in network.layers} == {"keras"}
"""


@pytest.mark.slow
def test_a_keras_file_loads_without_latentmaps(project: Path) -> None:
    assert export("cnn", "--format", "keras", "--output", "out") == 0
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", WITHOUT_US, "out/cnn.keras"]
    subprocess.run(command, cwd=project, env=environment, check=True)


@pytest.mark.slow
def test_help_and_refusals_need_no_tensorflow(root: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom latentmaps import command_line\n"
        "try: command_line.main(['export', 'cnn', '--format', 'x', '--output', 'out'])\n"
        "except SystemExit as ended: print(ended.code)\n"
        "sys.exit(bool({'dvc', 'keras', 'tensorflow', 'jinja2'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("latentmaps export: --format: found 'x', expected one of keras")
