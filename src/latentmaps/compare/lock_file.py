"""What dvc.lock records for a revision: which results belong together, and what they depend on.

``dvc exp run train_vae`` runs only the stages up to training. The metrics of the new network are
then next to pictures from the old one. ``dvc status`` compares files in the workspace, which the
commit of an experiment does not have. But dvc.lock records what every stage read and wrote when it
ran, so results that do not belong together are detected without these files. Parameters, data, code
and results are compared by their hashes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from latentmaps.compare import parameters

# A dependency of build_report. The values of the profile appear under their sections; the name of
# the profile affects no result.
_NAME_OF_PROFILE = "profile"


def find_stale(stages: Sequence[Any]) -> dict[str, str]:
    """Return a reason for each stage whose results do not belong to this revision.

    Args:
        stages: the stages in DVC's index of the revision.
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
                return f"{stage.name} ran with different values of {', '.join(changed)}"
        elif (
            dep.fs_path in outputs
            and dep.hash_info.value != outputs[dep.fs_path][0].hash_info.value
        ):
            return f"{stage.name} read a different version of {dep.def_path}"
    return ""


def _reads_from(stage: Any, writer: str, outputs: Mapping[str, Any]) -> bool:
    return any(
        dep.fs_path in outputs and outputs[dep.fs_path][1].name == writer for dep in stage.deps
    )


def _is_parameters(dep: Any) -> bool:
    """Report whether a dependency consists of values in params.yaml rather than a file."""
    return hasattr(dep, "read_params")


def _changed_parameters(dep: Any) -> list[str]:
    """Return the names of parameters, spelled as in the stage, that have changed since it ran."""
    ran_with = dep.hash_info.value or {}
    present = dep.read_params()
    return [name for name in dep.params if ran_with.get(name) != present.get(name)]


def read_parameters(stages: Iterable[Any], *, as_run: bool = True) -> dict[str, Any]:
    """Return the parameters on which any stage depends; other parameters cannot change a result.

    If the seed of a section is null in params.yaml, the seed that is actually used is returned.
    Several stages may depend on the same parameter and may have run with different values of it;
    the value used by the stage of the parameter's section takes precedence.

    Args:
        stages: the stages in DVC's index.
        as_run: whether to prefer the values with which the stages ran to those in params.yaml.
    """
    all_values: dict[str, Any] = {}
    owner_values: dict[str, Any] = {}
    for stage in stages:
        own_values = _read_own(stage, as_run=as_run)
        name = stage.name.partition("@")[0]
        all_values |= own_values
        owner_values |= {key: value for key, value in own_values.items() if _owner(key) == name}
    values = {
        key: owner_values.get(key, all_values[key]) for key in all_values if key != _NAME_OF_PROFILE
    }
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
    """Return the stage whose value of a parameter takes precedence: the stage of its section."""
    section = key.partition(".")[0]
    # Many stages depend on the base seed. A row shows a network, so the seed of its training takes
    # precedence. A stage that ran with a different seed is stale and is left out for that reason.
    return "train_vae" if section == "base" else section


def hash_data(stages: Mapping[str, Any], *, reader: str, network: str) -> dict[str, str]:
    """Return a mapping from path to hash for the data that a stage read, as recorded in dvc.lock.

    Args:
        stages: name -> stage.
        reader: name of the stage that read the data.
        network: name of the stage whose outputs are the network, which does not count as data.
    """
    if reader not in stages:
        return {}
    written = {
        out.fs_path for name, stage in stages.items() if name != network for out in stage.outs
    }
    deps = [dep for dep in stages[reader].deps if dep.fs_path in written]
    return {dep.def_path: str(dep.hash_info.value) for dep in deps}


def hash_code(stage: Any) -> str:
    """Return a single hash of all code files and folders that a stage depended on when it ran."""
    code = [
        f"{dep.def_path} {dep.hash_info.value}"
        for dep in stage.deps
        if dep.def_path.startswith(("src/", "stages/"))
    ]
    return _hash(code)


def hash_results(stages: Mapping[str, Any]) -> str:
    """Return a single hash of the outputs of all stages."""
    outs = [out for stage in stages.values() for out in stage.outs]
    return _hash([f"{out.def_path} {out.hash_info.value}" for out in outs])


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
