"""The command ``latentmaps oip``: its outputs, and the input that it refuses."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import keras
import numpy as np
import pytest
from PIL import Image

from latentmaps import command_line, oip_command
from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips.length_scales import STRATEGIES
from latentmaps.oips.start_images import START_KINDS

QUICK = ("--steps", "8", "--starts", "2", "--start", "coarse", "--start", "noise")


@pytest.fixture
def project(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with params.yaml, a small CNN and digits, as the current directory."""
    shape = cnn.Architecture((8, 8), 8)
    (tmp_path / "data/models").mkdir(parents=True)
    (tmp_path / "data/raw").mkdir()
    cnn.save(tmp_path / "data/models/cnn", shape, cnn.build_cnn(shape, seed=1))
    images = np.zeros((12, 28, 28), np.uint8)
    for index, image in enumerate(images):
        image[4 + index : 7 + index, 5:20] = 255
    labels = np.arange(12, dtype=np.uint8) % 10
    digits = Digits(images[:6], labels[:6], images[6:], labels[6:])
    digits_module.save(digits, tmp_path / "data/raw/digits.npz")
    shutil.copy(root / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    # TensorFlow can configure threads and devices only once per process
    setup = mock.Mock(jit_compile=False)  # as on a CPU
    monkeypatch.setattr("latentmaps.machine.configure", mock.Mock(return_value=setup))
    return tmp_path


def ask(*words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["oip", *words])
    return ended.value.code


def files(project: Path) -> set[str]:
    return {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_three_files_are_written_and_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(project)
    assert ask("Conv2D_2", "3", *QUICK) == 0
    written = {f"reports/oip/Conv2D_2-3.{suffix}" for suffix in ("html", "png", "npz")}
    assert files(project) - before == written
    assert capsys.readouterr().out.startswith("reports/oip/Conv2D_2-3.html: Conv2D_2-3 ")
    page = Path("reports/oip/Conv2D_2-3.html").read_text(encoding="utf-8")
    assert f"<code>latentmaps oip Conv2D_2 3 {' '.join(QUICK)}</code>" in page
    contents = {name: Path(name).read_bytes() for name in written}
    assert ask("Conv2D_2", "3", *QUICK) == 0
    assert {name: Path(name).read_bytes() for name in written} == contents


@pytest.mark.slow
def test_the_settings_come_from_params_yaml(project: Path) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    section = text.index("\ndraw_oips:")
    changed = text[section:].replace("num_steps: 400", "num_steps: 20")
    changed = changed.replace("num_candidates: 1024", "num_candidates: 16")
    changed = changed.replace("num_starts: 24 ", "num_starts: 4 ")
    text = text[:section] + changed
    Path("params.yaml").write_text(text.replace("seed: 2022", "seed: 77"), encoding="utf-8")
    assert ask("Conv2D_2", "3") == 0
    with np.load("reports/oip/Conv2D_2-3.npz") as arrays:
        settings = str(arrays["settings"])
        assert arrays["kinds"].shape == (1, 4)  # three finalists and a head start
        assert arrays["kinds"][0, -1] == "in range"
    for setting in ('"num_steps": 20', '"seed": 77', '"num_candidates": 16', '"head_start": true'):
        assert setting in settings


@pytest.mark.slow
def test_without_params_yaml_the_default_settings_apply(project: Path) -> None:
    Path("params.yaml").unlink()
    Image.fromarray(np.eye(28, dtype=np.uint8) * 255).save("my.png")
    assert ask("dense", "3", "--start", "my.png", "--steps", "5", "--output", "a.html") == 0
    with np.load("a.npz") as arrays:
        assert '"seed": 0' in str(arrays["settings"])
        assert arrays["kinds"].tolist() == [["my.png"]]


@pytest.mark.slow
def test_oips_of_a_keras_file_are_found(project: Path) -> None:
    inputs = keras.Input((12, 10, 3))
    keras.Model(inputs, keras.layers.Conv2D(4, 3, name="maps")(inputs)).save("mine.keras")
    words = ("--model", "mine.keras", "--range", "0,1", "--start", "scales", "--steps", "5")
    assert ask("maps", "3", *words) == 0
    with np.load("reports/oip/maps-3.npz") as arrays:
        assert arrays["ends"].shape == (1, 1, 12, 10, 3)
        assert 0 <= arrays["ends"].min() < arrays["ends"].max() <= 1


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("Conv2D_2", "x"), "unit: found 'x', expected a whole number"),
    (("Conv2D_2", "8"), "unit: found 8, expected 0 to 7, the units of Conv2D_2"),
    (("Conv2D_9", "0"), "layer: found 'Conv2D_9', expected one of Conv2D_1 (8)"),
    (("dense", "0", "--objective", "max"), "objective: found 'max', expected unit for dense"),
    (("Conv2D_2", "0", "--objective", "min"), "--objective: found 'min', expected mean"),
    (("Conv2D_2", "0", "--range", "what"), "--range: found 'what', expected free, data"),
    (("Conv2D_2", "0", "--steps", "2000000"), "--steps: found 2000000, expected less than or"),
    (("Conv2D_2", "0", "--scales", "3", "--weights", "1,1"), "--weights: one for each of the 1 "),
    (("Conv2D_2", "0", "--scales", "3,29"), "length scales: found a grid of 29x29 points"),
    (("Conv2D_2", "0", "--start", "flat.png"), "start flat.png: found an image without contrast"),
    (("Conv2D_2", "0", "--start", "small.png"), "start small.png: found 20x28 pixels"),
    (("Conv2D_2", "0", "--start", "params.yaml"), "--start params.yaml: found no readable pict"),
    (("Conv2D_2", "0", "--start", "nothing"), "--start: found 'nothing', expected scales"),
    (("Conv2D_2", "0", "--model", "params.yaml"), "params.yaml: cannot be loaded as a Keras model"),
    (("Conv2D_2", "0", "--model", "data"), "data/architecture.json: "),
    (("Conv2D_2", "0", "--model", "no.keras"), "no.keras: no such file or folder, expected a tr"),
    (("Conv2D_2", "0", "--digits", "params.yaml"), "params.yaml: not an .npz file with the arrays"),
    (("Conv2D_2", "0", "--digits", "no.npz"), "no.npz: not an .npz file with the arrays"),
    (("Conv2D_2", "0", "--output", "a.txt"), "a.txt: expected the name of an HTML file, such as"),
    (("Conv2D_2", "0", "--output", "params.yaml/a.html"), "params.yaml"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(w) for w, _ in REFUSED])
