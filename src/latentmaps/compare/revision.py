"""Read an experiment from a revision of the repository.

This module hard-codes no output paths. DVC's index of the revision lists every output of every
stage, so a file is found by the name of its stage and its own name. The revision's dvc.yaml remains
the only place that defines where files are. Files in git are read from the commit; files in DVC's
cache are read from this machine's cache. Nothing is downloaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from latentmaps.compare import lock_file
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.images import picture_files
from latentmaps.report import glossary
from latentmaps.storage import json_files

WORKSPACE = "workspace"
TRAINING = "train_vae"
# must be the name that build_report uses: the pages of the layers link back to it
FULL_PAGE = "index.html"
_TEST = "evaluate_vae"
_METRICS, _NUMBERS = "metrics.json", "numbers.json"
_STRIPS = {
    "reconstructions": ("draw_reconstructions", "strip.png"),
    **{sampler: ("draw_samples", f"strip_{sampler}.png") for sampler in glossary.samplers()},
}
_PAGE = ("build_report", FULL_PAGE)
# the stages whose pages the full page links to
_LINKED_STAGES = ("draw_oips", "draw_face_oips", "build_explorer")
_NOT_IN_CACHE = "not in the DVC cache of this machine"
_OLDER = "made by an older version of the pipeline"


@dataclass(frozen=True)
class RequestedRevision:
    """A revision to compare.

    Attributes:
        name: the name that the page shows.
        revision: full hash, or ``workspace``.
        is_experiment: whether ``dvc exp apply`` accepts the name.
    """

    name: str
    revision: str
    is_experiment: bool = False

    @property
    def short_hash(self) -> str:
        """The abbreviated hash; empty for the workspace."""
        return "" if self.revision == WORKSPACE else self.revision[:7]

    @property
    def restore(self) -> str:
        """The command that restores the files of the revision and computes the missing ones."""
        if self.revision == WORKSPACE:
            return "dvc repro"
        return (
            f"dvc exp apply {self.name} && dvc repro"
            if self.is_experiment
            else (f"git checkout {self.short_hash} && dvc repro")
        )


def read(requested: RequestedRevision, stages: Mapping[str, Any], files: Any) -> Experiment:
    """Read what is available for a revision, and record a problem for everything else.

    Args:
        requested: the revision.
        stages: name -> stage in DVC's index of the revision.
        files: DVC's file system for the revision.
    """
    return _Reader(requested, stages, files).read()


@dataclass(frozen=True)
class _StageFile:
    """A file that a stage wrote: an output, or a file inside an output that is a folder.

    Attributes:
        path: path in the work tree.
        digest: its name in DVC's cache.
        out: the output that is the file or contains it.
    """

    path: Path
    digest: str
    out: Any


@dataclass
class _Reader:
    """A reader of the files of one revision; it records which files are missing.

    Attributes:
        requested: the revision.
        stages: name -> stage in DVC's index of the revision.
        files: DVC's file system for the revision.
        stale: stage -> why its results do not belong to this revision.
        problems: what is unavailable, and why.
        absent: stage -> names of files that are not among its outputs.
        unlisted: stages with an output folder whose list of files is not in the cache.
        without_numbers: stages whose numbers.json is unavailable.
    """

    requested: RequestedRevision
    stages: Mapping[str, Any]
    files: Any
    stale: Mapping[str, str] = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    absent: dict[str, list[str]] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    without_numbers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stale = lock_file.find_stale(list(self.stages.values()))

    def read(self) -> Experiment:
        training = self._all_numbers(TRAINING)
        has_training = TRAINING in self.stages and TRAINING not in self.stale
        # results that depend on a stale training run are also missing, but are not reported again
        test = self._all_numbers(_TEST) if has_training else {}
        strips = self._strips() if has_training else {}
        page = self._path_of(*_PAGE) if has_training else None
        return Experiment(
            self.requested.name,
            self.requested.short_hash,
            parameters=lock_file.read_parameters(self.stages.values()),
            training=training,
            test=test,
            strips=strips,
            page=page,
            linked_pages={} if page is None else self._linked_pages(),
            data=lock_file.hash_data(self.stages, reader=_TEST, network=TRAINING),
            code=self._code(),
            results=lock_file.hash_results(self.stages),
            without_numbers=frozenset(self.without_numbers),
            problems=[*self._absent_outputs(), *self.problems],
        )

    def _code(self) -> dict[str, str]:
        """Return a mapping from stage to code hash for the stages whose results are compared."""
        names = dict.fromkeys([TRAINING, _TEST, *(stage for stage, _ in _STRIPS.values())])
        return {n: lock_file.hash_code(self.stages[n]) for n in names if n in self.stages}

    def _all_numbers(self, stage: str) -> dict[str, Any]:
        """Merge metrics.json and numbers.json; older pipeline versions wrote only the former."""
        metrics = self._numbers(stage, _METRICS)
        if not any(file.path.name == _NUMBERS for file in self._stage_files(stage)):
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
            self._add_problem(f"{name} of {stage} is not a JSON document", self.requested.restore)
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
                self._add_problem(f"{file} of {stage} is not a valid PNG", self.requested.restore)
        return strips

    def _linked_pages(self) -> dict[str, Path | None]:
        """Return the pages that the full page links to, keyed by path relative to its folder."""
        full_pages = [f for f in self._stage_files(_PAGE[0]) if f.path.name == FULL_PAGE]
        [folder] = [file.path.parent for file in full_pages]
        stages = [name for name in self.stages if name.partition("@")[0] in _LINKED_STAGES]
        paths = [(stage, file.path) for stage in stages for file in self._stage_files(stage)]
        return {
            path.relative_to(folder).as_posix(): self._path_of(stage, path.name)
            for stage, path in paths
            if path.suffix == ".html" and path.is_relative_to(folder)
        }

    def _path_of(self, stage: str, name: str) -> Path | None:
        file = self._file(stage, name)
        return None if file is None else self._on_disk(file, stage)

    def _content(self, stage: str, name: str) -> bytes | None:
        """Return the content of a file, or None after recording why it is unavailable."""
        file = self._file(stage, name)
        if file is None:
            return None
        if file.out.use_cache:
            path = self._on_disk(file, stage)
            return None if path is None else path.read_bytes()
        try:
            with self.files.open(str(file.path), "rb") as opened:
                return bytes(opened.read())
        except FileNotFoundError:
            self._add_problem(f"{name} of {stage} is missing", self.requested.restore)
            return None

    def _file(self, stage: str, name: str) -> _StageFile | None:
        """Return a file of a stage, or None after recording why this revision has none."""
        matching = [file for file in self._stage_files(stage) if file.path.name == name]
        if not matching and stage not in self.unlisted:
            self.absent.setdefault(stage, []).append(name)
            return None
        if stage in self.stale:
            self._add_problem(f"{stage} left out: {self.stale[stage]}", self.requested.restore)
            return None
        if not matching:
            self._add_problem(f"{name} of {stage} is {_NOT_IN_CACHE}", self.requested.restore)
            return None
        return matching[0]

    def _stage_files(self, stage: str) -> list[_StageFile]:
        """Return the files of a stage, including those inside folders."""
        files = []
        for out in self.stages[stage].outs if stage in self.stages else []:
            if not out.hash_info.isdir:
                files.append(_StageFile(Path(out.fs_path), out.hash_info.value, out))
                continue
            listed = out.get_obj()
            if listed is None:
                self.unlisted.add(stage)
            for names, _, hash_info in listed or ():
                files.append(_StageFile(Path(out.fs_path, *names), hash_info.value, out))
        return files

    def _on_disk(self, file: _StageFile, stage: str) -> Path | None:
        """Return the path of a file that DVC caches, or None after recording that it is absent."""
        is_workspace = self.requested.revision == WORKSPACE
        path = file.path if is_workspace else Path(file.out.cache.oid_to_path(file.digest))
        if path.exists():
            return path
        reason = "missing" if is_workspace else _NOT_IN_CACHE
        self._add_problem(f"{file.path.name} of {stage} is {reason}", self.requested.restore)
        return None

    def _absent_outputs(self) -> list[Problem]:
        """Return a problem for each stage that lacks outputs of the current version."""
        return [
            Problem(f"{stage} has no {', '.join(names)}: {_OLDER}")
            for stage, names in self.absent.items()
        ]

    def _add_problem(self, reason: str, command: str = "") -> None:
        problem = Problem(reason, command)
        if problem not in self.problems:  # several files of a stage may have the same problem
            self.problems.append(problem)
