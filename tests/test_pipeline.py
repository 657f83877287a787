"""Check dvc.yaml against the code: what each stage reads, writes and depends on."""

import ast
import runpy
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dvc.repo import Repo
from dvc.stage import Stage
from tests import code_deps

from latentmaps import folders, runs
from latentmaps.params import loader, yaml12

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"

# libraries in requirements/versions.txt that compute nothing by themselves
DRAWS_DATA = {"dicebear-core", "dicebear-styles", "pillow", "resvg-py"}

# folders that persist between runs, so that a killed run can resume; hidden from DVC and git
KEPT = {
    "fetch_faces": {"data/downloads"},
    "train_vae": {"data/checkpoints/train_vae", "data/live/train_vae"},
}


def stages() -> list[Stage]:
    return [stage for stage in Repo(str(ROOT)).index.stages if stage.path_in_repo == "dvc.yaml"]


STAGES = stages()
by_name = pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])


def base_name(stage: Stage) -> str:
    return str(stage.name).partition("@")[0]


def paths(outputs: list[Any]) -> set[str]:
    return {output.def_path for output in outputs if output.def_path != "params.yaml"}


def test_every_stage_has_a_script_and_every_script_a_stage() -> None:
    scripts = {path.stem for path in (ROOT / "stages").glob("*.py")}
    assert scripts == {base_name(stage) for stage in STAGES}


def test_every_section_of_params_is_that_of_a_stage() -> None:
    sections = set(loader.section_classes()) - {"base", "machine"}
    without_section = {"build_report"}
    assert sections | without_section == {base_name(stage) for stage in STAGES}


