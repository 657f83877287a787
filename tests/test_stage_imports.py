"""What a stage imports before its work starts; importing TensorFlow takes seconds."""

from pathlib import Path

import pytest
from tests import forked

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "stages").glob("*.py"))
WITHOUT_TENSORS = ("fetch_faces", "crop_faces", "split_faces", "fetch_digits", "build_report")
# runs a stage with all arguments that it requires
ASK = """
import contextlib, io, runpy, sys
script = sys.argv[1]
sys.argv = [script]
usage = io.StringIO()
with contextlib.redirect_stderr(usage), contextlib.suppress(SystemExit):
    runpy.run_path(script, run_name="__main__")
assert "the following arguments are required" in usage.getvalue()
flags = usage.getvalue().rpartition("required: ")[2].strip().split(", ")
sys.argv += [word for flag in flags for word in (flag, "nowhere")]
runpy.run_path(script, run_name="__main__")
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, forked.Result]:
    """Each stage without tensors, imported in its own process."""
    programs = [(ROOT / f"stages/{name}.py", (), "a_stage") for name in WITHOUT_TENSORS]
    results = forked.run(programs, folder=ROOT, path=[ROOT / "src"])
    return dict(zip(WITHOUT_TENSORS, results, strict=True))


@pytest.mark.parametrize("script", WITHOUT_TENSORS)
def test_a_stage_without_tensors_imports_no_tensorflow(
    script: str, imported: dict[str, forked.Result]
) -> None:
    assert imported[script].code is None
    assert "latentmaps.runs" in imported[script].modules
    assert {"tensorflow", "keras"}.isdisjoint(imported[script].modules)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, forked.Result]:
    """Each stage, run with a wrong parameter and without TensorFlow.

    A module that fails on import shadows the real TensorFlow.
    """
    folder = tmp_path_factory.mktemp("refused")
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text("raise SystemExit('was imported')", encoding="utf-8")
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text.replace("fact: 5.0", "fact: high"), encoding="utf-8")
    (folder / "ask.py").write_text(ASK, encoding="utf-8")
    programs = [(folder / "ask.py", (str(script),), "__main__") for script in SCRIPTS]
    results = forked.run(programs, folder=folder, path=[folder, ROOT / "src"])
    return dict(zip(SCRIPTS, results, strict=True))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_wrong_parameter_is_refused_before_tensorflow_is_imported(
    path: Path, refused: dict[Path, forked.Result]
) -> None:
    message = "params.yaml: train_vae.fact: found 'high', expected a valid number"
    assert refused[path].code == f"{path.stem}: {message}"
    assert refused[path].stderr == ""
