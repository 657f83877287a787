"""Which results of a revision belong to its parameters and to each other, told by dvc.lock alone.

``dvc exp run train_vae`` trains and stops: the metrics of the new network stand beside pictures of
the old one. DVC's own status compares files of the workspace, which an experiment's commit has not;
but dvc.lock says what every stage read and wrote when it ran, so results that do not belong
together are found without any file.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def find_stale(stages: Sequence[Any]) -> dict[str, str]:
    """Gives stage -> why its results are not those of this revision; only stages with a reason.

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
        if is_parameters(dep):
            if changed := changed_parameters(dep):
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


def is_parameters(dep: Any) -> bool:
    """Tells whether a dependency is on values of params.yaml instead of on a file."""
    return hasattr(dep, "read_params")


def changed_parameters(dep: Any) -> list[str]:
    """Gives the names, as the stage lists them, whose values are not those with which it ran."""
    ran_with = dep.hash_info.value or {}
    present = dep.read_params()
    return [name for name in dep.params if ran_with.get(name) != present.get(name)]
