"""Read an experiment from a revision of the repository.

No path of an output is typed here. DVC's index of the revision has every output of every stage, so
a file is found by the name of its stage and its own name: dvc.yaml, in the version of that
revision, stays the only place that knows where things are. What is in git is read from the commit,
what is in DVC's cache from the cache of this machine; nothing is downloaded.
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
# as build_report calls it: the pages of the layers lead back to it by this name
FULL_PAGE = "index.html"
_TEST = "evaluate_vae"
_METRICS, _NUMBERS = "metrics.json", "numbers.json"
_STRIPS = {
    "reconstructions": ("draw_reconstructions", "strip.png"),
    **{sampler: ("draw_samples", f"strip_{sampler}.png") for sampler in glossary.samplers()},
}
_PAGE = ("build_report", FULL_PAGE)
# whose pages the full page links
_BESIDE = ("draw_oips", "draw_face_oips", "build_explorer")
_NOT_IN_CACHE = "not in the DVC cache of this machine"
_OLDER = "made by an older version of the pipeline"


@dataclass(frozen=True)
class Found:
    """A revision that was asked for.

    Attributes:
        name: as the page shows it.
        revision: full hash, or ``workspace``.
        is_experiment: ``dvc exp apply`` takes the name.
    """

    name: str
    revision: str
    is_experiment: bool = False

    @property
    def short(self) -> str:
        """The hash as people write it; empty for the workspace."""
        return "" if self.revision == WORKSPACE else self.revision[:7]

    @property
    def restore(self) -> str:
        """The command that brings the files of the revision back and makes those that lack."""
        if self.revision == WORKSPACE:
            return "dvc repro"
        return (
            f"dvc exp apply {self.name} && dvc repro"
            if self.is_experiment
            else (f"git checkout {self.short} && dvc repro")
        )


def read(found: Found, stages: Mapping[str, Any], files: Any) -> Experiment:
    """Return what can be had of a revision, with a problem for all else.

    Args:
        found: the revision.
        stages: name -> stage of DVC's index at the revision.
        files: DVC's file system of the revision.
    """
    return _Reader(found, stages, files).read()


@dataclass(frozen=True)
class _Written:
    """A file that a stage wrote: an output by itself, or inside of one that is a folder.

    Attributes:
        path: in the work tree.
        digest: its name in DVC's cache.
        out: the output.
    """

    path: Path
    digest: str
    out: Any


@dataclass
class _Reader:
    """Reader of the files of one revision, which notes what it did not find."""

    found: Found
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
        # whatever hangs on a training that is not of this revision is missing, too: named once
        test = self._all_numbers(_TEST) if has_training else {}
        strips = self._strips() if has_training else {}
        page = self._path_of(*_PAGE) if has_training else None
        return Experiment(
            self.found.name,
            self.found.short,
            parameters=lock_file.read_parameters(self.stages.values()),
            training=training,
            test=test,
            strips=strips,
            page=page,
            pages_beside={} if page is None else self._pages_beside(),
            data=lock_file.hash_data(self.stages, reader=_TEST, network=TRAINING),
            code=self._code(),
            results=lock_file.hash_results(self.stages),
            without_numbers=frozenset(self.without_numbers),
            problems=[*self._absent_outputs(), *self.problems],
        )

    def _code(self) -> dict[str, str]:
        """Return the code of the stages whose results are compared."""
        names = dict.fromkeys([TRAINING, _TEST, *(stage for stage, _ in _STRIPS.values())])
        return {n: lock_file.hash_code(self.stages[n]) for n in names if n in self.stages}

    def _all_numbers(self, stage: str) -> dict[str, Any]:
        """Return metrics.json and numbers.json in one; older versions have the former alone."""
        metrics = self._numbers(stage, _METRICS)
        if not any(file.path.name == _NUMBERS for file in self._written(stage)):
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
        """Return what the full page links, by the path from its folder."""
        [folder] = [f.path.parent for f in self._written(_PAGE[0]) if f.path.name == FULL_PAGE]
        stages = [name for name in self.stages if name.partition("@")[0] in _BESIDE]
        paths = [(stage, file.path) for stage in stages for file in self._written(stage)]
        return {
            path.relative_to(folder).as_posix(): self._path_of(stage, path.name)
            for stage, path in paths
            if path.suffix == ".html" and path.is_relative_to(folder)
        }

    def _path_of(self, stage: str, name: str) -> Path | None:
        file = self._file(stage, name)
        return None if file is None else self._on_disk(file, stage)

    def _content(self, stage: str, name: str) -> bytes | None:
        """Return a file, or None after noting why there is none."""
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
            self._note(f"{name} of {stage} is missing", self.found.restore)
            return None

    def _file(self, stage: str, name: str) -> _Written | None:
        """Return a file of a stage, or None after noting why it would be none of this revision."""
        matching = [file for file in self._written(stage) if file.path.name == name]
        if not matching and stage not in self.unlisted:
            self.absent.setdefault(stage, []).append(name)
            return None
        if stage in self.stale:
            self._note(f"{stage} left out: {self.stale[stage]}", self.found.restore)
            return None
        if not matching:
            self._note(f"{name} of {stage} is {_NOT_IN_CACHE}", self.found.restore)
            return None
        return matching[0]

    def _written(self, stage: str) -> list[_Written]:
        """Return the files of a stage, those inside of folders too."""
        written = []
        for out in self.stages[stage].outs if stage in self.stages else []:
            if not out.hash_info.isdir:
                written.append(_Written(Path(out.fs_path), out.hash_info.value, out))
                continue
            listed = out.get_obj()
            if listed is None:
                self.unlisted.add(stage)
            for names, _, hash_info in listed or ():
                written.append(_Written(Path(out.fs_path, *names), hash_info.value, out))
        return written

    def _on_disk(self, file: _Written, stage: str) -> Path | None:
        """Return where this machine has a file that DVC keeps in its cache."""
        is_here = self.found.revision == WORKSPACE
        path = file.path if is_here else Path(file.out.cache.oid_to_path(file.digest))
        if path.exists():
            return path
        place = "missing" if is_here else _NOT_IN_CACHE
        self._note(f"{file.path.name} of {stage} is {place}", self.found.restore)
        return None

    def _absent_outputs(self) -> list[Problem]:
        """Return a problem for each stage that has not all the outputs it has today."""
        return [
            Problem(f"{stage} has no {', '.join(names)}: {_OLDER}")
            for stage, names in self.absent.items()
        ]

    def _note(self, reason: str, command: str = "") -> None:
        problem = Problem(reason, command)
        if problem not in self.problems:  # a stage with several files is named once
            self.problems.append(problem)
