"""dvc.yaml against the code: what a stage reads, writes and depends on."""

import ast
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dvc.repo import Repo
from dvc.stage import Stage

from latentmaps.params import loader, yaml12

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"

# Modules that a stage imports without depending on them: why a change leaves results as they are.
WITHOUT_EFFECT = {
    "latentmaps.data.disk": "tells whether there is room",
    "latentmaps.data.download": "checksums decide what a download may be",
    "latentmaps.data.google_drive": "checksums decide what a download may be",
    "latentmaps.data.guarded_http": "checksums decide what a download may be",
    "latentmaps.data.html_pages": "tells a page of words from a file",
    "latentmaps.data.memory": "tells whether there is room",
    "latentmaps.data.mirrors": "checksums decide what a download may be",
    "latentmaps.data.part_file": "checksums decide what a download may be",
    "latentmaps.errors": "words",
    "latentmaps.machine": "devices, threads, memory; models.compute_dtype has the format",
    "latentmaps.mending": "words",
    "latentmaps.parallel": "spreads work; results come in the order of the tasks",
    "latentmaps.params.base": "the seed itself is watched as a parameter",
    "latentmaps.params.loader": "DVC watches the values, this reads them",
    "latentmaps.params.machine": "devices, threads, memory",
    "latentmaps.params.types": "ranges",
    "latentmaps.params.yaml12": "DVC watches the values, this reads them",
    "latentmaps.progress": "words",
    "latentmaps.runs": "starts the stage; result_files rounds what it writes",
    "latentmaps.stage_code": "compares what DVC lists",
    "latentmaps.staging": "names outputs once they are whole",
    "latentmaps.workers": "tells which of several machines this is",
}
# what computes nothing by itself among the libraries of requirements/versions.txt
DRAWS_DATA = {"dicebear-core", "dicebear-styles", "pillow", "resvg-py"}

# folders that outlive a run, so that a killed one can go on; DVC and git must not see them
KEPT = {"fetch_faces": {"data/downloads"}, "train_vae": {"data/checkpoints/train_vae"}}


def stages() -> list[Stage]:
    return [stage for stage in Repo(str(ROOT)).index.stages if stage.path_in_repo == "dvc.yaml"]


STAGES = stages()
by_name = pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])


def base_name(stage: Stage) -> str:
    return str(stage.name).partition("@")[0]


def paths(outputs: list[Any]) -> set[str]:
    return {output.def_path for output in outputs if output.def_path != "params.yaml"}


def imported_modules(path: Path) -> Iterator[str]:
    """Gives the modules of ours that a file imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if module_path(name) is not None)


def module_path(name: str) -> Path | None:
    path = SRC.joinpath(*name.split(".")).with_suffix(".py")
    return path if name.startswith("latentmaps.") and path.exists() else None


def reachable_modules(script: Path) -> set[str]:
    found: set[str] = set()
    waiting = [script]
    while waiting:
        for name in imported_modules(waiting.pop()):
            path = module_path(name)
            if name not in found | WITHOUT_EFFECT.keys() and path is not None:
                found.add(name)
                waiting.append(path)
    return found


def test_every_stage_has_a_script_and_every_script_a_stage() -> None:
    scripts = {path.stem for path in (ROOT / "stages").glob("*.py")}
    assert scripts == {base_name(stage) for stage in STAGES}


def test_every_section_of_params_is_that_of_a_stage() -> None:
    sections = set(loader.section_classes()) - {"base", "machine"}
    without_section = {"build_report"}
    assert sections | without_section == {base_name(stage) for stage in STAGES}


@by_name
def test_the_script_defines_a_function_of_the_name_of_the_stage(stage: Stage) -> None:
    name = base_name(stage)
    tree = ast.parse((ROOT / f"stages/{name}.py").read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert stage.cmd.startswith(f"PYTHONPATH=src python stages/{name}.py ")
    assert stage.desc


@by_name
def test_deps_name_the_script_and_every_module_it_can_reach(stage: Stage) -> None:
    script = f"stages/{base_name(stage)}.py"
    modules = reachable_modules(ROOT / script)
    expected = {script} | {str(module_path(m).relative_to(ROOT)) for m in modules}  # type: ignore[union-attr]
    code = {p for p in paths(stage.deps) if p.endswith(".py")}
    assert code - expected == set(), "dvc.yaml names modules that the stage cannot reach"
    assert expected - code == set(), "add these to the deps of the stage in dvc.yaml"


@by_name
def test_the_command_names_exactly_the_data_of_deps_and_outs(stage: Stage) -> None:
    words = {w for w in shlex.split(stage.cmd) if w.startswith(("data/", "reports/"))}
    words -= KEPT.get(stage.name, set())
    declared = paths(stage.deps) | paths(stage.outs)
    data = {path for path in declared if path.startswith(("data/", "reports/"))}
    # a folder stands for those files in it on which the stage depends
    folders = {word for word in words - data if any(p.startswith(f"{word}/") for p in data)}
    inside = {path for path in data if any(path.startswith(f"{folder}/") for folder in folders)}
    assert words - folders == data - inside


@pytest.mark.parametrize("folder", sorted(set.union(*KEPT.values())))
def test_a_folder_that_outlives_a_run_is_ignored_by_git(folder: str) -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", f"{folder}/file"], cwd=ROOT, check=False)
    assert ignored.returncode == 0


@by_name
def test_a_costly_stage_has_no_uncached_out_outside_metrics_and_plots(stage: Stage) -> None:
    # such an out would switch DVC's run cache off for the stage
    wrong = [o for o in stage.outs if not (o.use_cache or o.metric or o.plot)]
    assert wrong == []


@by_name
def test_params_exist_and_none_is_of_the_machine(stage: Stage) -> None:
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


def test_only_stages_read_parameters_and_runs() -> None:
    allowed = {"runs.py", "machine.py"}
    for path in (SRC / "latentmaps").rglob("*.py"):
        if path.name in allowed or path.parent.name == "params":
            continue
        names = set(imported_modules(path))
        wrong = {n for n in names if n == "latentmaps.runs" or n.startswith("latentmaps.params.")}
        assert wrong == set(), path


def test_the_seed_is_a_param_of_every_stage_that_draws() -> None:
    for stage in STAGES:
        text = (ROOT / f"stages/{base_name(stage)}.py").read_text(encoding="utf-8")
        names = {name for dep in stage.params for name in dep.params}
        assert ("run.seed" in text) <= bool({"base.seed", "base"} & names), stage.name


@by_name
def test_a_folder_that_a_stage_reads_is_whole_in_git_or_whole_in_the_cache(stage: Stage) -> None:
    # half of it would be there in a fresh clone, and the stage would seem to have changed
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