def test_unusable_input_is_refused_and_nothing_is_written(
    project: Path, words: tuple[str, ...], message: str
) -> None:
    Image.fromarray(np.full((28, 28), 9, np.uint8)).save("flat.png")
    Image.fromarray(np.eye(28, 20, dtype=np.uint8)).save("small.png")
    before = files(project)
    code = ask(*words)
    assert isinstance(code, str)
    assert code.startswith(f"latentmaps oip: {message}")
    assert files(project) == before
    assert not Path("reports").exists()


@pytest.mark.slow
def test_weights_that_are_not_finite_are_refused(project: Path) -> None:
    shape = cnn.Architecture((8, 8), 8)
    model = cnn.build_cnn(shape, seed=1)
    kernel, bias = model.get_layer("Conv2D_1").get_weights()
    model.get_layer("Conv2D_1").set_weights([kernel * np.nan, bias])
    cnn.save(Path("bad"), shape, model)
    code = ask("Conv2D_2", "3", "--model", "bad", *QUICK)
    assert code == (
        "latentmaps oip: bad/cnn.weights.h5: found a NaN or an infinite number in Conv2D_1/kernel, "
        "expected finite weights; run train_cnn again"
    )


def run(*words: str, folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process in which TensorFlow cannot be imported."""
    folder.mkdir(exist_ok=True)
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text("raise SystemExit('was imported')", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "latentmaps", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{root / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_outside_a_project_it_says_where_to_run(tmp_path: Path, root: Path) -> None:
    result = run("oip", "Conv2D_3", "17", folder=tmp_path, root=root)
    assert result.returncode == 1
    assert result.stderr == (
        "latentmaps oip: data/models/cnn: no such file or folder, nor is there a params.yaml in "
        "this folder, expected a trained network; run `dvc repro` in the folder of the project and "
        "this command from there, or name a network with --model\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("--steps", "0"), ("--range", "1,0"), ("--start", "no"), ("--objective", "x")],
)
def test_a_wrong_value_is_found_before_tensorflow_is_imported(
    tmp_path: Path, root: Path, words: tuple[str, str]
) -> None:
    (tmp_path / "model").mkdir()
    ours = ("oip", "Conv2D_3", "17", "--model", "model")
    result = run(*ours, *words, folder=tmp_path, root=root)
    assert result.returncode == 1
    assert result.stderr.startswith(f"latentmaps oip: {words[0]}: found ")


def test_help_names_every_option_kind_and_strategy_in_a_moment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ask("--help") == 0
    text = capsys.readouterr().out
    for word in (*START_KINDS, *STRATEGIES, "mean", "max", "position", "gray", "viridis"):
        assert word in text
    for options in oip_command.OPTIONS.values():
        for option, _, _ in options:
            assert option in text


@pytest.mark.slow
def test_help_imports_no_numeric_library(root: Path) -> None:
    program = (
        "import sys\nfrom latentmaps import command_line\n"
        "try: command_line.main(['--help'])\n"
        "finally: sys.exit(bool({'numpy', 'pydantic', 'tensorflow'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "oip" in result.stdout


def test_a_full_disk_is_reported_with_the_output(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = mock.Mock(side_effect=OSError(28, "No space left on device"))
    monkeypatch.setattr("latentmaps.lab.answer_files.opened", full)
    code = ask("Conv2D_2", "3")
    assert str(code).startswith("latentmaps oip: reports/oip: No space left on device; nothing was")


@pytest.mark.parametrize("suffix", ["html", "png", "npz"])
def test_git_ignores_what_is_written_by_default(root: Path, suffix: str) -> None:
    path = f"reports/oip/Conv2D_3-17.{suffix}"
    ignored = subprocess.run(["git", "check-ignore", "-q", path], cwd=root, check=False)
    assert ignored.returncode == 0
