"""Find experiments for the comparison by the names that DVC gives them.

Experiment refs and queued tasks are read without DVC's lock, so experiments can be compared while a
queue is still running. No other module of the comparison imports DVC.
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
from latentmaps.compare.revision import TRAINING, WORKSPACE, RequestedRevision
from latentmaps.errors import DataError

_HEAD = "HEAD"
_HOW_TO_SWEEP = (
    "run a sweep with `dvc exp run --queue -S train_vae.fact=0.5,1.5,3.0,5.0,10.0` and "
    "`dvc queue start`"
)


def open_repository(folder: Path | None = None) -> Repo:
    """Open the DVC repository that contains a folder.

    Args:
        folder: a folder in the repository; None means the current folder.

    Raises:
        DataError: there is no repository, it has no commit to which experiments could belong, or
            it contains a different pipeline.
    """
    place = (folder or Path()).resolve()
    try:
        repo = Repo(str(Repo.find_root(str(place))))
    except NotDvcRepoError:
        raise DataError(
            f"{place}: not inside a DVC repository, expected the folder of the pipeline or a "
            "subfolder; go there and run the command again"
        ) from None
    if isinstance(repo.scm, NoSCM) or repo.scm.no_commits:
        raise DataError(
            f"{repo.root_dir}: found no git repository with a commit, which DVC's experiments "
            "need; run `git init`, commit, and run experiments"
        )
    _require_pipeline(repo)
    return repo


@dataclass(frozen=True)
class _QueuedTask:
    """A task in DVC's queue, without a result.

    Attributes:
        requested: its name and revision.
        baseline: hash of the commit it belongs to.
        state: ``failed``, ``queued`` or ``running``.
    """

    requested: RequestedRevision
    baseline: str
    state: str


def select(repo: Repo, names: Sequence[str]) -> list[Experiment]:
    """Return the experiments to compare.

    Args:
        repo: the repository, from ``open_repository``.
        names: names of experiments, queued tasks or git revisions, or ``workspace``. If empty,
            select all experiments of the current commit, plus that commit and the workspace unless
            they repeat one of the experiments.

    Raises:
        DataError: a name is unknown, or there is no experiment.
    """
    try:
        return _select_named(repo, names) if names else _select_sweep(repo)
    except DvcException as error:
        raise DataError(f"{repo.root_dir}: DVC: {' '.join(str(error).split())}") from error


def _select_sweep(repo: Repo) -> list[Experiment]:
    head = resolve_rev(repo.scm, _HEAD)
    finished = [requested for baseline, requested in _experiments(repo) if baseline == head]
    tasks = [task for task in _tasks(repo) if task.baseline == head]
    if not finished and not tasks:
        raise DataError(_no_experiment(repo, head))
    selected = [
        *(_read(repo, requested) for requested in finished),
        *(_read_task(repo, task) for task in tasks),
    ]
    for requested in (RequestedRevision(_HEAD, head), RequestedRevision(WORKSPACE, WORKSPACE)):
        candidate = _read(repo, requested)
        if candidate.is_shown and not any(candidate.repeats(other) for other in selected):
            selected.append(candidate)
    return selected


def _no_experiment(repo: Repo, head: str) -> str:
    others = sorted({requested.name for _, requested in _experiments(repo)})
    advice = f"name experiments of other commits: {', '.join(others)}; or " if others else ""
    return f"{head[:7]}: no experiment belongs to this commit; {advice}{_HOW_TO_SWEEP}"


def _select_named(repo: Repo, names: Sequence[str]) -> list[Experiment]:
    tasks = {task.requested.name: task for task in _tasks(repo)}
    distinct = dict.fromkeys(_find(repo, name, set(tasks)) for name in names)
    return [
        _read_task(repo, tasks[requested.revision])
        if requested.revision in tasks
        else _read(repo, requested)
        for requested in distinct
    ]


def _find(repo: Repo, name: str, tasks: set[str]) -> RequestedRevision:
    """Return the revision for a name; for a queued task, its name serves as the revision."""
    if name == WORKSPACE:
        return RequestedRevision(name, WORKSPACE)
    experiments = {requested.revision: requested for _, requested in _experiments(repo)}
    try:
        revision_hash = resolve_rev(repo.scm, name)
    except RevError:
        if name in tasks:
            return RequestedRevision(name, name)
        raise DataError(_unknown_name(repo, name, tasks)) from None
    return experiments.get(revision_hash, RequestedRevision(name, revision_hash))


def _unknown_name(repo: Repo, name: str, tasks: set[str]) -> str:
    names_of_kinds = {
        "experiments": {requested.name for _, requested in _experiments(repo)},
        "queue": tasks,
        "branches": set(repo.scm.list_branches()),
        "tags": set(repo.scm.list_tags()),
    }
    known = "; ".join(
        f"{kind}: {', '.join(sorted(names))}" for kind, names in names_of_kinds.items() if names
    )
    return (
        f"{name}: no experiment, task or git revision has this name, or experiments of different "
        f"commits share it; expected {WORKSPACE}, the hash of a commit, or one of - {known}"
    )


def _experiments(repo: Repo) -> Iterator[tuple[str, RequestedRevision]]:
    """Yield, for each experiment with a result, the commit it belongs to and its revision."""
    for baseline, refs in exp_refs_by_baseline(repo.scm).items():
        for ref in refs:
            revision_hash = repo.scm.get_ref(str(ref))
            yield baseline, RequestedRevision(ref.name, revision_hash, is_experiment=True)


def _tasks(repo: Repo) -> Iterator[_QueuedTask]:
    queue = repo.experiments.celery_queue
    states = {
        "running": queue.iter_active(),
        "queued": queue.iter_queued(),
        "failed": (done.entry for done in queue.iter_failed()),
    }
    for state, entries in states.items():
        for entry in entries:
            name = entry.name or entry.stash_rev[:7]
            requested = RequestedRevision(name, entry.stash_rev)
            yield _QueuedTask(requested, entry.baseline_rev, state)


def _read(repo: Repo, requested: RequestedRevision) -> Experiment:
    """Read what is available for a revision, and record a problem for everything else."""
    try:
        with repo.switch(requested.revision):
            return revision.read(requested, _stages(repo), repo.fs)
    except DvcException as error:
        # the page may be shared, so it must not show a folder on this machine
        message = " ".join(str(error).split()).replace(f"{repo.root_dir}/", "")
        reason = f"DVC cannot read its pipeline: {message}"
        return Experiment(requested.name, requested.short_hash, problems=[Problem(reason)])


def _stages(repo: Repo) -> dict[str, Any]:
    """Return a mapping from name to stage for the current revision of `repo`.

    ``.dvc`` files have no name and are left out.
    """
    stages = repo.index.stages
    return {str(stage.name): stage for stage in stages if getattr(stage, "name", None)}


_STATES = {
    "failed": ("failed in DVC's queue", "dvc queue logs {name}"),
    "queued": ("is waiting in DVC's queue", "dvc queue start"),
    "running": ("is still running", "dvc queue status"),
}


def _read_task(repo: Repo, task: _QueuedTask) -> Experiment:
    """Read what is known about a queued task without a result, namely its parameters."""
    requested = task.requested
    reason, command = _STATES[task.state]
    try:
        with repo.switch(requested.revision):
            values = lock_file.read_parameters(_stages(repo).values(), as_run=False)
    except DvcException:
        values = {}  # not essential: they only describe the task on the page
    problem = Problem(reason, command.format(name=requested.name))
    return Experiment(
        requested.name,
        requested.short_hash,
        state=task.state,
        parameters=values,
        problems=[problem],
    )


def _require_pipeline(repo: Repo) -> None:
    if TRAINING not in _stages(repo):
        raise DataError(
            f"{repo.root_dir}: its dvc.yaml has no stage {TRAINING}, expected the pipeline of "
            "latentmaps; run the command in its folder"
        )