@by_name
def test_the_script_defines_a_function_named_after_the_stage(stage: Stage) -> None:
    name = base_name(stage)
    tree = ast.parse((ROOT / f"stages/{name}.py").read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert stage.cmd.startswith(f"PYTHONPATH=src python stages/{name}.py ")
    assert stage.desc


@pytest.mark.slow
@by_name
def test_deps_list_the_script_and_every_folder_it_can_reach(stage: Stage) -> None:
    code = [path for path in paths(stage.deps) if path.startswith(("src/", "stages/"))]
    assert sorted(code) == sorted(code_deps.of_stage(base_name(stage))), "`make deps` writes them"


# code that must never affect a result, whatever the imports are
PICTURES = ("drawing", "oips", "pages", "report")
NEVER = {
    "train_vae": ("cnn", "digits", "vae/evaluation", "images", *PICTURES),
    "evaluate_vae": ("cnn", "digits", "training", "vae/training", *PICTURES),
    "train_cnn": ("vae", "faces", "images", *PICTURES),
    "draw_activation_maps": ("vae", "faces", "training", "cnn/training"),
    "draw_oips": ("vae", "faces", "training", "cnn/training"),
    "draw_samples": ("cnn", "digits", "training", "vae/training", "vae/evaluation"),
    "draw_latent_space": ("cnn", "digits", "training", "vae/training", "vae/evaluation"),
    "draw_reconstructions": ("cnn", "digits", "training", "vae/training", "vae/evaluation"),
    "draw_face_oips": ("cnn", "digits", "training", "vae/training", "vae/evaluation"),
    "build_explorer": ("training", "cnn/training", "vae/training", "vae/evaluation", "report"),
}


@pytest.mark.parametrize("name", NEVER)
def test_a_stage_never_depends_on_code_that_cannot_affect_its_result(name: str) -> None:
    deps = code_deps.of_stage(name)
    for folder in NEVER[name]:
        path = f"src/latentmaps/{folder}"
        assert not [dep for dep in deps if dep == path or dep.startswith(f"{path}/")]


@pytest.mark.slow
def test_stages_that_read_a_split_do_not_depend_on_the_code_that_makes_it() -> None:
    for name in ("train_vae", "evaluate_vae", "draw_reconstructions"):
        assert "src/latentmaps/faces/preparing" not in code_deps.of_stage(name)


@pytest.mark.slow
def test_root_modules_affect_no_result() -> None:
    for name in {base_name(stage) for stage in STAGES}:
        files = {dep for dep in code_deps.of_stage(name) if dep.count("/") == 2}
        assert {dep for dep in files if dep.endswith(".py")} == set(code_deps.SHOWN.get(name, []))


@pytest.mark.slow
def test_a_folder_of_code_contains_only_files_that_git_tracks() -> None:
    deps = sorted({dep for stage in STAGES for dep in code_deps.of_stage(base_name(stage))})
    command = ["git", "status", "--porcelain", "--ignored", "--untracked-files=all", "--", *deps]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    unknown = [line[3:] for line in found.splitlines() if line.startswith(("??", "!!"))]
    ignored = Repo(str(ROOT)).dvcignore
    assert [path for path in unknown if not ignored.is_ignored_file(str(ROOT / path))] == []


@by_name
def test_the_command_passes_exactly_the_data_in_deps_and_outs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared: dict[str, Any] = {}
    monkeypatch.setattr(runs, "main", lambda _, **arguments: declared.update(arguments))
    _, _, script, *words = shlex.split(stage.cmd)
    runpy.run_path(str(ROOT / script), run_name="__main__")
    flags = [word.removeprefix("--").replace("-", "_") for word in words[::2]]
    values = dict(zip(flags, words[1::2], strict=True))
    kept, options = declared.get("kept", {}), declared.get("options", {})
    assert sorted(values) == sorted(declared["inputs"] | declared["outputs"] | kept | options)
    assert {values[name] for name in kept} == KEPT.get(stage.name, set())

    def files(arguments: Any) -> set[str]:
        places = {name: Path(value) for name, value in values.items()} | {
            name: values[name] for name in options
        }
        return {path.as_posix() for _, path, _ in folders.expand(arguments, places)}

    read = {path for path in paths(stage.deps) if path.startswith(("data/", "reports/"))}
    given = files(declared["inputs"])
    if "reports" in given:  # the page reads files of many stages in one folder
        read = {"reports" if path.startswith("reports/") else path for path in read}
    assert read == given
    assert files(declared["outputs"]) == paths(stage.outs)


@pytest.mark.parametrize("folder", sorted(set.union(*KEPT.values())))
def test_a_folder_that_persists_between_runs_is_ignored_by_git(folder: str) -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", f"{folder}/file"], cwd=ROOT, check=False)
    assert ignored.returncode == 0


@by_name
def test_a_costly_stage_has_no_uncached_out_outside_metrics_and_plots(stage: Stage) -> None:
    # such an out would disable DVC's run cache for the stage
    wrong = [o for o in stage.outs if not (o.use_cache or o.metric or o.plot)]
    assert wrong == []


@by_name
def test_params_exist_and_none_belongs_to_the_machine(stage: Stage) -> None:
    document = yaml12.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    names = {name for dep in stage.params for name in dep.params}
    for name in names:
        value: Any = document
        for key in name.split("."):
            assert key in value, name
            value = value[key]
    assert not any(name.startswith("machine") for name in names)


def test_the_page_depends_on_every_section_it_lists() -> None:
    [report] = [stage for stage in STAGES if stage.name == "build_report"]
    names = {name for dep in report.params for name in dep.params}
    assert set(loader.section_classes()) - {"machine"} <= names


@pytest.mark.slow
def test_only_programs_read_params_yaml_and_run() -> None:
    """The library receives sections of params.yaml unchanged, and never reads the file.

    Only stages and the commands whose defaults are the settings of stages read it.
    """
    programs = ("runs.py", "command_inputs.py", "oip_command.py")
    of_stages = {"latentmaps.runs", "latentmaps.params.loader", "latentmaps.folders"}
    for path in (SRC / "latentmaps").rglob("*.py"):
        if path.name not in programs and path.parent.name != "params":
            assert of_stages.isdisjoint(code_deps.imported(path)), path


@by_name
def test_a_stage_reads_the_sections_of_no_other_stage(stage: Stage) -> None:
    sections = {dep for dep in code_deps.of_stage(base_name(stage)) if "/params/" in dep}
    # pages take the list of layers from the section of draw_oips; the patterns of the encoder are
    # found by the same ascent, which expects that section
    has_oips = stage.name in ("build_report", "draw_face_oips", "build_explorer")
    through_oips = {"src/latentmaps/params/draw_oips.py"} if has_oips else set()
    # the explorer sharpens faces like the sheets of random faces
    looks = {"src/latentmaps/params/draw_samples.py"}
    through_looks = looks if stage.name == "build_explorer" else set()
    # digits can replace faces
    digits = {"src/latentmaps/params/fetch_digits.py"}
    through_digits = digits if stage.name == "fetch_faces" else set()
    own = {f"src/latentmaps/params/{base_name(stage)}.py"}
    assert sections <= own | through_oips | through_looks | through_digits


def test_the_seed_is_a_param_of_every_stage_that_samples() -> None:
    for stage in STAGES:
        text = (ROOT / f"stages/{base_name(stage)}.py").read_text(encoding="utf-8")
        names = {name for dep in stage.params for name in dep.params}
        draws = "run.seed" in text or "run.seed_or_base(" in text
        assert draws <= bool({"base.seed", "base"} & names), stage.name


@by_name
def test_a_folder_that_a_stage_reads_is_all_in_git_or_all_in_the_cache(stage: Stage) -> None:
    # otherwise a fresh clone would contain half of it, and the stage would appear changed
    outs = {out.def_path: out for other in STAGES for out in other.outs}
    for folder in paths(stage.deps):
        kinds = {out.use_cache for path, out in outs.items() if path.startswith(f"{folder}/")}
        assert len(kinds) <= 1, folder


def test_metrics_and_histories_are_in_git() -> None:
    outs = {out.def_path: out for stage in STAGES for out in stage.outs}
    in_git = {path for path, out in outs.items() if not out.use_cache}
    assert in_git == {
        "reports/train_vae/metrics.json",
        "reports/train_vae/history.csv",
        "reports/evaluate_vae/metrics.json",
        "reports/train_cnn/metrics.json",
        "reports/train_cnn/history.csv",
    }


def test_the_overrides_of_the_tiny_run_name_existing_parameters() -> None:
    document = yaml12.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for line in (ROOT / "tests/tiny.txt").read_text(encoding="utf-8").splitlines():
        *sections, key = line.partition("=")[0].split(".")
        value: Any = document
        for section in sections:
            value = value[section]
        assert key in value, line
