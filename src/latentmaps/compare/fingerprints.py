"""What dvc.lock says of a revision: parameters, data, code and results, as hashes to compare."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from latentmaps.compare import freshness, parameters


def read_parameters(stages: Iterable[Any], *, as_run: bool = True) -> dict[str, Any]:
    """Gives the parameters on which any stage depends: a change of others changes no result.

    Args:
        stages: of DVC's index.
        as_run: those with which the stages ran, where they did; else those of params.yaml.
    """
    values: dict[str, Any] = {}
    for stage in stages:
        for dep in filter(freshness.is_parameters, stage.deps):
            values |= (as_run and dep.hash_info.value) or dep.read_params()
    return parameters.flatten(values)


def hash_data(stages: Mapping[str, Any], *, reader: str, network: str) -> dict[str, str]:
    """Gives path -> hash of the data that a stage read, as dvc.lock has them.

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
    """Gives one hash of all modules that a stage named when it ran."""
    code = [
        f"{dep.def_path} {dep.hash_info.value}"
        for dep in stage.deps
        if dep.def_path.endswith(".py")
    ]
    return _hash(code)


def hash_results(stages: Mapping[str, Any]) -> str:
    """Gives one hash of all outputs."""
    outs = [out for stage in stages.values() for out in stage.outs]
    return _hash([f"{out.def_path} {out.hash_info.value}" for out in outs])


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
