"""What dvc.lock says of a revision: which results belong together, and what they are made of.

``dvc exp run train_vae`` trains and stops: the metrics of the new network stand beside pictures of
the old one. DVC's own status compares files of the workspace, which an experiment's commit has not;
but dvc.lock says what every stage read and wrote when it ran, so results that do not belong
together are found without any file. Parameters, data, code and results are hashes to compare.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from latentmaps.compare import parameters

# build_report names it. Its values stand under their sections; by itself it changes no result.
_NAME_OF_PROFILE = "profile"


def find_stale(stages: Sequence[Any]) -> dict[str, str]:
    """Return stage -> why its results are not those of this revision; only stages with a reason.

    Args:
        stages: of DVC's index at the revision.
    """
    outputs = {out.fs_path: (out, stage) for stage in stages for out in stage.outs}
    reasons = {stage.name: reason for stage in stages if (reason := _own_reason(stage, outputs))}
    waiting = list(reasons)
    while waiting:
        stale = waiting.pop()
        for stage in stages:
            if stage.name not in reasons and _reads_from(stage, stale, outputs):
                reasons[stage.name] = f"it reads what {stale} writes, and {reasons[stale]}"
                waiting.append(stage.name)
    return reasons


def _own_reason(stage: Any, outputs: Mapping[str, Any]) -> str:
    if any(out.hash_info.value is None for out in stage.outs):
        return f"{stage.name} has never run"
    for dep in stage.deps:
        if _is_parameters(dep):
            if changed := _changed_parameters(dep):
                return f"{stage.name} ran with other values of {', '.join(changed)}"
        elif (
            dep.fs_path in outputs
            and dep.hash_info.value != outputs[dep.fs_path][0].hash_info.value
        ):
            return f"{stage.name} read another {dep.def_path}"
    return ""


def _reads_from(stage: Any, writer: str, outputs: Mapping[str, Any]) -> bool:
    return any(
        dep.fs_path in outputs and outputs[dep.fs_path][1].name == writer for dep in stage.deps
    )


def _is_parameters(dep: Any) -> bool:
    """Tell whether a dependency is on values of params.yaml instead of on a file."""
    return hasattr(dep, "read_params")


def _changed_parameters(dep: Any) -> list[str]:
    """Return the names, as the stage lists them, whose values are not those with which it ran."""
    ran_with = dep.hash_info.value or {}
    present = dep.read_params()
    return [name for name in dep.params if ran_with.get(name) != present.get(name)]


def read_parameters(stages: Iterable[Any], *, as_run: bool = True) -> dict[str, Any]:
    """Return the parameters on which any stage depends: a change of others changes no result.

    The seed of a section that is null in params.yaml is the one in force.

    Several stages may name a parameter, and may have run with different values of it. That counts
    with which the stage of its section ran.

    Args:
        stages: of DVC's index.
        as_run: those with which the stages ran, where they did; else those of params.yaml.
    """
    of_all: dict[str, Any] = {}
    of_owners: dict[str, Any] = {}
    for stage in stages:
        values = _read_own(stage, as_run=as_run)
        name = stage.name.partition("@")[0]
        of_all |= values
        of_owners |= {key: value for key, value in values.items() if _owner(key) == name}
    values = {key: of_owners.get(key, of_all[key]) for key in of_all if key != _NAME_OF_PROFILE}
    return values | {
        key: values[parameters.BASE_SEED]
        for key in parameters.SEEDS_OF_SECTIONS
        if key in values and values[key] is None and parameters.BASE_SEED in values
    }


def _read_own(stage: Any, *, as_run: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for dep in filter(_is_parameters, stage.deps):
        values |= (as_run and dep.hash_info.value) or dep.read_params()
    return parameters.flatten(values)


def _owner(key: str) -> str:
    """Return the stage whose value of a parameter counts: that of its section."""
    section = key.partition(".")[0]
    # The seed belongs to many stages. A row is about a network, so the seed of its training counts;
    # a stage that ran with another one is stale, is left out, and says so.
    return "train_vae" if section == "base" else section


def hash_data(stages: Mapping[str, Any], *, reader: str, network: str) -> dict[str, str]:
    """Return path -> hash of the data that a stage read, as dvc.lock has them.

    Args:
        stages: name -> stage.
        reader: the stage.
        network: the stage whose outputs, the network, are no data.
    """
    if reader not in stages:
        return {}
    written = {
        out.fs_path for name, stage in stages.items() if name != network for out in stage.outs
    }
    deps = [dep for dep in stages[reader].deps if dep.fs_path in written]
    return {dep.def_path: str(dep.hash_info.value) for dep in deps}


def hash_code(stage: Any) -> str:
    """Return one hash of all code, files and folders, that a stage named when it ran."""
    code = [
        f"{dep.def_path} {dep.hash_info.value}"
        for dep in stage.deps
        if dep.def_path.startswith(("src/", "stages/"))
    ]
    return _hash(code)


def hash_results(stages: Mapping[str, Any]) -> str:
    """Return one hash of all outputs."""
    outs = [out for stage in stages.values() for out in stage.outs]
    return _hash([f"{out.def_path} {out.hash_info.value}" for out in outs])


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
