"""Find the experiments that are to be compared, by DVC's own names for them.

Refs of experiments and tasks of the queue are read without DVC's lock, so a comparison can be made
while a queue is still working. No other module of the comparison imports DVC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException, NotDvcRepoError
from dvc.repo import Repo
from dvc.repo.experiments.utils import exp_refs_by_baseline
from dvc.scm import NoSCM, RevError, resolve_rev

from latentmaps.compare import lock_file, revision
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.compare.revision import TRAINING, WORKSPACE, Found
from latentmaps.errors import DataError

_HEAD = "HEAD"
_NO_SWEEP = (
    "make a sweep with `dvc exp run --queue -S train_vae.fact=0.5,1.5,3.0,5.0,10.0` and "
    "`dvc queue start`"
)


def open_repository(folder: Path | None = None) -> Repo:
    """Return the DVC repository around a folder.

    Args:
        folder: None is the present one.

    Raises:
        DataError: there is none, it has no commit to which experiments could belong, or its
            pipeline is another one.
    """
    place = (folder or Path()).resolve()
    try:
        repo = Repo(str(Repo.find_root(str(place))))
    except NotDvcRepoError:
        raise DataError(
            f"{place}: not inside of a DVC repository, expected the folder of the pipeline or one "
            "below it; change to it and run the command again"
        ) from None
    if isinstance(repo.scm, NoSCM) or repo.scm.no_commits:
        raise DataError(
            f"{repo.root_dir}: no git repository with a commit, which DVC's experiments need; "
            "`git init`, commit, and run experiments"
        )
    _require_pipeline(repo)
    return repo


@dataclass(frozen=True)
class _Task:
    """A task of DVC's queue that has no result."""

    found: Found
    baseline: str
    state: str


def select(repo: Repo, names: Sequence[str]) -> list[Experiment]:
    """Return the experiments to compare.

    Args:
        repo: from ``open_repository``.
        names: of experiments, tasks of the queue or git revisions, or ``workspace``; none: all
            experiments of the present commit, and that commit and the workspace themselves where
            they repeat none of them.

    Raises:
        DataError: a name is unknown, or there is no experiment.
    """
    try:
        return _select_named(repo, names) if names else _select_sweep(repo)
    except DvcException as error:
        raise DataError(f"{repo.root_dir}: DVC: {' '.join(str(error).split())}") from error


def _select_sweep(repo: Repo) -> list[Experiment]:
    head = resolve_rev(repo.scm, _HEAD)
    finished = [found for baseline, found in _experiments(repo) if baseline == head]
    tasks = [task for task in _tasks(repo) if task.baseline == head]
    if not finished and not tasks:
        raise DataError(_no_experiment(repo, head))
    selected = [
        *(_read(repo, found) for found in finished),
        *(_read_task(repo, task) for task in tasks),
    ]
    for found in (Found(_HEAD, head), Found(WORKSPACE, WORKSPACE)):
        own = _read(repo, found)
        if own.is_drawn and not any(own.repeats(one) for one in selected):
            selected.append(own)
    return selected


def _no_experiment(repo: Repo, head: str) -> str:
    others = sorted({found.name for _, found in _experiments(repo)})
    advice = f"name some of those of other commits: {', '.join(others)}; or " if others else ""
    return f"{head[:7]}: no experiment belongs to this commit; {advice}{_NO_SWEEP}"


def _select_named(repo: Repo, names: Sequence[str]) -> list[Experiment]:
    tasks = {task.found.name: task for task in _tasks(repo)}
    found = dict.fromkeys(_find(repo, name, set(tasks)) for name in names)
    return [
        _read_task(repo, tasks[one.revision]) if one.revision in tasks else _read(repo, one)
        for one in found
    ]


def _find(repo: Repo, name: str, tasks: set[str]) -> Found:
    """Return the revision of a name; that of a task of the queue is its name."""
    if name == WORKSPACE:
        return Found(name, WORKSPACE)
    experiments = {found.revision: found for _, found in _experiments(repo)}
    try:
        revision_hash = resolve_rev(repo.scm, name)
    except RevError:
        if name in tasks:
            return Found(name, name)
        raise DataError(_unknown_name(repo, name, tasks)) from None
    return experiments.get(revision_hash, Found(name, revision_hash))


def _unknown_name(repo: Repo, name: str, tasks: set[str]) -> str:
    kinds = {
        "experiments": {found.name for _, found in _experiments(repo)},
        "queue": tasks,
        "branches": set(repo.scm.list_branches()),
        "tags": set(repo.scm.list_tags()),
    }
    known = "; ".join(f"{kind}: {', '.join(sorted(of))}" for kind, of in kinds.items() if of)
    return (
        f"{name}: no experiment, task or git revision of this name, or experiments of different "
        f"commits have it; expected {WORKSPACE}, the hash of a commit, or one of - {known}"
    )


def _experiments(repo: Repo) -> Iterator[tuple[str, Found]]:
    """Return each experiment with a result: the commit to which it belongs, and where it is."""
    for baseline, refs in exp_refs_by_baseline(repo.scm).items():
        for ref in refs:
            yield baseline, Found(ref.name, repo.scm.get_ref(str(ref)), is_experiment=True)


def _tasks(repo: Repo) -> Iterator[_Task]:
    queue = repo.experiments.celery_queue
    states = {
        "running": queue.iter_active(),
        "queued": queue.iter_queued(),
        "failed": (done.entry for done in queue.iter_failed()),
    }
    for state, entries in states.items():
        for entry in entries:
            name = entry.name or entry.stash_rev[:7]
            yield _Task(Found(name, entry.stash_rev), entry.baseline_rev, state)


def _read(repo: Repo, found: Found) -> Experiment:
    """Return what can be had of a revision, with a problem for all else."""
    try:
        with repo.switch(found.revision):
            return revision.read(found, _stages(repo), repo.fs)
    except DvcException as error:
        # the page is for others, too: no folder of this machine
        message = " ".join(str(error).split()).replace(f"{repo.root_dir}/", "")
        reason = f"DVC cannot read its pipeline: {message}"
        return Experiment(found.name, found.short, problems=[Problem(reason)])


def _stages(repo: Repo) -> dict[str, Any]:
    """Return name -> stage of the revision that is switched to; ``.dvc`` files have no name."""
    return {str(one.name): one for one in repo.index.stages if getattr(one, "name", None)}


_STATES = {
    "failed": ("failed in DVC's queue", "dvc queue logs {name}"),
    "queued": ("waits in DVC's queue", "dvc queue start"),
    "running": ("is still running", "dvc queue status"),
}


def _read_task(repo: Repo, task: _Task) -> Experiment:
    """Return what is known of a task of DVC's queue that has no result: its parameters."""
    found = task.found
    reason, command = _STATES[task.state]
    try:
        with repo.switch(found.revision):
            values = lock_file.read_parameters(_stages(repo).values(), as_run=False)
    except DvcException:
        values = {}  # they only add to what the page tells of it
    problem = Problem(reason, command.format(name=found.name))
    return Experiment(
        found.name, found.short, state=task.state, parameters=values, problems=[problem]
    )


def _require_pipeline(repo: Repo) -> None:
    if TRAINING not in _stages(repo):
        raise DataError(
            f"{repo.root_dir}: its dvc.yaml has no stage {TRAINING}, expected the pipeline of "
            "latentmaps; run the command in its folder"
        )
