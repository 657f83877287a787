"""Faces of persons: whether a page may show any, and whether git would take it along."""

from collections.abc import Sequence
from pathlib import Path

from scmrepo.exceptions import SCMError
from scmrepo.git import Git

from latentmaps.compare.experiment import Experiment

_DRAWN_FACES = "avatars"


def may_be_shown(experiments: Sequence[Experiment]) -> bool:
    """Tells whether there may be faces of persons on the page; not when all were drawn."""
    drawn = [one for one in experiments if one.is_drawn]
    return any(one.parameters.get("fetch_faces.source") != _DRAWN_FACES for one in drawn)


def find_exposed(paths: Sequence[Path]) -> list[Path]:
    """Gives those files that lie in a git work tree, of whatever repository, that takes them."""
    return [path for path in paths if _is_exposed(path.resolve())]


def _is_exposed(path: Path) -> bool:
    existing = next(folder for folder in path.parents if folder.is_dir())
    try:
        git = Git(str(existing), search_parent_directories=True)
    except SCMError:  # no work tree
        return False
    try:
        return not git.is_ignored(str(path))
    finally:
        git.close()  # type: ignore[no-untyped-call]
