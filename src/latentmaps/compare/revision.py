"""Reads an experiment from a revision of the repository.

No path of an output is typed here. DVC's index of the revision has every output of every stage, so
a file is found by the name of its stage and its own name: dvc.yaml, in the version of that
revision, stays the only place that knows where things are. What is in git is read from the commit,
what is in DVC's cache from the cache of this machine; nothing is downloaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo
from PIL import Image

from latentmaps.compare import fingerprints, freshness
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.compare.found import WORKSPACE, Found
from latentmaps.compare.page_names import FULL_PAGE
from latentmaps.errors import DataError
from latentmaps.images import picture_files
from latentmaps.storage import json_files

_METRICS, _NUMBERS = "metrics.json", "numbers.json"
_TRAINING = "train_vae"
_TEST = "evaluate_vae"
_STRIPS = {
    "reconstructions": ("draw_reconstructions", "strip.png"),
    "prior": ("draw_samples", "strip_prior.png"),
    "gaussian": ("draw_samples", "strip_gaussian.png"),
    "mixture": ("draw_samples", "strip_mixture.png"),
}
_PAGE = ("build_report", FULL_PAGE)
_LAYERS = "draw_oips"
_OLDER = "made by an older version of the pipeline"


def read(repo: Repo, found: Found) -> Experiment:
    """Gives what can be had of a revision, with a problem for all else."""
    try:
        with repo.switch(found.revision):
            return _Reader(repo, found, _stages(repo)).read()
    except DvcException as error:
        # the page is for others, too: no folder of this machine
        message = " ".join(str(error).split()).replace(f"{repo.root_dir}/", "")
        reason = f"DVC cannot read its pipeline: {message}"
        return Experiment(found.name, found.short, problems=[Problem(reason)])


def _stages(repo: Repo) -> dict[str, Any]:
    """Gives name -> stage of the revision that is switched to; ``.dvc`` files have no name."""
    return {str(one.name): one for one in repo.index.stages if getattr(one, "name", None)}


_STATES = {
    "failed": ("failed in DVC's queue", "dvc queue logs {name}"),
    "queued": ("waits in DVC's queue", "dvc queue start"),
    "running": ("is still running", "dvc queue status"),
}


def read_task(repo: Repo, found: Found, *, state: str) -> Experiment:
    """Gives what is known of a task of DVC's queue that has no result: its parameters.

    Args:
        repo: the repository.
        found: name of the task, and the revision that holds its parameters.
        state: failed, queued or running.
    """
    reason, command = _STATES[state]
    try:
        with repo.switch(found.revision):
            values = fingerprints.read_parameters(_stages(repo).values(), as_run=False)
    except DvcException:
        values = {}  # they only add to what the page tells of it
    problem = Problem(reason, command.format(name=found.name))
    return Experiment(found.name, found.short, state=state, parameters=values, problems=[problem])


@dataclass
class _Reader:
    """Reads the files of one revision, and notes what it did not find."""

    repo: Repo
    found: Found
    stages: Mapping[str, Any]
    stale: Mapping[str, str] = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    absent: dict[str, list[str]] = field(default_factory=dict)
    without_numbers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stale = freshness.find_stale(list(self.stages.values()))

    def read(self) -> Experiment:
        training = self._all_numbers(_TRAINING)
        has_training = _TRAINING in self.stages and _TRAINING not in self.stale
        # whatever hangs on a training that is not of this revision is missing, too: named once
        test = self._all_numbers(_TEST) if has_training else {}
        strips = self._strips() if has_training else {}
        page = self._path_of(*_PAGE) if has_training else None
        return Experiment(
            self.found.name,
            self.found.short,
            parameters=fingerprints.read_parameters(self.stages.values()),
            training=training,
            test=test,
            strips=strips,
            page=page,
            pages_beside={} if page is None else self._pages_beside(),
            data=fingerprints.hash_data(self.stages, reader=_TEST, network=_TRAINING),
            code=self._code(),
            results=fingerprints.hash_results(self.stages),
            without_numbers=frozenset(self.without_numbers),
            problems=[*self._absent_outputs(), *self.problems],
        )

    def _code(self) -> dict[str, str]:
        """Gives the code of the stages whose results are compared."""
        names = dict.fromkeys([_TRAINING, _TEST, *(stage for stage, _ in _STRIPS.values())])
        return {n: fingerprints.hash_code(self.stages[n]) for n in names if n in self.stages}

    def _all_numbers(self, stage: str) -> dict[str, Any]:
        """Return metrics.json and numbers.json in one; older versions have the former alone."""
        metrics = self._numbers(stage, _METRICS)
        if not any(Path(out.fs_path).name == _NUMBERS for out in self._outs(stage)):
            return metrics
        others = self._numbers(stage, _NUMBERS)
        if not others:
            self.without_numbers.add(stage)
        return others | metrics

    def _numbers(self, stage: str, name: str) -> dict[str, Any]:
        content = self._content(stage, name)
        try:
            return json_files.parse_object(content or b"{}")
        except ValueError:
            self._note(f"{name} of {stage} is no JSON document", self.found.restore)
            return {}

    def _strips(self) -> dict[str, Image.Image]:
        strips = {}
        for name, (stage, file) in _STRIPS.items():
            content = self._content(stage, file)
            if content is None:
                continue
            try:
                with picture_files.opened(content, ("PNG",)) as image:
                    strips[name] = image.convert("RGB")
            except picture_files.DamagedError:
                self._note(f"{file} of {stage} is no readable PNG", self.found.restore)
        return strips

    def _pages_beside(self) -> dict[str, Path | None]:
        """Gives what the full page links, by the path from its folder."""
        folder = Path(self._output(*_PAGE).fs_path).parent
        layers = [name for name in self.stages if name.partition("@")[0] == _LAYERS]
        paths = [(layer, Path(out.fs_path)) for layer in layers for out in self._outs(layer)]
        return {
            path.relative_to(folder).as_posix(): self._path_of(layer, path.name)
            for layer, path in paths
            if path.suffix == ".html" and path.is_relative_to(folder)
        }

    def _path_of(self, stage: str, name: str) -> Path | None:
        out = self._output(stage, name)
        return None if out is None else self._file(out, stage, name)

    def _content(self, stage: str, name: str) -> bytes | None:
        """Gives a file, or None after noting why there is none."""
        out = self._output(stage, name)
        if out is None:
            return None
        if out.use_cache:
            path = self._file(out, stage, name)
            return None if path is None else path.read_bytes()
        try:
            with self.repo.fs.open(out.fs_path, "rb") as file:
                return bytes(file.read())
        except FileNotFoundError:
            self._note(f"{name} of {stage} is missing", self.found.restore)
            return None

    def _output(self, stage: str, name: str) -> Any:
        """Gives DVC's output, or None after noting why its file would be none of this revision."""
        matching = [out for out in self._outs(stage) if Path(out.fs_path).name == name]
        if not matching:
            self.absent.setdefault(stage, []).append(name)
            return None
        if stage in self.stale:
            self._note(f"{stage} left out: {self.stale[stage]}", self.found.restore)
            return None
        return matching[0]

    def _outs(self, stage: str) -> Sequence[Any]:
        return self.stages[stage].outs if stage in self.stages else []

    def _file(self, out: Any, stage: str, name: str) -> Path | None:
        """Gives the file of a cached output on this machine."""
        is_here = self.found.revision == WORKSPACE
        path = Path(out.fs_path if is_here else out.cache.oid_to_path(out.hash_info.value))
        if path.exists():
            return path
        place = "missing" if is_here else "not in the DVC cache of this machine"
        self._note(f"{name} of {stage} is {place}", self.found.restore)
        return None

    def _absent_outputs(self) -> list[Problem]:
        """Gives a problem for each stage that has not all the outputs it has today."""
        return [
            Problem(f"{stage} has no {', '.join(names)}: {_OLDER}")
            for stage, names in self.absent.items()
        ]

    def _note(self, reason: str, command: str = "") -> None:
        problem = Problem(reason, command)
        if problem not in self.problems:  # a stage with several files is named once
            self.problems.append(problem)


def require_pipeline(repo: Repo) -> None:
    """Refuses a repository that is not one of ours.

    Raises:
        DataError: its pipeline has no stage train_vae.
    """
    if not any(getattr(stage, "name", None) == _TRAINING for stage in repo.index.stages):
        raise DataError(
            f"{repo.root_dir}: its dvc.yaml has no stage {_TRAINING}, expected the pipeline of "
            "latentmaps; run the command in its folder"
        )
